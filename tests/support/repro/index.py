"""An index of Python packages on this machine, with packages that hold next to nothing."""

import json
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any

from packaging.utils import canonicalize_name

NEEDED = ("nibabel", "numpy", "pillow")  # by the scripts of bugs


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder: `/simple/NAME/` is the file NAME of it."""

    def translate_path(self, path: str) -> str:
        """The file of a path."""
        return super().translate_path(path.removeprefix("/simple").rstrip("/"))

    def guess_type(self, path: object) -> str:
        """Return JSON for paths without a suffix, the lists of files (PEP 691)."""
        page = not Path(str(path)).suffix
        return "application/vnd.pypi.simple.v1+json" if page else "application/octet-stream"

    def log_message(self, *_: object) -> None:
        """Be silent."""


class Index:
    """An index that is being served.

    Attributes:
        url: its address, for UV_DEFAULT_INDEX.
        folder: what it serves.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self._files: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(
        self,
        name: str,
        version: str,
        requires: tuple[str, ...] = (),
        metadata: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Add a wheel of a package of one module, and what the index says of it besides."""
        wheel = self.folder / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
        with zipfile.ZipFile(wheel, "w") as packed:
            packed.writestr(f"{name}.py", f"__version__ = {version!r}\n")
            packed.writestr(
                f"{info}/METADATA",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
            )
            packed.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            packed.writestr(f"{info}/RECORD", "")
        hashes = {"sha256": sha256(wheel.read_bytes()).hexdigest()}
        self.list(name, wheel.name, {"hashes": hashes, **metadata})

    def list(
        self, name: str, filename: str, metadata: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        """List a file of a package, whether there is one or not."""
        file = {"filename": filename, "url": f"/{filename}", "hashes": {}, **metadata}
        self._files[name].append(file)
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": self._files[name]}
        (self.folder / canonicalize_name(name)).write_text(json.dumps(page))


@contextmanager
def serve(folder: Path) -> Iterator[Index]:
    """Serve an index for the time of a `with` block; it has what the scripts of bugs need."""
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        index = Index(f"http://127.0.0.1:{server.server_port}/simple", folder)
        for name in NEEDED:
            index.add(name, "99")
        try:
            yield index
        finally:
            server.shutdown()
