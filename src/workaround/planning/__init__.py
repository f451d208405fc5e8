"""Plan an upload: cut splits into shards by true sizes, and keep to the limits of the Hub.

`plan` answers with a `Plan`: a `SplitPlan` for each split, a `Shard` for each file to upload.

- `packing`: pure functions that cut rows, given the bytes of each, into runs. A run is named by its
  end, the row behind its last.
- `plan`: the dataclasses, and how arguments decide between size and number of shards. A shard with
  files is packed by the bytes that its file will have; without files it is cut as upstream cuts it.
- `hub_limits`: what the Hub refuses (files in a folder, bytes of a file) or advises against.

Sizes come from the survey of `preflight`; nothing here opens a file or asks the Hub.
"""
