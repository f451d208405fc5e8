"""Repositories and accounts, in memory and on disk. They know nothing of HTTP.

- **repository**: settings, references, history and discussions, in a folder (`repo.Repo`)
- **repository type**: model, dataset or space
- **reference**: a branch, a tag, a conversion, or the head of a pull request
- **revision**: a name or a full or shortened commit id that leads to a commit
- **store**: all repositories, by type and id ``namespace/name`` (`store.RepoStore`)
- **account**: a user with one of their tokens, which may be read-only (`accounts.Account`)
- **organization**: a namespace of several users with roles (`accounts.Organization`)
- **discussion**: a list of events; with a base branch, a pull request (`discussions.Discussion`)
- **draft**: a pull request that has no changes yet
- **gated repository**: one whose content is for accepted users (`gating`)
- **access request**: a user's request to read it, and the decision (`gating.AccessRequest`)
"""
