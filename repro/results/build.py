"""The verdicts as JSON: what other tools, and later reports, read."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from repro.judge.verdict import Judgement
from repro.sandbox.run import Run


def document(judgements: Iterable[Judgement], environment: Mapping[str, str]) -> dict[str, Any]:
    """Environment, the time of now and verdicts, ready for `json.dump`.

    Sizes are bytes, times seconds, `exit` is what a shell would show (137 is SIGKILL) and
    `samples` are pairs of seconds since the start and RSS bytes of the process tree.
    """
    return {
        "environment": dict(environment),
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "bugs": [_entry(each) for each in judgements],
    }


def write(file: Path, judgements: Iterable[Judgement], environment: Mapping[str, str]) -> None:
    """Write the document to a file, replacing it in one step.

    Raises:
        OSError: it cannot be written.
    """
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder")
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(document(judgements, environment), indent=1) + "\n")
    part.replace(file)


def _entry(judgement: Judgement) -> dict[str, Any]:
    capped = judgement.capped
    return {
        "id": judgement.bug.id,
        "verdict": str(judgement.verdict),
        "expected": str(judgement.expected),
        "agrees": judgement.agrees,
        "reason": judgement.reason,
        "figure": judgement.figure,
        "evidence": judgement.evidence,
        **_figures(judgement.run),
        "capped": None if capped is None else _figures(capped),
    }


def _figures(run: Run) -> dict[str, Any]:
    return {
        "peak_rss_bytes": run.peak_rss_bytes,
        "exit": run.ended.status,
        "ended": str(run.ended),
        "cap_bytes": run.cap_bytes,
        "enforced_by": run.enforced_by,
        "bytes_read": run.bytes_read,
        "bytes_written": run.bytes_written,
        "seconds": round(run.seconds, 3),
        "samples": [[round(second, 3), rss] for second, rss in run.samples],
    }
