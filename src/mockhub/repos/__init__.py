"""Repositories, accounts, discussions and gating; no HTTP."""
