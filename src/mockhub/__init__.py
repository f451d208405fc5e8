"""A local Hugging Face Hub, for tests and rehearsals.

A real HTTP server for unmodified clients. From the top down:

- `app`, `plugin`, `__main__`: the application, the pytest plugin, the command
- `routes`: the routes of the Hub's API, and the rights to use them
- `server`: a Hub in a process of its own, as tests use it
- `control`: faults, the request log and resets
- `state`, `options`: the stores of a server, and its options
- `repos`: repositories, accounts, discussions and gating
- `xet`: the content store of Xet
- `storage`: contents on disk, buckets and signed links
- `git`: trees, commits, merges and attributes
- `http`: requests, answers and the HTTP server
- `errors`: refusals in the words of the Hub
"""
