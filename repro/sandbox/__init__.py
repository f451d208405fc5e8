"""Run a command in a process tree of its own, capped and sampled, and leave nothing behind."""
