"""Paths and URLs of source files, without opening them: local or not, and the part to upload."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pyarrow as pa
import pyarrow.compute as pc

CACHES = ("simplecache::", "filecache::", "blockcache::")
"""Prefixes that store a copy of a file; each file is read once, so the copy has no use."""
_LOCAL = ("file://", "local://")
_SCHEME = re.compile(r"(?<![^:])[A-Za-z][A-Za-z0-9+.-]*(?=://)")
_WEB = re.compile(r"(https?|ftps?|sftp|webdavs?)://")
_SECRET = re.compile(
    r"sig$|signature|token|secret|passw|pwd|credential|auth|policy|session|jwt|key|x-amz|x-goog",
    re.IGNORECASE,
)
"""Names of URL parameters that grant access: signatures of S3, GCS and Azure, tokens."""


def normal(path: str) -> str:
    """Return a path without cache prefixes, with schemes in lower case and ``file://`` removed."""
    while path.startswith(CACHES):
        path = path.partition("::")[2]
    if "://" not in path:
        return path
    path = _SCHEME.sub(lambda scheme: scheme[0].lower(), path)
    return next((path.removeprefix(scheme) for scheme in _LOCAL if path.startswith(scheme)), path)


def is_local(path: str) -> bool:
    """Return True for a path of this machine; ``::`` is legal in a local name."""
    return "://" not in normal(path)


def archive_of(path: str) -> str | None:
    """Return the file that a chained URL reads from: ``zip://member::archive``; None for others."""
    path = normal(path)
    return None if is_local(path) or "::" not in path else normal(path.rpartition("::")[2])


def scheme_of(path: str) -> str:
    """Return the scheme of a URL, of a chained one that of its archive; "" for a local path."""
    return (archive_of(path) or normal(path)).rpartition("://")[0]


def upload_name(path: str, *, embed: bool) -> str:
    """Return the part of a path to upload.

    A file that is embedded, or of this machine, has its base name only. A URL that readers are to
    open stays whole, but for passwords and signatures.
    """
    parts = normal(path).split("::")
    if embed or is_local(path) or any(is_local(part) and "/" in part for part in parts):
        return base_name(path)
    return "::".join(map(_without_secrets, parts))


def upload_names(paths: pa.Array, *, embed: bool) -> pa.Array:
    """Return the part to upload of each path, null for null (`upload_name`)."""
    if (
        pc.any(pc.match_substring(paths, "::")).as_py()
        or pc.any(pc.match_substring(paths, "://")).as_py()
    ):
        names = [path and upload_name(path, embed=embed) for path in paths.to_pylist()]
        return pa.array(names, pa.string())
    # Nothing but paths of this machine, of which there may be many: their base names.
    return pc.replace_substring_regex(paths, r"(?s)^.*[/\\]", "").cast(pa.string())


def base_name(path: str) -> str:
    """Return the last part of a path or URL, without its query, which may be a signature.

    Of chained URLs the first that names a file counts (``zip://a.nii::https://...``). A Windows
    path has no folder of its own on other systems, so backslashes separate too.
    """
    path = normal(path)
    if is_local(path):
        return posixpath.basename(path).rpartition("\\")[2]
    url = next((part for part in path.split("::") if "://" in part), path)
    if _WEB.match(url):
        url = urlsplit(url).path
    return posixpath.basename(re.sub(r"\?versionId=[^/]*$", "", url)).rpartition("\\")[2]


def _without_secrets(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    # abfs://container@account, and hf://...@revision, are no secrets.
    if at and (":" in user or _WEB.match(url)):
        authority = host
    url = f"{scheme}://{authority}{slash}{path}"
    if not ({"?", "#"} & set(path)):
        return url
    parts = urlsplit(url)
    query = "" if _is_secret(parts.query) else parts.query
    fragment = "" if _is_secret(parts.fragment) else parts.fragment
    return urlunsplit(parts._replace(query=query, fragment=fragment))


def _is_secret(query: str) -> bool:
    return any(_SECRET.search(name) for name, _ in parse_qsl(query, keep_blank_values=True))
