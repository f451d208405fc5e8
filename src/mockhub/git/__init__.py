"""Trees, commits, differences and attributes, as git defines them; no HTTP."""
