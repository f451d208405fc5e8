"""A proxy that passes on what is sent to a server no faster than so many bytes a second."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PIECE = 1 << 16


class _Link:
    """A link of a bandwidth that all connections share."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._free = 0.0

    async def send(self, data: bytes) -> None:
        """Wait as long as the data takes, and what is before it."""
        now = asyncio.get_running_loop().time()
        self._free = max(now, self._free) + len(data) / self._rate
        await asyncio.sleep(self._free - now)


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link | None
) -> None:
    try:
        while data := await reader.read(PIECE):
            if link is not None:
                await link.send(data)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the other end has what it wants
    finally:
        writer.close()


@contextmanager
def slow_link(url: str, rate: int) -> Iterator[str]:
    """Provide a URL that leads to a server over a slow link.

    Args:
        url: URL of the server.
        rate: Bytes per second to it; answers are not held.
    """
    server = urlsplit(url)
    link, loop = _Link(rate), asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(server.hostname, server.port)
        await asyncio.gather(_copy(reader, requests, link), _copy(answers, writer, None))

    listening = loop.run_until_complete(asyncio.start_server(serve, server.hostname, 0))
    port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="slow link", daemon=True)
    thread.start()
    try:
        yield f"{server.scheme}://{server.hostname}:{port}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        listening.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
