"""NIfTI files, BIDS folders and damaged files for tests and reproductions."""
