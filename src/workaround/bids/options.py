"""The choices of a reader of BIDS folders."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

Layout = Literal["session", "subject", "image"]
LAYOUTS: tuple[str, ...] = get_args(Layout)

SIDECARS = (
    "RepetitionTime",
    "EchoTime",
    "FlipAngle",
    "InversionTime",
    "MagneticFieldStrength",
    "PhaseEncodingDirection",
    "TotalReadoutTime",
    "EffectiveEchoSpacing",
    "SliceTiming",
    "TaskName",
)
"""Fields of JSON sidecars that come along by default."""

TABLES = ("events", "aslcontext", "physio", "stim")
"""Tables beside an image, which come along where they are asked for."""

HEADLESS = ("physio", "stim")
"""Those without a line of names, which are in a JSON file."""

TableForm = Literal["text", "rows"]
TABLE_FORMS: tuple[str, ...] = get_args(TableForm)


@dataclass(frozen=True)
class BidsOptions:
    """The choices of `bids_table`, which explains them."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = "session"
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    sidecars: Sequence[str] | None = None
    derivatives: Sequence[str] = ()
    list_always: bool = False
    list_sessions: bool = False
    participants: str | os.PathLike[str] | None = None
    tables: TableForm = "text"
