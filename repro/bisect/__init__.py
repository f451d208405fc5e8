"""Where a bug began and ended: over releases, then over the commits between two of them."""
