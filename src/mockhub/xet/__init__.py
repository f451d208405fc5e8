"""The content store of Xet. It knows nothing of HTTP.

- **chunk**: up to 128 KiB of a file, compressed, with its hash
- **xorb**: up to 64 MiB of concatenated chunks, named by their hash (`xorbs`)
- **index**: positions and hashes of the chunks of a xorb (`xorbs.XorbIndex`)
- **term**: a run of chunks of one xorb that is part of a file (`shards.Term`)
- **file**: a sequence of terms, with a Xet hash and mostly a SHA-256 (`shards.XetFile`)
- **shard**: an upload that describes files by their terms (`shards.parse_shard`)
- **proof**: a hash that shows that the writer of a shard has the chunks (`hashing.range_hash`)
- **store**: xorbs and files, verified when they arrive (`store.XetStore`)

Specification: https://huggingface.co/docs/xet
"""
