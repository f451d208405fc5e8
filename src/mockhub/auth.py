"""Accounts and their tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request

from mockhub.errors import InvalidTokenError

DEFAULT_USER = "user"
DEFAULT_TOKEN = "hf_mockhub"  # noqa: S105 - public by design: the server listens on loopback


@dataclass(frozen=True)
class Account:
    """Who holds a token.

    Attributes:
        name: User name, and the namespace of the account's repos.
        token: The secret sent as ``Authorization: Bearer``.
        can_write: Whether the token may create and change repos.
    """

    name: str
    token: str
    can_write: bool = True

    @classmethod
    def parse(cls, text: str) -> Account:
        """Read ``NAME:TOKEN`` or ``NAME:TOKEN:read``.

        Raises:
            ValueError: The text has another form.
        """
        match text.split(":"):
            case [name, token] if name and token:
                return cls(name, token)
            case [name, token, "read"] if name and token:
                return cls(name, token, can_write=False)
            case _:
                raise ValueError(f"expected NAME:TOKEN or NAME:TOKEN:read, got {text!r}")

    def __str__(self) -> str:
        """The form `parse` reads."""
        return f"{self.name}:{self.token}" + ("" if self.can_write else ":read")


class Accounts:
    """The tokens a server knows."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_token = {account.token: account for account in accounts}

    def identify(self, request: Request) -> Account | None:
        """The account behind a request; None for an anonymous one.

        Raises:
            InvalidTokenError: The request carries a token nobody holds.
        """
        authorization = request.headers.get("authorization")
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        account = self._by_token.get(token.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise InvalidTokenError
        return account
