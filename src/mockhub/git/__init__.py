"""Git as data: trees, commits, differences, merges and attributes. It knows nothing of HTTP.

- **entry**: a file version, as size, SHA-256 and git's blob id (`tree.Entry`)
- **LFS file**: a file of which git stores a pointer with hash and size, not the content
- **tree**: the immutable folders and files of a commit, in part shared with others (`tree.Tree`)
- **changes**: new entries by path, None for deleted files; deletions come first (`tree.Changes`)
- **commit**: metadata and the changes to its first parent, a file on disk (`commits.Commit`)
- **history**: all commits of a repository, and their trees in memory (`commits.History`)
- **merge**: the changes of two trees since a common one, file by file (`merge.merge`)
- **patch**: the differences of two trees as text for ``git apply`` (`diff.diff`)
- **attributes**: patterns that send files to LFS, or exclude them (`attributes`)
"""
