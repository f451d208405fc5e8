"""Arrow tables whose cells hold files, and the source files themselves.

Nothing here knows Parquet or uploads; every walk respects slices, chunks and nulls.

- **File feature**: a feature stored as a struct of ``bytes`` and ``path``: Nifti, Image, Audio.
- **File leaf** (`FileLeaf`): a place in a schema where a file feature stands, at any depth of
  structs and lists. It has a name for people and a path for Parquet.
- **File cell** (`FileCells`): one value of a file leaf. It is *embedded* if its bytes are in the
  table, *external* if it only names a file, and null otherwise. A row has any number of cells.
- **Field path** (`FieldPath`): names of a column and the fields in it, for columns of any type.
- **Source file** (`Files`): the file that an external cell names, on this machine or behind a URL.
- **Content** (`Content`): what belongs into a file cell: bytes, or a source file and its size.
- **Skeleton table** (`SkeletonTable`): rows whose file cells are empty, beside their contents, so
  that a table of any number of gigabytes takes a few kilobytes of memory.
- **Exact cast** (`cast_exactly`): values with another feature, where nothing is lost.
- **Row sizes**: bytes of each row, in memory and at most in Parquet, without reading values.
"""
