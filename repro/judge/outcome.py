"""What a run can say about a bug."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a run of a bug script says about the bug."""

    REPRODUCED = "reproduced"
    ABSENT = "absent"
    UNTESTABLE = "untestable"
