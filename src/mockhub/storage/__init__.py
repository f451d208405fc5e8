"""Contents on disk: blobs, multipart uploads, their owners, and the lock of the root; no HTTP."""
