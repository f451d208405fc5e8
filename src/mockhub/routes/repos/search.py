"""Finding repositories: ``GET /api/datasets``, ``/api/models`` and ``/api/spaces``."""

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
    """The repositories that match, newest or highest first, page by page."""
    state, account, query = state_of(request), identify(request), request.query_params
    repo_type = request.path_params["type"]
    wanted = expanded(request, repo_type) or _usual(request)
    sort = query.get("sort", "createdAt")
    if sort not in SORTS:
        raise BadRequestError(f'"sort" must be one of [{", ".join(SORTS)}]')
    seen = [repo for repo in state.repos.all(repo_type) if may_see(account, repo)]
    found = [properties(state, repo, repo.resolve("main"), wanted) for repo in seen]
    found = [each for each in found if matches(each, query)]
    found.sort(key=lambda each: each["id"].lower())
    found.sort(key=lambda each: each.get(sort, 0), reverse=query.get("direction") != "1")
    page, headers = paginate(request, found, state.options.page_size)
    return JSONResponse([select(each, wanted) for each in page], headers=headers)


def _usual(request: Request) -> set[str]:
    if flag(request, "full"):
        return {*_SENT.split(), "cardData", "siblings"}
    return {*_SENT.split(), "cardData"} if flag(request, "cardData") else {*_SENT.split()}


def matches(found: dict[str, Any], query: QueryParams) -> bool:
    """Whether a repository is one of those a query asks for.

    Args:
        found: Its properties.
        query: ``author``; ``search`` for parts of the id, ``filter`` for tags (each may come
            several times, and all must hold); ``gated``; ``pipeline_tag``.
    """
    tags = {tag for each in query.getlist("filter") for tag in each.split(",")}
    return (
        query.get("author", found["author"]).lower() == found["author"].lower()
        and all(each.lower() in found["id"].lower() for each in query.getlist("search"))
        and tags.issubset(found["tags"])
        and query.get("pipeline_tag") in {None, found.get("pipeline_tag")}
        and ("gated" not in query or (query["gated"].lower() in TRUE) == bool(found.get("gated")))
    )


routes = [Route("/api/{type:plural}", find)]
