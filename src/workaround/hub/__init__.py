"""The Hub as the uploader sees it: retries, waiting, the dataset card."""
