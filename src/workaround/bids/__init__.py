"""BIDS folders as datasets.

The Brain Imaging Data Structure names files by entities, ``sub-01_ses-1_run-2_bold.nii.gz``
(https://bids-specification.readthedocs.io).

- `table`: the table of a folder, a row for each session.
- `scan`: the images of the folder, and the files that are left out.
- `layout`: columns of images and of the entities in their names.
- `sidecars`: the text files beside an image.
- `participants`: the columns of ``participants.tsv``.

Errors: `BidsError` for a folder as a whole, `CheckError` for what would be left out.
"""
