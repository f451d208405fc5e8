"""The dependencies of a release at the ends of what it accepts, as uv resolves them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from repro.installs.environments import InstallError, Pins, uv

VARIED = ("huggingface_hub", "pyarrow", "hf_xet")
"""Packages of which the oldest that a release accepts is tried, all others being the newest."""

PANDAS = ("2", "3")
"""Major versions of pandas: a release of datasets names no bounds, and its strings are others."""


def with_dependencies(pins: Pins) -> list[Pins]:
    """Return the combinations to try: the newest of all, then one package at a time is another.

    These are the oldest version that the release accepts, the major versions of pandas, and the
    pre-releases that are on the index today, where they differ from the newest.

    Args:
        pins: A release of datasets, or git main.

    Raises:
        InstallError: The release cannot be resolved, or git main cannot be built.
        OSError: uv or git cannot be started.
    """
    return list(dict.fromkeys([pins, *_others(pins)]))


def _others(pins: Pins) -> Iterator[Pins]:
    release = pins.requirements()[0]
    packages = (*VARIED, "pandas")
    newest = _resolve([release, *packages], pins)

    def vary(package: str, wanted: str, *options: str) -> Iterator[Pins]:
        """Yield the pins with another version of one package, if it is another."""
        fixed = [f"{other}=={newest[other]}" for other in packages if other != package]
        version = _resolve([release, wanted, *fixed], pins, *options)[package]
        if version != newest[package]:
            changes: dict[str, Any] = {package: version}
            yield replace(pins, **changes)

    for package in VARIED:
        options = ("--resolution", "lowest-direct", "--only-binary", package)
        yield from vary(package, package, *options)
    for major in PANDAS:
        with suppress(InstallError):  # all of it could be resolved just now: this one does not fit
            yield from vary("pandas", f"pandas=={major}.*")
    for package in packages:
        yield from vary(package, package, "--prerelease", "allow")


def _resolve(requirements: Sequence[str], pins: Pins, *options: str) -> dict[str, str]:
    """Return the versions that uv would install, of the packages that `Pins` has."""
    arguments = ["pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", *options]
    if pins.python is not None:
        arguments += ["--python", pins.python]
    output = uv(*arguments, given="\n".join(requirements))
    resolved = [Requirement(line) for line in output.splitlines() if line]
    versions = {canonicalize_name(one.name): str(one.specifier)[2:] for one in resolved}
    return {name: versions[canonicalize_name(name)] for name in (*VARIED, "pandas")}
