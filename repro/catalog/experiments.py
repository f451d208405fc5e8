"""The experiments: scripts that measure ideas of the first account."""

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "experiments"


@dataclass(frozen=True)
class Experiment:
    """A script that measures an idea of the documents beside plain upstream.

    Attributes:
        id: Names it.
        script: Stands alone; prints its evidence as a JSON object, last.
        arguments: Of the script.
        timeout: Seconds after which it is hopeless.
    """

    id: str
    script: Path
    arguments: tuple[str, ...] = ()
    timeout: float = 120.0


SHARD_COUNTS = (3, 9)
EXPERIMENTS = (
    Experiment("slice-hypotheses", SCRIPTS / "slice-hypotheses.py"),
    Experiment(
        "one-shard-at-a-time", SCRIPTS / "one-shard-at-a-time.py", tuple(map(str, SHARD_COUNTS))
    ),
)
