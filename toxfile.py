"""A plugin of tox: DATASETS_GIT may be a folder, work tree or bare, as well as a URL."""

import os
from pathlib import Path

clone = os.environ.get("DATASETS_GIT", "").removeprefix("git+")
if clone:
    os.environ["DATASETS_GIT"] = Path(clone).resolve().as_uri() if Path(clone).exists() else clone
