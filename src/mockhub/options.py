"""Options of a server, for its command line, for tests and for resets."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

from mockhub.repos.accounts import DEFAULT_TOKEN, DEFAULT_USER, Account, Accounts, Organization

UploadMode = Literal["auto", "lfs", "regular"]
Redirect = Literal["none", "relative", "cdn"]


@dataclass(frozen=True)
class Options:
    """Options of a server, described by their help texts.

    On the command line ``part_size`` is ``--part-size``, ``xet`` is ``--xet`` or ``--no-xet``, and
    ``users`` is a repeated ``--user``.

    Raises:
        ValueError: An option has an invalid value.
    """

    upload_mode: UploadMode = field(
        default="auto",
        metadata={"help": "upload all files over LFS or git, regardless of .gitattributes"},
    )
    xet: bool = field(
        default=True,
        metadata={"help": "offer Xet; clients of a server without it need HF_HUB_DISABLE_XET=1"},
    )
    discard: bool = field(
        default=False,
        metadata={"help": "keep only hash and size of LFS and Xet uploads, not the bytes"},
    )
    part_size: int = field(
        default=500_000_000,
        metadata={"help": "upload larger LFS files in parts of this size", "metavar": "BYTES"},
    )
    page_size: int = field(
        default=1000,
        metadata={"help": "entries of a listing per page"},
    )
    redirect: Redirect = field(
        default="cdn",
        metadata={"help": "redirect downloads of regular files, or of LFS files too (cdn)"},
    )
    expire_after: int = field(
        default=3600,
        metadata={"help": "lifetime of links and Xet tokens", "metavar": "SECONDS"},
    )
    users: tuple[str, ...] = field(
        default=(f"{DEFAULT_USER}:{DEFAULT_TOKEN}",),
        metadata={
            "help": "an account; repeatable, the first is the administrator",
            "metavar": "NAME:TOKEN[:read]",
        },
    )
    orgs: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "an organization and its members; repeatable",
            "metavar": "NAME:USER[=read][,USER...]",
        },
    )

    def __post_init__(self) -> None:  # noqa: D105 - described by the class
        for name, kind in _kinds().items():
            _check(name, getattr(self, name), kind)
        self.accounts()
        if not self.administrator.can_write:
            raise ValueError("the first of users must have a token that may write")

    @property
    def administrator(self) -> Account:
        """Return the first account, which may use the control routes."""
        return Account.parse(self.users[0])

    def accounts(self) -> Accounts:
        """Return the accounts with their organizations.

        Raises:
            ValueError: `users` or `orgs` are malformed, or contradict each other.
        """
        if not self.users:
            raise ValueError("users must have at least one entry")
        return Accounts(map(Account.parse, self.users), map(Organization.parse, self.orgs))

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Options:
        """Create options from a mapping; missing ones have their defaults.

        Raises:
            ValueError: An option is unknown, or has an invalid value.
        """
        unknown = sorted(set(body) - set(_kinds()))
        if unknown:
            raise ValueError(f"no such option: {', '.join(unknown)}")
        lists = {name: tuple(value) for name, value in body.items() if isinstance(value, list)}
        return cls(**{**body, **lists})

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Options:
        """Create options from the arguments of a parser that `add_to` extended.

        Raises:
            ValueError: An option has an invalid value.
        """
        given = {name: getattr(arguments, name) for name in _kinds()}
        return cls.from_json({name: value for name, value in given.items() if value is not None})

    @classmethod
    def add_to(cls, parser: argparse.ArgumentParser) -> None:
        """Add all options to a command line."""
        for option in dataclasses.fields(cls):
            kind, help_text = _kinds()[option.name], option.metadata["help"]
            if kind is bool:
                parser.add_argument(
                    _flag(option.name),
                    action=argparse.BooleanOptionalAction,
                    default=option.default,
                    help=help_text,
                )
            elif _is_list(kind):
                parser.add_argument(
                    _flag(option.name),
                    action="append",
                    dest=option.name,
                    metavar=option.metadata["metavar"],
                    help=f"{help_text} (default: {' '.join(getattr(cls, option.name)) or 'none'})",
                )
            elif choices := get_args(kind):
                parser.add_argument(
                    _flag(option.name),
                    choices=choices,
                    default=option.default,
                    help=f"{help_text} (default: %(default)s)",
                )
            else:
                parser.add_argument(
                    _flag(option.name),
                    type=kind,
                    default=option.default,
                    metavar=option.metadata.get("metavar", "N"),
                    help=f"{help_text} (default: %(default)s)",
                )

    def arguments(self) -> list[str]:
        """Return the command line arguments for these options."""
        arguments = []
        for name, kind in _kinds().items():
            value = getattr(self, name)
            if kind is bool:
                arguments.append(_flag(name) if value else f"--no-{name.replace('_', '-')}")
            else:
                values = value if _is_list(kind) else (value,)
                arguments += [f"{_flag(name)}={item}" for item in values]
        return arguments


@cache
def _kinds() -> dict[str, Any]:
    """Return the types of the options by name."""
    return get_type_hints(Options)


def _is_list(kind: Any) -> bool:
    return bool(kind == tuple[str, ...])


def _flag(name: str) -> str:
    words = name.removesuffix("s") if _is_list(_kinds()[name]) else name
    return f"--{words.replace('_', '-')}"


def _check(name: str, value: Any, kind: Any) -> None:
    if _is_list(kind):
        if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{name} must be a list of strings, got {value!r}")
    elif choices := get_args(kind):
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    elif type(value) is not kind:
        raise ValueError(f"{name} must be of type {kind.__name__}, got {value!r}")
    elif kind is not bool and value <= 0:
        raise ValueError(f"{name} must be above 0, got {value}")
