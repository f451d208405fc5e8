"""Parquet files with contents of any size, written and read in constant memory.

- **Shard**: a Parquet file of a split. `writer.ShardWriter` writes it from skeleton tables
  (`workaround.arrow`) and the contents, to a file or a stream.
- **Skeleton**: what Arrow writes of a skeleton table: a Parquet file with empty contents, in
  memory. The writer copies it into the shard, puts the contents into the pages, and corrects
  sizes and positions.
- **Footer**: the Thrift structure at the end of a file: schema, row groups, statistics.
- **Row group**: a run of rows that readers load at once; it has one *column chunk* a leaf.
- **Column chunk**: the values of one leaf in one row group, in pages.
- **Page**: a header in Thrift, levels, values. A page ends with a row, and holds 1 MiB or one row.
- **Levels**: runs of small numbers that say where lists begin and what is null.
- **Page index**: positions and first rows of pages, between the last row group and the footer.
- **Plain column**: without a dictionary, so that `reader.read_cells` streams its cells in blocks.

`metadata` names the fields of these structures, `thrift` decodes and encodes them, and
`compression` decides whether contents are compressed. The format is documented at
https://parquet.apache.org/docs/file-format/.
"""
