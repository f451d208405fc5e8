"""Routes by which the contents of files travel: preupload, LFS, Xet, buckets and resolve."""
