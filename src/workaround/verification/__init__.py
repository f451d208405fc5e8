"""Compare the Hub with the dataset that was uploaded.

- `verify`: which shards a split has, by the card as `load_dataset` follows it or by folder, and
  which rows belong to each. `verify_upload` runs after a push and knows every hash; `verify` runs
  at any later time, and on uploads of any release of `datasets`.
- `compare`: one stored shard against the rows it was made of.
- `stored_shard`: a shard on the Hub, open for reading; only the ranges that are needed are read.
- `Origin`: the rows of a split, and access to their files.
- `ExpectedCells`: the contents that a column of files should have.

Levels: "footers" reads the end of each shard (sizes of cells, by column chunk and page); "full"
reads every value, and every byte of every file.

Each difference is a `Problem` with split, row, column and path; all of them are in a `VerifyError`.
"""
