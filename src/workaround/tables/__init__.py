"""Read file tables and BIDS folders as datasets.

A file table has paths of files in its cells: CSV, TSV, JSON Lines or Parquet. `read_table` reads
one, `bids_table` makes one of a BIDS folder; both return a `Dataset` whose files are named, not
read.

- kind: what the files of a column are (``nifti``, ``image``, ...), guessed by suffix or named by
  the caller; ``string`` keeps paths as text.
- `load`: a table as it is in its file, of any format; `delimited` and `json_lines` read the formats
  in which Arrow would change or lose values in silence.
- `infer`: the features of columns, at any depth, and paths made absolute.
- `bids`: a row for each session, the images of each suffix in a column.

Errors: `TableError` and `BidsError` for a table or folder as a whole, `CheckError` with row and
column for cells.
"""
