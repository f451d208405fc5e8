"""Environments with a release of datasets, made from a package index and kept."""
