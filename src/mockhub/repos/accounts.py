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
"""The right of a member to the repositories of an organization."""


@dataclass(frozen=True)
class Organization:
    """A namespace that several users share.

    Attributes:
        name: The namespace.
        members: Names of users, and their roles.
    """

    name: str
    members: tuple[tuple[str, Role], ...]

    @classmethod
    def parse(cls, text: str) -> Organization:
        """Parse ``NAME:USER[=read][,USER[=read]...]``; members may write by default.

        Raises:
            ValueError: The text has another form.
        """
        name, _, users = text.partition(":")
        members = [member.partition("=") for member in users.split(",")]
        if not is_name(name) or not all(
            is_name(user) and (role if sign else "write") in {"write", "read"}
            for user, sign, role in members
        ):
            raise ValueError(f"expected NAME:USER[=read][,USER...], got {text!r}")
        return cls(name, tuple((user, cast("Role", role or "write")) for user, _, role in members))

    def role_of(self, user: str) -> Role | None:
        """Return the role of a user; None if they are not a member."""
        return dict(self.members).get(user)

    def __str__(self) -> str:
        """Return the form that `parse` reads."""
        users = (user if role == "write" else f"{user}={role}" for user, role in self.members)
        return f"{self.name}:{','.join(users)}"


@dataclass(frozen=True)
class Account:
    """A user and one of their tokens.

    Attributes:
        name: User name, and namespace of their repositories.
        token: The secret sent as ``Authorization: Bearer``; a user may have several.
        can_write: True if the token may create and change repositories.
        organizations: Organizations of the user; set by `Accounts`.
    """

    name: str
    token: str
    can_write: bool = True
    organizations: tuple[Organization, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Account:
        """Parse ``NAME:TOKEN`` or ``NAME:TOKEN:read``.

        Raises:
            ValueError: The text has another form.
        """
        name, _, rest = text.partition(":")
        token, colon, right = rest.partition(":")
        if not is_name(name) or not token or (colon and right != "read"):
            raise ValueError(f"expected NAME:TOKEN or NAME:TOKEN:read, got {text!r}")
        return cls(name, token, can_write=not colon)

    def __str__(self) -> str:
        """Return the form that `parse` reads."""
        return f"{self.name}:{self.token}" + ("" if self.can_write else ":read")

    def role_in(self, namespace: str) -> Role | None:
        """Return the role of the user in a namespace; None if it is somebody else's."""
        wanted = namespace.lower()
        if wanted == self.name.lower():
            return "write"
        for organization in self.organizations:
            if organization.name.lower() == wanted:
                return organization.role_of(self.name)
        return None


class Accounts:
    """The accounts of a server, by token.

    Args:
        accounts: One for each token.
        organizations: Organizations of the users.

    Raises:
        ValueError: An organization has the name of a user, or an unknown member.
    """

    def __init__(
        self, accounts: Iterable[Account], organizations: Iterable[Organization] = ()
    ) -> None:
        organizations = tuple(organizations)
        self._by_token = {
            account.token: replace(
                account,
                organizations=tuple(org for org in organizations if org.role_of(account.name)),
            )
            for account in accounts
        }
        self.users = {account.name for account in self._by_token.values()}
        self.namespaces = self.users | {org.name for org in organizations}
        for organization in organizations:
            members = {user for user, _ in organization.members}
            if organization.name in self.users or not members <= self.users:
                raise ValueError(
                    f"--org {organization}: the members must be users, and the name must not be one"
                )

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
