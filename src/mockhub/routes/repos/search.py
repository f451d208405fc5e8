"""The routes that search repositories: ``GET /api/datasets``, ``/api/models``, ``/api/spaces``."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError
from mockhub.http.requests import TRUE, flag
from mockhub.routes.history.tree import paginate
from mockhub.routes.permissions import identify, may_see
from mockhub.routes.repos.info import expanded, properties, select
from mockhub.state import state_of

SORTS = ("createdAt", "downloads", "lastModified", "likes", "trendingScore")

_SENT = """author createdAt disabled downloads gated lastModified library_name likes modelId
pipeline_tag private sdk sha tags trendingScore"""


def find(request: Request) -> JSONResponse:
    """List the matching repositories, newest or highest first, page by page."""
    state, account, query = state_of(request), identify(request), request.query_params
    repo_type = request.path_params["type"]
    wanted = expanded(request, repo_type) or _default_properties(request)
    sort = query.get("sort", "createdAt")
    if sort not in SORTS:
        raise BadRequestError(f'"sort" must be one of [{", ".join(SORTS)}]')
    visible = (repo for repo in state.repos.all(repo_type) if may_see(account, repo))
    infos = (properties(state, repo, repo.resolve("main"), wanted) for repo in visible)
    results = sorted((info for info in infos if matches(info, query)), key=_lower_id)
    results.sort(key=lambda info: info.get(sort, 0), reverse=query.get("direction") != "1")
    page, headers = paginate(request, results, state.options.page_size)
    return JSONResponse([select(info, wanted) for info in page], headers=headers)


def _lower_id(info: dict[str, Any]) -> str:
    return str(info["id"]).lower()


def _default_properties(request: Request) -> set[str]:
    if flag(request, "full"):
        return {*_SENT.split(), "cardData", "siblings"}
    return {*_SENT.split(), "cardData"} if flag(request, "cardData") else {*_SENT.split()}


def matches(info: dict[str, Any], query: QueryParams) -> bool:
    """Return True if a repository matches a query.

    Args:
        info: Properties of the repository.
        query: ``author``; ``search``, parts of the id, and ``filter``, tags, both repeatable, of
            which all must match; ``gated``; ``pipeline_tag``.
    """
    tags = {tag for text in query.getlist("filter") for tag in text.split(",")}
    return (
        query.get("author", info["author"]).lower() == info["author"].lower()
        and all(word.lower() in _lower_id(info) for word in query.getlist("search"))
        and tags.issubset(info["tags"])
        and query.get("pipeline_tag") in {None, info.get("pipeline_tag")}
        and ("gated" not in query or (query["gated"].lower() in TRUE) == bool(info.get("gated")))
    )


routes = [Route("/api/{type:plural}", find)]
