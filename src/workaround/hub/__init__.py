"""The Hub as the uploader sees it.

Terms:

- *repository*: a dataset repository and the branch that an upload writes to (`repository`). It is
  read at a *commit*, so that what is read belongs together.
- *preupload*: the first request for a file. The Hub answers with its *upload mode*: Xet or LFS,
  now, or *regular*, within the commit.
- *card*: README.md. Its *configs* name the files of each split, its *dataset_info* their features
  and sizes (`card` writes both, `card_lookup` reads a config as `load_dataset` does).
- *transient* failure: one that another attempt may not meet; all others are refused at once with
  advice (`retry`).
- *delay*: seconds until the next attempt, our own or one that the Hub asks for (`backoff`).
- *secret*: a token, a password in a URL, or its signed query; no log and no error shows one
  (`redact`).
"""
