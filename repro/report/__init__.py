"""Reports of judgements, one module for each kind of output."""
