"""Modules that take long to import."""

SLOW = {"datasets", "huggingface_hub", "numpy", "pandas", "pyarrow"}
"""Only what uses them may import them: `datasets` takes two seconds."""
