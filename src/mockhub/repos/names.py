"""Names that users, organizations, repositories and buckets may have."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")


def is_name(text: str) -> bool:
    """Return True for a valid name, by the rules of ``huggingface_hub.utils.validate_repo_id``."""
    return bool(_NAME.fullmatch(text)) and not re.search(r"\.\.|--|\.git$", text)
