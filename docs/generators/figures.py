"""Speed, memory and survival, as they were measured."""

import json
from collections.abc import Mapping
from typing import Any

from repro.report import markdown
from repro.results.store import MEASURED

UPLOADS = MEASURED / "upload" / "datasets-5.2.0.json"
SURVIVAL = MEASURED / "survival.json"
PAGE = """\
# Figures

Everything here was measured, and is taken from `docs/measured` whenever this page is built.

## Speed and memory

![RSS over time of two uploads of the same files](../upload-light.svg){{.only-light}}
![RSS over time of two uploads of the same files](../upload-dark.svg){{.only-dark}}

Each upload went to a local Hub of its own on the same two cores, with `datasets` {datasets} and
{environment}. `Dataset.push_to_hub` got the same explicit `num_shards`, and `upload_folder` the
finished Parquet files. Peak RSS is the rise after the imports.

{uploads}

Compare within a row: `python benchmarks/upload.py` measures it on your machine. In Xet mode nearly
all of the memory is that of `hf_xet`, which holds blocks of 64 MiB on their way; [use less
memory](../howto/memory.md) says what to do about it.

`upload_folder` gets Parquet that somebody has made. What a push takes beyond it, as a profile of
512 MiB in 64 shards shows: over LFS, SHA-256 of each shard before it may be sent (0.9 s of the
processor, most of it beside the sending), the check of every compressed file against its checksum
(0.2 s), and the footers that are read back from the Hub (0.2 to 0.3 s). Shards are written one
after the other, since each takes all of a processor; `num_proc` writes several.

## Survival

`python benchmarks/survival.py` kills pushes and the local Hub at random moments, lets requests of
every route fail, and lets several writers change one repository at once:

> {survival}
"""


def page() -> str:
    """Return the page."""
    document = json.loads(UPLOADS.read_text(encoding="utf-8"))
    environment: Mapping[str, Any] = document["environment"]
    survival = json.loads(SURVIVAL.read_text(encoding="utf-8"))
    others = [f"{name} {text}" for name, text in environment.items() if name != "datasets"]
    return PAGE.format(
        datasets=environment["datasets"],
        environment=", ".join(others),
        uploads=markdown.uploads(document["results"]),
        survival=survival["summary"],
    )
