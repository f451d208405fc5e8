"""Verdicts as documents: built, stored, read and compared.

- A **document** has the verdicts of one installation, an **entry** for each bug, and the
  **figures** of each run; it is the JSON of `--verdicts FILE` (`document`, `build`).
- The **store** is a folder with a file for each installation, named after the versions that were
  asked for. `docs/measured` is the one that this project publishes.
- **Drift** is a verdict that differs from the catalog or from the last measurement of the same
  installation. A contradicted verdict is one that the large run under a memory cap speaks against.
- A **figure** is a number of a run: what the process tree took, and each number of the evidence, by
  dotted name (`figures`). Its **readings** are those of repeated runs, its **noise** follows from
  them. A figure that moved by more than that is drift too (`figure_drift`).
- Of **git** is a document of a commit: it counts as a release only if there is none.
"""
