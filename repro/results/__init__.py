"""Verdicts as documents: built, kept, read back and compared."""
