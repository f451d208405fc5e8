"""Contents on disk. It knows nothing of HTTP, nor of repositories but by their internal ids.

- **blob**: a file content, named by its SHA-256 (`blobs.BlobStore`)
- **incoming**: a temporary file that is hashed while it is received (`blobs.Incoming`)
- **discarded**: of such a content, only hash and size are stored (``--discard``)
- **upload in parts**: a content whose parts arrive in any order (`multipart.Uploads`)
- **bucket**: files by path, without history, in SQLite (`buckets.Buckets`)
- **holder**: the internal id of a repository or bucket that owns contents
- **ownership**: the contents that a holder may refer to (`ownership.Ownership`)
- **ticket**: a signed link or token that carries what it allows (`signed_tokens.Tickets`)
- **root**: the folder of all data, locked against other servers (`root_lock.lock`)
"""
