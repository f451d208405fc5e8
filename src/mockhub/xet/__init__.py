"""The content store of Xet: hashes, xorbs and shards; no HTTP."""
