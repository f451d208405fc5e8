"""Path parameters, decoded one by one."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Match, Route

from mockhub.http.paths import API, WEB


def _endpoint() -> None:
    """Any endpoint: only paths are matched here."""


def match(template: str, path: str) -> dict[str, Any] | None:
    """Return the parameters of a path; None if the template does not match."""
    route = Route(template, _endpoint)
    scope = {"type": "http", "method": "GET", "path": path, "path_params": {}}
    result, child = route.matches(scope)
    return None if result is Match.NONE else child["path_params"]


@pytest.mark.parametrize(
    ("path", "revision"),
    [
        ("main", "main"),
        ("refs%2Fpr%2F1", "refs/pr/1"),
        ("refs/pr/1", "refs/pr/1"),
        ("a%20b%C3%BC", "a bü"),
        ("%252F", "%2F"),
    ],
)
def test_rest_of_a_path_is_decoded_once(path: str, revision: str) -> None:
    params = match(f"{API}/tree/{{revision:rest}}", f"/api/datasets/user/data/tree/{path}")
    expected = {"type": "dataset", "namespace": "user", "name": "data", "revision": revision}
    assert params == expected


def test_encoded_slash_does_not_end_a_segment() -> None:
    template = f"{WEB}/resolve/{{revision:seg}}/{{path:rest}}"
    params = match(template, "/datasets/user/data/resolve/refs%2Fpr%2F1/a/b.txt")
    assert params is not None
    assert (params["revision"], params["path"]) == ("refs/pr/1", "a/b.txt")


@pytest.mark.parametrize(
    ("path", "repo_type"),
    [("/user/data", "model"), ("/datasets/user/data", "dataset"), ("/spaces/user/data", "space")],
)
def test_type_is_in_the_path_of_a_page(path: str, repo_type: str) -> None:
    params = match(WEB, path)
    assert params is not None
    assert params["type"] == repo_type
    route = Route(WEB, _endpoint, name="page")
    assert route.url_path_for("page", type=repo_type, namespace="user", name="data") == path


@pytest.mark.parametrize(
    "path", ["/api/buckets/user/data", "/api/datasets/user", "/api/dataset/a/b"]
)
def test_other_paths_do_not_match(path: str) -> None:
    assert match(API, path) is None
