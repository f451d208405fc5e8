"""Read file tables as datasets.

A file table has paths of files in its cells: CSV, TSV, JSON Lines or Parquet. `read_table` returns
a `Dataset` whose files are named, not read.

- kind: what the files of a column are (``nifti``, ``image``, ...), guessed by suffix or named by
  the caller; ``string`` keeps paths as text.
- `load`: a table as it is in its file, of any format; `delimited` and `json_lines` read the formats
  in which Arrow would change or lose values in silence.
- `infer`: the features of columns, at any depth, and paths made absolute.

Errors: `TableError` for a table as a whole, `CheckError` with row and column for cells.
"""
