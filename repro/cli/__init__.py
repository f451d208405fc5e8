"""The commands of `python -m repro`, a module each: its arguments, and what it does."""
