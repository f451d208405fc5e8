"""The route of repository infos: properties by their names in the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError
from mockhub.git.tree import Entry
from mockhub.http.paths import API
from mockhub.http.requests import flag
from mockhub.repos.repo import Repo, RepoType
from mockhub.routes.history.tree import lfs_info
from mockhub.routes.permissions import readable_repo
from mockhub.routes.repos import cards as card
from mockhub.state import State, state_of

_ALL_HAVE = """author cardData createdAt disabled lastModified likes private resourceGroup sha
siblings tags trendingScore usedStorage xetEnabled"""
_SOME_HAVE: dict[RepoType, str] = {
    "model": """baseModels childrenModelCount config downloads downloadsAllTime evalResults gated
        gguf inference inferenceProviderMapping library_name mask_token model-index pipeline_tag
        safetensors spaces transformersInfo widgetData""",
    "dataset": """citation description downloads downloadsAllTime gated mainSize
        paperswithcode_id""",
    "space": "datasets models region runtime sdk subdomain",
}
_ONLY_ON_REQUEST = {"downloadsAllTime", "resourceGroup", "trendingScore", "xetEnabled"}
_IDENTITY = {"_id", "id", "modelId"}
_FROM_CARD: dict[RepoType, tuple[str, ...]] = {
    "model": ("library_name", "model-index", "pipeline_tag"),
    "dataset": ("paperswithcode_id",),
    "space": ("datasets", "models", "sdk"),
}


def info(request: Request) -> JSONResponse:
    """Return the properties of a repository at a revision."""
    repo, state = readable_repo(request), state_of(request)
    sha = repo.resolve(request.path_params.get("revision", "main"))
    wanted = expanded(request, repo.type) or known_of(repo.type) - _ONLY_ON_REQUEST
    values = properties(state, repo, sha, wanted)
    if flag(request, "blobs"):
        values["siblings"] = _siblings(repo.tree(sha), blobs=True)
    return JSONResponse(select(values, wanted))


def known_of(repo_type: RepoType) -> set[str]:
    """Return the names of the properties of a repository type."""
    return {*_ALL_HAVE.split(), *_SOME_HAVE[repo_type].split()}


def properties(state: State, repo: Repo, sha: str, wanted: set[str]) -> dict[str, Any]:
    """Return the properties of a repository at a commit; counters are zero.

    Args:
        state: The stores.
        repo: The repository.
        sha: Id of the commit.
        wanted: Names of the requested properties; expensive ones are computed only if requested.
    """
    tree = repo.tree(sha)
    metadata = card_of(state, tree)
    _, newest = next(repo.history(sha))
    values: dict[str, Any] = {
        "_id": repo.oid,
        "id": repo.id,
        "author": repo.namespace,
        "sha": sha,
        "lastModified": newest.date,
        "createdAt": repo.created,
        "private": repo.private,
        "disabled": repo.disabled,
        "tags": card.tags(metadata, repo.type),
        "likes": 0,
        "trendingScore": 0,
        "resourceGroup": None,
        "xetEnabled": state.options.xet,
    }
    if repo.type == "space":
        values["subdomain"] = repo.id.lower().replace("/", "-")
    else:
        values |= {"gated": repo.gated, "downloads": 0, "downloadsAllTime": 0}
    if repo.type == "model":
        values["modelId"] = repo.id
    if metadata:
        values["cardData"] = metadata
    values |= {name: metadata[name] for name in _FROM_CARD[repo.type] if name in metadata}
    if "usedStorage" in wanted:
        values["usedStorage"] = sum(entry.size for entry in tree.values())
    if "siblings" in wanted:
        values["siblings"] = _siblings(tree, blobs=False)
    return values


def card_of(state: State, tree: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the metadata of the card in a tree; empty without a card, or with an invalid one."""
    entry = tree.get(card.CARD)
    if entry is None or entry.lfs:
        return {}
    text = b"".join(state.read(entry.sha256, 0, entry.size)).decode(errors="replace")
    try:
        return card.metadata(text) or {}
    except card.CardError:
        return {}


def expanded(request: Request, repo_type: RepoType) -> set[str]:
    """Return the properties that a request names with ``expand``; empty for the default ones.

    Raises:
        BadRequestError: This type of repository has no such property.
    """
    query = request.query_params
    wanted = {*query.getlist("expand"), *query.getlist("expand[]")}
    known = known_of(repo_type)
    if not wanted <= known:
        raise BadRequestError(f'"expand" must be one of [{", ".join(sorted(known))}]')
    return wanted


def select(values: Mapping[str, Any], wanted: set[str]) -> dict[str, Any]:
    """Return the requested properties of a repository, and its ids."""
    return {name: value for name, value in values.items() if name in wanted | _IDENTITY}


def _siblings(tree: Mapping[str, Entry], *, blobs: bool) -> list[dict[str, Any]]:
    siblings = []
    for path, entry in tree.items():
        sibling: dict[str, Any] = {"rfilename": path}
        if blobs:
            sibling |= {"size": entry.size, "blobId": entry.oid}
            if entry.lfs:
                sibling["lfs"] = lfs_info(entry, name="sha256")
        siblings.append(sibling)
    return siblings


routes = [
    Route(API, info),
    Route(f"{API}/revision/{{revision:rest}}", info),
]
