"""Shards written, sent, remembered in the journal, and committed."""
