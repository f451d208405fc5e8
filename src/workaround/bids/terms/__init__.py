"""The terms of BIDS.

- `schema`: entities, suffixes, data types and metadata, as the authors of BIDS publish them.
- `names`: names of files by these terms, and what is wrong with others.
"""
