"""Environments with a release of datasets, made from a package index and kept.

- An **index** is PyPI, or what the variables of uv name; a **release** of it is a version and the
  day it was uploaded, without what was withdrawn (`index`).
- **Pins** are the versions that somebody asks for; what they leave open is the newest that fits.
  `git` is git main, by its commit of today; `before` leaves out what is newer than a day.
- An **environment** is a folder in the user's cache that uv makes once for some pins, the
  interpreter and the packages that scripts need (`environments`). Several processes may ask for
  the same one.
- An **installation** is a Python and the versions that a verdict depends on; an **overlay** is a
  folder of packages that shadow those installed, such as fixed ones (`installation`).
- A **clone** is a repository of datasets that the user has (`clones`); **tools** are packages that
  an installation can import without having them.
- `cli` and `bisect` list releases and make environments; `judge` runs scripts with installations,
  and `results` keeps their versions beside each verdict.
"""
