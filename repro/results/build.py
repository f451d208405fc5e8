"""Documents built from judgements, and the file that they are written to."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from repro.judge.verdict import Judgement
from repro.results.document import Document, Entry, Figures
from repro.results.figures import repeated
from repro.sandbox.run import Run


def document(judgements: Iterable[Judgement], environment: Mapping[str, str]) -> Document:
    """Build the document of some judgements, measured now.

    Several of a bug are repeated runs of its script: the first is its entry, all show its noise.
    """
    runs: dict[str, list[Entry]] = {}
    for judgement in judgements:
        runs.setdefault(judgement.bug.id, []).append(_entry(judgement))
    return Document(
        environment=dict(environment),
        measured=datetime.now(UTC).isoformat(timespec="seconds"),
        bugs=tuple(map(repeated, runs.values())),
    )


def write(file: Path, judgements: Iterable[Judgement], environment: Mapping[str, str]) -> None:
    """Write the document to a file, replacing it in one step.

    Raises:
        OSError: It cannot be written.
    """
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder")
    part = file.with_name(f"{file.name}.part")
    encoded = msgspec.json.encode(document(judgements, environment))
    part.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")
    part.replace(file)


def _entry(judgement: Judgement) -> Entry:
    return Entry(
        id=judgement.bug.id,
        verdict=judgement.verdict,
        expected=str(judgement.expected),
        agrees=judgement.agrees,
        reason=judgement.reason,
        masked_by=judgement.masked_by,
        figure=judgement.figure,
        evidence=None if judgement.evidence is None else dict(judgement.evidence),
        capped=None if judgement.capped is None else Figures(**_figures(judgement.capped)),
        **_figures(judgement.run),
    )


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
        "samples": tuple((round(second, 3), rss) for second, rss in run.samples),
    }
