"""The search for the release, then the commit, with which a bug began or ended."""
