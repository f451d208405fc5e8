"""Accounts with their tokens, and the organizations they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast

from mockhub.errors import InvalidTokenError
from mockhub.repos.names import is_name

DEFAULT_USER = "user"
DEFAULT_TOKEN = "hf_mockhub"  # noqa: S105 - public by design: the server listens on loopback

Role = Literal["write", "read"]
"""What a member may do with the repositories of an organization."""


@dataclass(frozen=True)
class Organization:
    """A namespace that several users share.

    Attributes:
        name: Of the organization.
        members: Who belongs to it, and their roles.
    """

    name: str
    members: tuple[tuple[str, Role], ...]

    @classmethod
    def parse(cls, text: str) -> Organization:
        """Read ``NAME:USER[=read][,USER[=read]...]``; members may write unless told otherwise.

        Raises:
            ValueError: The text has another form.
        """
        name, _, users = text.partition(":")
        members = [each.partition("=") for each in users.split(",")]
        if not is_name(name) or not all(
            is_name(user) and (role if sign else "write") in {"write", "read"}
            for user, sign, role in members
        ):
            raise ValueError(f"expected NAME:USER[=read][,USER...], got {text!r}")
        return cls(name, tuple((user, cast("Role", role or "write")) for user, _, role in members))

    def role_of(self, user: str) -> Role | None:
        """The role of a user; None if they are no member."""
        return dict(self.members).get(user)

    def __str__(self) -> str:
        """The form `parse` reads."""
        users = (user if role == "write" else f"{user}={role}" for user, role in self.members)
        return f"{self.name}:{','.join(users)}"


@dataclass(frozen=True)
class Account:
    """Who holds a token.

    Attributes:
        name: User name, and the namespace of the account's repos.
        token: The secret sent as ``Authorization: Bearer``; a user may have several.
        can_write: Whether the token may create and change repos.
        organizations: Where the user is a member; `Accounts` fills it in.
    """

    name: str
    token: str
    can_write: bool = True
    organizations: tuple[Organization, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Account:
        """Read ``NAME:TOKEN`` or ``NAME:TOKEN:read``.

        Raises:
            ValueError: The text has another form.
        """
        name, _, rest = text.partition(":")
        token, colon, right = rest.partition(":")
        if not is_name(name) or not token or (colon and right != "read"):
            raise ValueError(f"expected NAME:TOKEN or NAME:TOKEN:read, got {text!r}")
        return cls(name, token, can_write=not colon)

    def __str__(self) -> str:
        """The form `parse` reads."""
        return f"{self.name}:{self.token}" + ("" if self.can_write else ":read")

    def role_in(self, namespace: str) -> Role | None:
        """What the user may do with the repositories of a namespace; None for a stranger."""
        wanted = namespace.lower()
        if wanted == self.name.lower():
            return "write"
        for organization in self.organizations:
            if organization.name.lower() == wanted:
                return organization.role_of(self.name)
        return None


class Accounts:
    """The tokens a server knows.

    Args:
        accounts: One for each token.
        organizations: Whose members they are.

    Raises:
        ValueError: An organization has the name of a user, or a member nobody knows.
    """

    def __init__(
        self, accounts: Iterable[Account], organizations: Iterable[Organization] = ()
    ) -> None:
        organizations = tuple(organizations)
        self._by_token = {
            each.token: replace(
                each,
                organizations=tuple(org for org in organizations if org.role_of(each.name)),
            )
            for each in accounts
        }
        self.users = {each.name for each in self._by_token.values()}
        self.namespaces = self.users | {each.name for each in organizations}
        for organization in organizations:
            members = {user for user, _ in organization.members}
            if organization.name in self.users or not members <= self.users:
                raise ValueError(f"--org {organization}: its members must be users, its name none")

    def identify(self, authorization: str | None) -> Account | None:
        """Return the account of a token; None for an anonymous request.

        Args:
            authorization: The header of the request, ``Bearer TOKEN``; None if it has none.

        Raises:
            InvalidTokenError: No account has this token.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        account = self._by_token.get(token.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise InvalidTokenError
        return account
