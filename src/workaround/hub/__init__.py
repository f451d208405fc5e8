"""The Hub as the uploader sees it.

Terms:

- *repository*: a dataset repository and the branch that an upload writes to (`repository`). It is
  read at a *commit*, so that what is read belongs together.
- *upload mode*: the storage that the Hub wants a file in, asked for many at once: "lfs" for LFS
  and Xet, now, or "regular", within the commit (`upload_modes`).
- *Xet upload*: files that are sent while they are written, and count once all are (`xet`).
- *card*: README.md. Its *configs* name the files of each split, its *dataset_info* their features
  and sizes (`card` writes both, `card_lookup` reads a config as `load_dataset` does,
  `card_draft` adds what a dataset says of itself).
- *transient* failure: one that another attempt may not meet; all others are refused at once with
  advice (`retry`).
- *delay*: seconds until the next attempt, our own or one that the Hub asks for (`backoff`).
- *bar*: of progress, on terminals and in notebooks (`bars`).
- *secret*: a token, a password in a URL, or its signed query; no log and no error shows one
  (`redact`).
"""
