"""Tickets: links and tokens that carry what they allow, and until when.

They are signed, so that the server stores none of them: a restarted server accepts the tickets of
the one before, and any number of them costs no memory.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from mockhub.storage.blobs import write_whole

KEY_SIZE = 32  # bytes


class TicketError(ValueError):
    """A ticket has expired, was issued for another purpose, or by another server."""


class Tickets:
    """Issues and reads the tickets of one server.

    Args:
        key_file: File of the signing key; created if it is missing.
        seconds: Time until a ticket expires.
    """

    def __init__(self, key_file: Path, seconds: float) -> None:
        self.seconds = seconds
        if not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(key_file, secrets.token_bytes(KEY_SIZE))
        self._key = key_file.read_bytes()

    def issue(self, purpose: str, **claims: str | int) -> tuple[str, int]:
        """Issue a ticket.

        Args:
            purpose: Kind of request that it authorizes; a ticket is valid for no other.
            claims: What it allows.

        Returns:
            The ticket, in characters that need no quoting in a URL; and the whole second of Unix
            time in which it expires.
        """
        # Not a URLSafeTimedSerializer: it counts whole seconds, and `seconds` may be one.
        expires = time.time() + self.seconds
        body = {**claims, "expires": expires, "nonce": secrets.token_hex(8)}
        ticket = self._serializer(purpose).dumps(body)
        return ticket if isinstance(ticket, str) else ticket.decode(), int(expires)

    def read(self, purpose: str, ticket: str) -> dict[str, Any]:
        """Return the claims of a ticket, with the ``nonce`` that makes it unique.

        Raises:
            TicketError: It has expired, or this server did not issue it for this purpose.
        """
        try:
            claims: dict[str, Any] = self._serializer(purpose).loads(ticket)
        except BadData:
            raise TicketError("not issued by this server for this purpose") from None
        if claims["expires"] < time.time():
            raise TicketError("expired")
        return claims

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        signing = {"digest_method": hashlib.sha256}
        return URLSafeSerializer(self._key, salt=purpose, signer_kwargs=signing)
