"""Faults, the request log and the routes by which tests control a server."""
