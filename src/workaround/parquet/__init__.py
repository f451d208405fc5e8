"""Parquet files written and read in constant memory."""
