"""Tokens and links that carry what they allow, and until when.

They are signed, so that nothing has to be remembered of them: a restarted server honours those
it gave out before, and any number of them costs no memory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import Any

from mockhub.storage.blobs import write_whole

KEY_SIZE = 32


class TicketError(ValueError):
    """A ticket has expired, is not ours, or is for something else."""


class Tickets:
    """Writes and reads the tickets of one server.

    Args:
        key_file: Holds the key they are signed with; made if missing.
        seconds: How long a ticket is good for.
    """

    def __init__(self, key_file: Path, seconds: float) -> None:
        self.seconds = seconds
        if not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(key_file, secrets.token_bytes(KEY_SIZE))
        self._key = key_file.read_bytes()

    def issue(self, purpose: str, **claims: str | int) -> tuple[str, int]:
        """Write a ticket.

        Args:
            purpose: What it is for.
            claims: What it allows.

        Returns:
            The ticket, of characters that need no quoting in a URL; and when it expires, in
            whole seconds of Unix time.
        """
        expires = time.time() + self.seconds
        nonce = secrets.token_hex(8)
        body = json.dumps({**claims, "purpose": purpose, "expires": expires, "nonce": nonce})
        text = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
        return f"{text}.{self._sign(text)}", int(expires)

    def read(self, purpose: str, ticket: str) -> dict[str, Any]:
        """The claims of a ticket, with the ``nonce`` that tells it from all others.

        Raises:
            TicketError: It is not one of ours, is for something else, or has expired.
        """
        text, _, signature = ticket.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(text).encode()):
            raise TicketError("not issued by this server")
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
        if claims["purpose"] != purpose:
            raise TicketError(f"issued for {claims['purpose']}")
        if claims["expires"] < time.time():
            raise TicketError("expired")
        return claims

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
