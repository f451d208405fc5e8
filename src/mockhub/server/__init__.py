"""A local Hub in a process of its own, for tests and scripts: `Hub.start()`."""

from mockhub.server.process import Hub

__all__ = ["Hub"]
