"""Write a BIDS folder from a dataset on the Hub.

- `columns`: the columns of images and of texts, and those that hold their paths.
- `paths`: paths of a dataset that may be written below a folder; others, with the reasons.
- `rows`: the rows of a stored shard without the contents of its files.
- `folder`: files below a folder, compared with those that exist, and written atomically.
- `plan`: the paths of all files, checked; `writer`: files of the rows of a shard.
- `tables`: tables and sidecars that are made again of columns.
- `restore`: all paths are checked before anything is written; then contents stream from each shard.

Files that come back byte for byte are images, gradients and tables that went up as text.
A path of the dataset is data of others: it never leads out of the folder.

Errors: `RestoreError` lists the paths that are refused, and files that exist and differ.
"""
