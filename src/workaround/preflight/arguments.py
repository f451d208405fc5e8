"""Checks of single arguments: each returns the value to use, or says what to write instead."""

from __future__ import annotations

import operator
import posixpath
import re
from typing import Any

import numpy as np
from datasets import NamedSplit, config
from datasets.naming import INVALID_WINDOWS_CHARACTERS_IN_PATH
from datasets.utils.py_utils import convert_file_size_to_int
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils._validators import validate_repo_id

from workaround.errors import ArgumentError

MAX_NAME = 200
"""Most bytes of the name of a split, a config or a folder: file systems take 255, and the names of
shards and of folders in the cache of `load_dataset` are longer than these."""
MAX_SHARDS = 10_000
"""Most shards of a split: the Hub takes no more files in a folder."""
MAX_PROCESSES = 1000

_GLOB = set("*?[]")
_SPLIT = re.compile(r"\w+(\.\w+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RESERVED = {".git", ".gitattributes", "readme.md", "dataset_infos.json"}
"""Names at the root of a repository that are no folders."""
_NOT_IN_REVISION = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def repository_id(value: Any) -> str:
    """Return the id of a dataset repository.

    Raises:
        ArgumentError: Not ``user/name``, ``organization/name`` or ``name``.
    """
    if isinstance(value, str) and value.startswith("buckets/"):
        raise ArgumentError("Storage buckets are not supported: upload to a dataset repository")
    if not isinstance(value, str):
        raise ArgumentError(f"repo_id has to be a text such as 'user/name', not {value!r}")
    if not value.isascii():  # huggingface_hub before 1 takes any letter, and the Hub does not
        raise ArgumentError(f"repo_id has to be of letters of ASCII, not {value!r}")
    try:
        validate_repo_id(value)
    except HFValidationError as error:
        raise ArgumentError(f"repo_id has to be 'user/name', not {value!r}: {error}") from None
    return value


def flag(name: str, value: Any, *, optional: bool = False) -> bool | None:
    """Return a flag.

    Args:
        name: Name of the argument.
        value: Its value.
        optional: Accept None too.

    Raises:
        ArgumentError: Neither True nor False: a text such as "no" would count as True.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if value is None and optional:
        return None
    raise ArgumentError(f"{name} has to be True or False, not {value!r}")


def column_names(name: str, value: Any) -> tuple[str, ...] | None:
    """Return the names of columns; None for the default.

    Raises:
        ArgumentError: Not the name of a column, nor several.
    """
    if value is None:
        return None
    several = tuple(value) if isinstance(value, list | tuple) else ()
    names = (value,) if isinstance(value, str) else several
    if not names or not all(isinstance(column, str) and column for column in names):
        raise ArgumentError(f"{name} has to be a column or a list of columns, not {value!r}")
    return names


def message(name: str, value: Any) -> str | None:
    """Return a text of the commit; None for the default.

    Raises:
        ArgumentError: Not a text, or one that cannot be sent.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArgumentError(f"{name} has to be text, not {value!r}")
    _require_unicode(name, value)
    if "\0" in value:
        raise ArgumentError(f"{name} has a NUL character, which git cannot store: remove it")
    return value


def branch(value: Any) -> str | None:
    """Return the branch or pull request to write to; None for ``main``.

    Raises:
        ArgumentError: Not the name of a branch as git allows it (``git check-ref-format``).
    """
    name = revision(value)
    if name is None or re.fullmatch(r"refs/pr/[1-9][0-9]*", name):
        return name
    if name.startswith("refs/heads/"):
        short = name.removeprefix("refs/heads/")
        raise ArgumentError(f"revision has to be the name of a branch: {short!r}, not {name!r}")
    if name.startswith("refs/"):
        raise ArgumentError(f"revision has to be a branch or 'refs/pr/N', not {name!r}")
    if _COMMIT.fullmatch(name):
        raise ArgumentError("revision is a commit, which cannot be changed: pass a branch")
    return name


def revision(value: Any) -> str | None:
    """Return the revision to read; None for ``main``.

    Raises:
        ArgumentError: Not a name that git allows.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArgumentError(f"revision has to be the name of a branch, not {value!r}")
    _require_unicode("revision", value)
    parts = value.split("/")
    if (
        _NOT_IN_REVISION.search(value)
        or value == "@"
        or value.startswith("-")
        or value.endswith(".")
        or not all(parts)
        or any(part.startswith(".") or part.endswith(".lock") for part in parts)
        or len(value.encode()) > MAX_NAME
    ):
        raise ArgumentError(
            f"revision is {_short(value)}, which git does not allow: use letters, digits, - and _,"
            " as in 'main', or leave it out"
        )
    return value


def split_name(value: Any) -> str:
    """Return the name of a split.

    Raises:
        ArgumentError: Not a name that `load_dataset` takes.
    """
    if not isinstance(value, str | NamedSplit):
        raise ArgumentError(f"split has to be a name such as 'train', not {value!r}")
    name = str(value)
    if not _SPLIT.fullmatch(name):
        raise ArgumentError(
            f"Not the name of a split: {_short(name)}. Use letters, digits, _ and ."
        )
    if name == "all":
        raise ArgumentError("No split can be named 'all': it stands for all splits")
    _require_short("The name of a split", name)
    return name


def usable_token(token: str | bool | None) -> str | None:
    """Return a token without surrounding white space; None for the one that is logged in.

    Raises:
        ArgumentError: The token cannot be sent. The message does not show it.
    """
    if token is None or token is True:  # also the one that is logged in
        return None
    text = token.strip() if isinstance(token, str) else ""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ArgumentError("The token is not valid: pass None for the one of `hf auth login`")
    return text


def data_folder(config_name: Any, data_dir: Any) -> str:
    """Return the folder of the shards in the repository.

    Raises:
        ArgumentError: The name of the config is that of the default config's folder, or one that
            `load_dataset` refuses, or the folder is not one that a card can name.
    """
    _require_config_name(config_name)
    if data_dir is not None and not isinstance(data_dir, str):
        raise ArgumentError(f"data_dir has to be a text such as 'data', not {data_dir!r}")
    name, folder = ("data_dir", data_dir) if data_dir else ("config_name", config_name)
    if not data_dir and config_name == "default":
        return "data"
    _require_unicode(name, folder)
    path = posixpath.normpath(folder.strip("/"))
    parts = path.split("/")
    if (
        parts[0] in {".", ".."}
        or set(path) & {*_GLOB, "\\"}
        or _CONTROL.search(path)
        or any(part != part.strip() for part in parts)
        or any(part.lower() == ".git" for part in parts)
        or parts[0].lower() in _RESERVED
    ):
        raise ArgumentError(
            f"{name} has to be a folder in the repository, such as 'data', not {_short(folder)}"
        )
    for part in parts:
        _require_short(f"A folder of {name}", part)
    if len(path.encode()) > 4 * MAX_NAME:
        raise ArgumentError(f"{name} has {len(path.encode())} bytes: use fewer folders")
    return path


def shard_count(value: Any) -> int | None:
    """Return a number of shards; None where their size decides.

    Raises:
        ArgumentError: Not a whole number from 1 to `MAX_SHARDS`.
    """
    count = whole("num_shards", value, 1)
    if count is not None and count > MAX_SHARDS:
        raise ArgumentError(
            f"num_shards is {count}: the Hub takes {MAX_SHARDS} files in a folder, make fewer"
        )
    return count


def processes(num_proc: Any) -> int:
    """Return the number of processes; 1 by default.

    Raises:
        ArgumentError: Not a whole number from 0 to `MAX_PROCESSES`.
    """
    count = whole("num_proc", num_proc, 0) or 1
    if count > MAX_PROCESSES:
        raise ArgumentError(f"num_proc is {count}: use at most {MAX_PROCESSES} processes")
    return count


def shard_limit(max_shard_size: Any) -> int:
    """Return the most bytes of a shard; None and 0 mean "500MB", as upstream.

    Raises:
        ArgumentError: Neither a number of bytes nor a text like "500MB".
    """
    size = -1 if isinstance(max_shard_size, bool) else max_shard_size
    try:
        size = config.MAX_SHARD_SIZE if size in (None, 0, "") else size
        limit = convert_file_size_to_int(size) if isinstance(size, str) else operator.index(size)
    except (ValueError, TypeError, OverflowError):
        limit = 0
    if limit < 1:
        raise ArgumentError(
            f"max_shard_size has to be a number of bytes or like '1GB', not {max_shard_size!r}"
        )
    return limit


def whole(name: str, count: Any, least: int) -> int | None:
    """Return a whole number; None for the default.

    Raises:
        ArgumentError: Not a whole number of ``least`` or more.
    """
    if count is None:
        return None
    try:
        number = least - 1 if isinstance(count, bool) else operator.index(count)
    except TypeError:
        number = least - 1
    if number < least:
        raise ArgumentError(f"{name} has to be a whole number of {least} or more, not {count!r}")
    return number


def _require_config_name(value: Any) -> None:
    if not isinstance(value, str):
        raise ArgumentError(f"config_name has to be a name such as 'default', not {value!r}")
    if value == "data":
        raise ArgumentError("config_name cannot be 'data', the folder of the default config")
    _require_unicode("config_name", value)
    bad = {*INVALID_WINDOWS_CHARACTERS_IN_PATH, *_GLOB}
    if not value.strip() or set(value) & bad or _CONTROL.search(value):
        raise ArgumentError(
            f"config_name is {_short(value)}, which `load_dataset` refuses: avoid"
            f" {' '.join(sorted(bad))}"
        )
    _require_short("config_name", value)


def _require_short(what: str, name: str) -> None:
    if (size := len(name.encode())) > MAX_NAME:
        raise ArgumentError(f"{what} has {size} bytes: use at most {MAX_NAME}")


def _require_unicode(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"{name} is {value!r}, which is not Unicode text") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:60]}...")
