"""The search for the release, then the commit, with which a bug began or ended.

- A **row** is the releases on the index, the oldest first; a **place** is the index of one in it.
- The **search** runs both ends of the row and the edges that the catalog expects, then halves the
  distance between any two neighbours that disagree: about log2(n) runs.
- A release that cannot be **tested**, with the newest packages or with those of its own day, has no
  verdict and is passed over, as `git bisect skip` does.
- A **stretch** is neighbouring releases that have the bug; a **change** is two releases with
  different verdicts and none between them that can be tested.
- **Commits** are searched by `git bisect run` in a clone of its own, over the packages of an
  installation; a **step** of it is a process, `python -m repro.bisect.step`.
"""
