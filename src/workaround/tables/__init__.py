"""Tables of files and BIDS folders, read as datasets."""
