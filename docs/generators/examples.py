"""The public example datasets of BIDS, as the uploader reads them."""

import json
from collections.abc import Mapping
from typing import Any

from repro.report.markdown import cell
from repro.results.store import MEASURED

EXAMPLES = MEASURED / "bids-examples.json"
PAGE = """\
# The example datasets of BIDS

Every folder of [bids-examples](https://github.com/bids-standard/bids-examples) (commit
`{commit}`), with a small valid image in place of each empty one, was read in all three layouts:
{datasets} folders, {with_images} with NIfTI images, {images} images, and
{with_gradients} of {diffusion} images of diffusion with their gradients.
`tox run -e bids-examples -- --git CLONE` does it again.

`workaround check` says the same words about what is left out; subjects without images, and the
EEG, MEG and microscopy beside MRI, are refused unless `--no-strict` is given. pybids reads as many
images and gradients, but where its number stands in the second column.

| dataset | images | gradients | left out |
| --- | --: | --: | --- |
{rows}

Refused, since there is no NIfTI image in them: {refused}.
"""


def page() -> str:
    """Return the page."""
    document = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    datasets: Mapping[str, Mapping[str, Any]] = document["datasets"]
    read = {name: result for name, result in datasets.items() if "images" in result}
    gradients = [result["gradients"] for result in read.values()]
    return PAGE.format(
        commit=document["commit"][:10],
        datasets=len(datasets),
        with_images=len(read),
        images=sum(result["images"] for result in read.values()),
        with_gradients=sum(complete for complete, _ in gradients),
        diffusion=sum(total for _, total in gradients),
        rows="\n".join(_row(name, result) for name, result in read.items()),
        refused=", ".join(f"`{name}`" for name in datasets if name not in read),
    )


def _row(name: str, result: Mapping[str, Any]) -> str:
    complete, total = result["gradients"]
    other = result.get("pybids")
    cells = (
        name,
        f"{result['images']}" + (f" (pybids {other['images']})" if other else ""),
        f"{complete}/{total}" if total else "",
        cell(result["left_out"]),
    )
    return f"| {' | '.join(cells)} |"
