"""The bugs of the catalog that sequences of pushes run into, and the signs of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.properties.known import expected
from tests.support.properties.pushes import Broken, Kind, PushDict, PushSplit

Explains = Callable[[Broken], bool]
"""True if a bug explains a broken promise."""


def dict_push_deletes_foreign_files(broken: Broken) -> bool:
    """A `DatasetDict` was pushed, and a file in the folder of its config is gone."""
    if broken.kind is not Kind.GONE or not isinstance(broken.step, PushDict):
        return False
    folder = "data" if broken.step.config == "default" else broken.step.config
    return broken.where.startswith(f"{folder}/")


def default_config_lost(broken: Broken) -> bool:
    """A push made the entry of a config in the card again, without all that it did not write."""
    if broken.kind not in (Kind.UNDESCRIBED, Kind.NOT_DEFAULT):
        return False
    return isinstance(broken.step, PushSplit | PushDict) and broken.step.config == broken.where


def dict_drops_split_unloadable(broken: Broken) -> bool:
    """A `DatasetDict` without a split of before was pushed, and its config does not load."""
    return broken.kind is Kind.UNLOADABLE and isinstance(broken.step, PushDict)


def set_default_keyerror(broken: Broken) -> bool:
    """The only config is the default one without saying so: another default raises a KeyError."""
    return broken.kind is Kind.RAISES and broken.detail == "KeyError: 'default'"


def set_default_again_loses_split(broken: Broken) -> bool:
    """A split of the default config was pushed with `set_default`, and the config does not load."""
    if broken.kind not in (Kind.UNLOADABLE, Kind.NOT_DEFAULT):
        return False
    step = broken.step
    return isinstance(step, PushSplit) and step.set_default and step.config == broken.where


SEQUENCES: Mapping[str, Explains] = {
    "dict-push-deletes-foreign-files": dict_push_deletes_foreign_files,
    "default-config-lost": default_config_lost,
    "dict-drops-split-unloadable": dict_drops_split_unloadable,
    "set-default-keyerror": set_default_keyerror,
    "set-default-again-loses-split": set_default_again_loses_split,
}
"""The bugs, by id."""


def unexplained(promises: list[Broken]) -> list[Broken]:
    """Return the broken promises that no bug explains which the installed release should have."""
    known = [explains for bug, explains in SEQUENCES.items() if expected(bug)]
    return [one for one in promises if not any(explains(one) for explains in known)]
