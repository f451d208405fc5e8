"""The routes of the Xet content store, and those that hand out its tokens.

Clients differ in the names they use: hf_xet 1.1 ``/xorb``, 1.2 ``/xorbs``, from 1.4 ``/v1/xorbs``.
What is left out on purpose answers 404, and the client goes on without it: global deduplication
(``chunks``), upload grants (``xorb-grants``), and version 2 of shards and reconstructions.
"""

from __future__ import annotations

import time
from itertools import chain

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from mockhub.errors import BadRequestError, HubError
from mockhub.paths import API
from mockhub.ranges import parse_range
from mockhub.state import (
    SHA256,
    State,
    endpoint_of,
    readable_repo,
    receive_body,
    require_account,
    state_of,
    wants_pull_request,
    writable_repo,
)
from mockhub.xet import MAX_XORB, Term

TOKEN_SECONDS = 3600


async def token(request: Request) -> JSONResponse:
    """Address and token of the content store, as headers and as JSON: clients read either."""
    state = state_of(request)
    if request.path_params["right"] == "write" and not wants_pull_request(request):
        writable_repo(request)
    else:
        readable_repo(request)
        if request.path_params["right"] == "write":
            require_account(request)
    if not state.options.xet:
        raise HubError(404, "Xet is not enabled on this server")
    url = f"{endpoint_of(request)}/cas/{state.xet.run}"
    expires = int(time.time()) + TOKEN_SECONDS
    headers = {
        "X-Xet-Cas-Url": url,
        "X-Xet-Access-Token": state.xet.token,
        "X-Xet-Token-Expiration": str(expires),
    }
    body = {"casUrl": url, "accessToken": state.xet.token, "exp": expires}
    return JSONResponse(body, headers=headers)


async def put_xorb(request: Request) -> JSONResponse:
    """Take a xorb."""
    state = _authorised(request)
    xorb = _hash(request)
    if int(request.headers.get("content-length", 0)) > MAX_XORB + (1 << 20):
        raise HubError(413, "A xorb has at most 64 MiB")
    with state.blobs.receive() as incoming:
        await receive_body(request, incoming)
        inserted = await run_in_threadpool(state.xet.add_xorb, xorb, incoming)
    return JSONResponse({"was_inserted": inserted})


async def put_shard(request: Request) -> JSONResponse:
    """Take a shard, after checking that its files can be read and have the SHA-256 they claim."""
    state = _authorised(request)
    await run_in_threadpool(state.xet.add_shard, await request.body())
    return JSONResponse({"result": 1})


async def get_xorb(request: Request) -> Response:
    """Bytes of a xorb. The address is the secret: clients send no token here."""
    path = _store(request).xet.xorb_path(_hash(request))
    if not path.exists():
        raise HubError(404, "No such xorb")
    return FileResponse(path, media_type="application/octet-stream")


async def reconstruct(request: Request) -> JSONResponse:
    """Which chunks of which xorbs make up a file, or the asked range of it."""
    xet = _authorised(request).xet
    file = xet.file(_hash(request))
    if file is None:
        raise HubError(404, "No such file")
    start, stop = parse_range(request.headers.get("range"), file.size) or (0, file.size)
    offset, terms = await run_in_threadpool(xet.cut, file, start, stop)
    base = f"{endpoint_of(request)}/cas/{xet.run}/xorb/default"
    fetch = {}
    for xorb in {term.xorb for term in terms}:
        packed = xet.index(xorb).packed
        fetch[xorb] = [
            {
                "range": {"start": first, "end": end},
                "url": f"{base}/{xorb}",
                "url_range": {"start": packed[first], "end": packed[end] - 1},
            }
            for first, end in merge_runs(terms, xorb)
        ]
    parts = [
        {
            "hash": term.xorb,
            "range": {"start": term.start, "end": term.stop},
            "unpacked_length": term.size,
        }
        for term in terms
    ]
    return JSONResponse({"offset_into_first_range": offset, "terms": parts, "fetch_info": fetch})


def merge_runs(terms: list[Term], xorb: str) -> list[tuple[int, int]]:
    """The chunks that terms take from a xorb, as runs that neither touch nor overlap.

    hf_xet up to 1.4 calls a reconstruction corrupted when a term is not inside one run.
    """
    runs: list[tuple[int, int]] = []
    for start, stop in sorted((term.start, term.stop) for term in terms if term.xorb == xorb):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(stop, runs[-1][1]))
        else:
            runs.append((start, stop))
    return runs


def _store(request: Request) -> State:
    state = state_of(request)
    if request.path_params["run"] != state.xet.run:
        raise HubError(404, "This address belonged to another run of the server")
    return state


def _authorised(request: Request) -> State:
    state = _store(request)
    if request.headers.get("authorization") != f"Bearer {state.xet.token}":
        raise HubError(401, "Invalid Xet token")
    return state


def _hash(request: Request) -> str:
    text: str = request.path_params["hash"]
    if not SHA256.fullmatch(text):
        raise BadRequestError(f"Not a hash: {text}")
    return text


def _versions(path: str) -> tuple[str, ...]:
    """A path with the prefixes clients put before it."""
    return f"/cas/{{run}}/{path}", f"/cas/{{run}}/v1/{path}"


_TOKEN = f"{API}/xet-{{right:right}}-token/{{revision:rest}}"

routes = [
    Route(_TOKEN, token),
    *(
        Route(path, endpoint, methods=[method])
        for method, endpoint, names in (
            ("POST", put_xorb, ("xorb/default/{hash}", "xorbs/default/{hash}")),
            ("GET", get_xorb, ("xorb/default/{hash}",)),
            ("POST", put_shard, ("shard/default/{hash}", "shards/default/{hash}", "shards")),
            ("GET", reconstruct, ("reconstruction/{hash}", "reconstructions/{hash}")),
        )
        for path in chain.from_iterable(map(_versions, names))
    ),
]
