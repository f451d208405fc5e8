"""BIDS folders as datasets.

The Brain Imaging Data Structure names files by entities, ``sub-01_ses-1_run-2_bold.nii.gz``
(https://bids-specification.readthedocs.io).

- `options`: the choices of a reader.
- `terms`: the schema of BIDS, and names of files by it.
- `walk`: the files of a folder, without those of ``.bidsignore``; `scan`: its images.
- `filters`: patterns that choose images.
- `inheritance`: the metadata files that apply to an image; `sidecars`: what they say.
- `joins`: ``sessions.tsv`` and ``scans.tsv``.
- `tabular`: ``participants.tsv`` as people have it, and tables beside images.
- `entries`: the images with all values beside them; `derivatives`: those that join them.
- `layout`: the columns of a row a session, a subject or an image.
- `description`: the dataset card by what the dataset says of itself.
- `faces`: images that may show one.
- `leftovers`: what does not come along; `table`: all of it.

Errors: `BidsError` for a folder as a whole, `CheckError` for what would be left out.
"""
