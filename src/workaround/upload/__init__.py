"""From planned shards to one commit.

Terms, in the order of the stages:

- *shard*: rows of a split that become one Parquet file; cut by `planning`.
- *shard job*: a shard with its rows and the way to its source files; it travels to workers.
- *fingerprint*: hash of all that a shard is made of; source files count by size and time of change.
- *pending shard*: a shard job with its fingerprint and the storage that the Hub wants it in.
- *batch*: pending shards that are sent together: written into *streams* of Xet (`streams`), or to
  *shard files* on disk, removed as soon as they are uploaded (`files`).
- *addition*: a file of a commit as the client wants it; it reports what was read of it
  (`additions`).
- *uploaded shard*: its bytes are on the Hub, where no reader sees them before the commit.
- *journal*: a SQLite file on this machine that remembers uploaded shards, so that the same call
  resumes after a kill (`journal`).
- *conformed rows*: appended rows with the columns and features of the split (`conform`).
- *pipeline*: a batch is written while the last one is sent, by threads (`batches`) or by workers
  (`workers`, `remote`).
- *commit*: one step that adds all shards and the card, and deletes the shards that it replaces
  (`commit`).
"""
