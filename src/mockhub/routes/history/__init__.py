"""Routes of trees, commits, references and discussions."""
