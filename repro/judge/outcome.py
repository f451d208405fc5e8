"""The possible verdicts about a bug."""

from enum import StrEnum


class Verdict(StrEnum):
    """The verdict of a bug script."""

    REPRODUCED = "reproduced"
    ABSENT = "absent"
    UNTESTABLE = "untestable"
