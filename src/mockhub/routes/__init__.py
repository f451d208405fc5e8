"""The routes of the Hub's API, by its chapters.

- `repos`: creating, finding, describing and gating repositories
- `history`: trees, commits, references, discussions and pull requests
- `transfer`: contents up and down, over git, LFS and Xet; and buckets
- `health`: a sign of life for scripts and containers
- `permissions`: the account of a request, and its rights

Each module has a list ``routes``, which `mockhub.app` collects. A route reads its request, asks
`permissions` for the repository it may use, and calls `mockhub.repos`, `mockhub.git`,
`mockhub.storage` or `mockhub.xet`. Routes that await nothing are plain functions, which Starlette
runs in threads.
"""
