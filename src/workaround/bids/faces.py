"""Images that may show a face: nothing beside them and in their names says that it was removed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workaround.bids.scan import Image
from workaround.errors import Problem

MASK = "defacemask"
SUFFIX = "T1w"
_REMOVED = ("defac", "skullstrip", "brain", "anon")
"""Parts of labels that say that there is no face."""


def face_problems(root: Path, images: Iterable[Image], beside: Iterable[Image]) -> list[Problem]:
    """Return a remark on the images that may show faces, at the first of them.

    Args:
        root: Root of the dataset.
        images: Images that come along.
        beside: All images of the dataset.
    """
    masked = {image.session for image in beside if image.suffix == MASK}
    shown = [
        image
        for image in images
        if image.suffix == SUFFIX and image.session not in masked and not _is_defaced(image)
    ]
    if not shown:
        return []
    count = f"{len(shown)} {SUFFIX} image{'s' if len(shown) > 1 else ''}"
    reason = (
        f"{count} may show the face: no entity such as rec-defaced and no {MASK} says otherwise;"
        " look at one, and deface them if they do"
    )
    path = str(root / shown[0].path)
    return [Problem(None, None, path, reason, "remark", identifying=True)]


def _is_defaced(image: Image) -> bool:
    labels = [str(label).lower() for label in image.entities.values()]
    return any(part in label for label in labels for part in _REMOVED)
