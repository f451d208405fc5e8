"""Routes of trees, commits, references and discussions.

- **tree**: files and folders at a revision, and lists of commits (`tree`)
- **page**: part of a listing; the ``Link`` header leads to the next (`tree.paginate`)
- **commit**: files, LFS files and deletions in one request (`commit`)
- **draft**: a requested commit, from JSON lines (`commit_body`, `commit_lines`)
- **parent commit**: the required head of the branch; another one is refused with 412
- **references**: branches, tags, conversions and pull requests (`refs`)
- **super-squash**: replacing the history of a branch by a single commit (`refs`)
- **discussion**: comments, titles and status; pull requests and merging (`discussions`)

A pull request is a discussion with commits at ``refs/pr/N``.
"""
