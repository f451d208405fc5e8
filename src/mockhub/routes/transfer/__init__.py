"""Routes of contents: preupload, LFS, Xet, buckets and downloads.

- **preupload**: the question which files go over LFS or Xet, and which into git (`preupload`)
- **regular file**: a file in the commit itself, up to 10 MiB
- **batch**: the call of git-lfs that returns upload links (`lfs`)
- **link**: a signed URL of storage, for which clients send no token
- **content store**: xorbs and shards, with tokens of their own (`xet`)
- **reconstruction**: the chunks of a file to download (`xet`)
- **resolve**: a file at a revision, or a redirect to it (`resolve`)
- **CDN**: this server under its other name, so that clients keep their token to themselves
- **LFS files**: all that are in the history, and deleting them (`lfs_files`)
- **bucket**: a repository without history (`buckets`, `bucket_batch`)
"""
