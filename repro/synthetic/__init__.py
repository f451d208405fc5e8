"""NIfTI files, BIDS folders and damaged files for tests and reproductions.

- A **NIfTI file** is an image of noise of a wanted size in bytes, plain or gzipped; a **seed**
  gives the same bytes each time (`nifti`).
- A **BIDS dataset** is a folder of subjects and sessions with their images and metadata, with gaps
  as real ones have: missing sessions, several runs, empty lists (`bids`).
- A **damaged file** has one **defect**: it is cut off, is no gzip, has a wrong header, or is empty
  (`broken`).
- The **fixtures** are these generators as a pytest plugin, so that tests need no imports.
- Nothing here imports datasets: the files are the same for each release. Tests and benchmarks call
  the generators; scripts of bugs write their own few files, since they stand alone.
"""
