"""The routes of the Xet content store, and of its tokens.

Paths differ by client: hf_xet 1.1 uses ``/xorb``, 1.2 ``/xorbs``, 1.4 ``/v1/xorbs``, 1.8
``/v2/shards`` and ``/v2/reconstructions``. Two optional features answer 404, and clients continue
without them: global deduplication (``chunks``), and upload grants (``xorb-grants``), with which
hf_xet 1.8 sends the same bytes in three requests instead of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mockhub.errors import BadRequestError, ForbiddenError, HubError
from mockhub.http.conditional import parse_range
from mockhub.http.paths import API
from mockhub.http.requests import endpoint_of, receive_body
from mockhub.routes.permissions import content_repo, pushed_repo
from mockhub.state import SHA256, State, state_of
from mockhub.storage.signed_tokens import TicketError
from mockhub.xet.shards import Description, Term, parse_shard
from mockhub.xet.xorbs import IncomingXorb

MAX_SHARD = 64 << 20
PROGRESS_STEP = 64 << 20
PURPOSE = "xet"

Right = Literal["read", "write"]


@dataclass(frozen=True)
class Access:
    """The access that a Xet token grants.

    Attributes:
        state: The stores.
        holder: Internal id of the repository or bucket that it was issued for.
    """

    state: State
    holder: str


async def repo_token(request: Request) -> JSONResponse:
    """Issue a token for a repository; one to write needs the right to push to the revision."""
    right: Right = request.path_params["right"]
    repo = pushed_repo(request)[0] if right == "write" else content_repo(request)
    return issue_token(request, right, repo.oid)


def issue_token(request: Request, right: Right, holder: str) -> JSONResponse:
    """Issue a token of the content store, in headers and in JSON: clients read either."""
    state = state_of(request)
    if not state.options.xet:
        raise HubError(404, "Xet is not enabled on this server")
    url = f"{endpoint_of(request)}/cas/{state.xet.run}"
    token, expires = state.tickets.issue(PURPOSE, right=right, holder=holder)
    headers = {
        "X-Xet-Cas-Url": url,
        "X-Xet-Access-Token": token,
        "X-Xet-Token-Expiration": str(expires),
    }
    return JSONResponse({"casUrl": url, "accessToken": token, "exp": expires}, headers=headers)


async def put_xorb(request: Request) -> JSONResponse:
    """Receive a xorb."""
    state, name = _authorize(request, "write").state, _hash(request)
    with state.blobs.spool(discard=state.options.discard) as spool:
        incoming = IncomingXorb(spool)
        await receive_body(request, incoming.write)
        inserted = await run_in_threadpool(state.xet.xorbs.add, name, incoming)
    return JSONResponse({"was_inserted": inserted})


async def put_shard(request: Request) -> JSONResponse:
    """Receive a shard, and verify that its files can be read and match their hashes."""
    access = _authorize(request, "write")
    described = parse_shard(await _read_shard(request))
    await run_in_threadpool(lambda: list(_register(access, described)))
    return JSONResponse({"result": 1})


async def put_shard_with_progress(request: Request) -> StreamingResponse:
    """Receive a shard as `put_shard` does, and report progress: 100 GB take a minute to verify."""
    access = _authorize(request, "write")
    described = parse_shard(await _read_shard(request))
    total = sum(description.file.size for description in described)

    def lines() -> Iterator[bytes]:
        try:
            for verified in _register(access, described):
                yield _line({"type": "validating", "verified": verified, "total": total})
            yield _line({"type": "result", "result": 1})
        except HubError as error:
            yield _line({"type": "error", "message": error.message, "retryable": False})

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _register(access: Access, described: list[Description]) -> Iterator[int]:
    """Verify the files of a shard and store them; yields the verified bytes now and then."""
    xet = access.state.xet
    before, reported = 0, 0
    for description in described:
        for done in xet.check(description):
            if before + done - reported >= PROGRESS_STEP:
                reported = before + done
                yield reported
        before += description.file.size
    for description in described:
        file = description.file
        xet.keep(file)
        access.state.ownership.add(access.holder, *filter(None, (file.hash, file.sha256)))


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode() + b"\n"


async def _read_shard(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_SHARD:
            raise HubError(413, f"A shard has at most {MAX_SHARD} bytes")
    return bytes(data)


async def get_xorb(request: Request) -> Response:
    """Send bytes of a xorb. The URL is the secret: clients send no token here."""
    path = _store(request).xet.xorbs.path(_hash(request))
    if not path.exists():
        raise HubError(404, "No such xorb")
    return FileResponse(path, media_type="application/octet-stream")


@dataclass(frozen=True)
class Run:
    """Adjacent chunks to fetch from a xorb in one request.

    Attributes:
        start: Number of the first chunk.
        stop: Number of the chunk after the last one.
        first_byte: Position of their first byte in the xorb.
        last_byte: Position of their last byte.
    """

    start: int
    stop: int
    first_byte: int
    last_byte: int


@dataclass(frozen=True)
class Reconstruction:
    """The chunks that make up a file, or a range of it.

    Attributes:
        offset: Bytes of the first chunk before the range.
        terms: The chunks, in order.
        runs: Runs of chunks to fetch, by the hash of their xorb.
    """

    offset: int
    terms: list[Term]
    runs: dict[str, list[Run]]

    def to_json(self) -> dict[str, Any]:
        """Return the fields that both versions of the answer share."""
        terms = [
            {
                "hash": term.xorb,
                "range": {"start": term.start, "end": term.stop},
                "unpacked_length": term.size,
            }
            for term in self.terms
        ]
        return {"offset_into_first_range": self.offset, "terms": terms}


async def reconstruct_v1(request: Request) -> JSONResponse:
    """Return the chunks of a file, or of a range of it."""
    reconstruction = await run_in_threadpool(_reconstruct, request)
    url = _xorb_url(request)
    fetch = {
        xorb: [
            {
                "range": {"start": run.start, "end": run.stop},
                "url": url + xorb,
                "url_range": {"start": run.first_byte, "end": run.last_byte},
            }
            for run in runs
        ]
        for xorb, runs in reconstruction.runs.items()
    }
    return JSONResponse({**reconstruction.to_json(), "fetch_info": fetch})


async def reconstruct_v2(request: Request) -> JSONResponse:
    """Return the chunks as `reconstruct_v1` does, in the second version of the answer."""
    reconstruction = await run_in_threadpool(_reconstruct, request)
    url = _xorb_url(request)
    xorbs = {
        xorb: [
            {
                "url": url + xorb,
                "ranges": [
                    {
                        "chunks": {"start": run.start, "end": run.stop},
                        "bytes": {"start": run.first_byte, "end": run.last_byte},
                    }
                ],
            }
            for run in runs
        ]
        for xorb, runs in reconstruction.runs.items()
    }
    return JSONResponse({**reconstruction.to_json(), "xorbs": xorbs})


def _reconstruct(request: Request) -> Reconstruction:
    access, name = _authorize(request, "read"), _hash(request)
    xet = access.state.xet
    file = xet.file(name)
    if file is None or not access.state.holds(access.holder, file):
        raise HubError(404, "No such file")
    xet.require_bytes(file)
    start, stop = parse_range(request.headers.get("range"), file.size) or (0, file.size)
    offset, terms = xet.cut(file, start, stop)
    runs = {}
    for xorb in {term.xorb for term in terms}:
        packed = xet.xorbs.index(xorb).packed
        runs[xorb] = [
            Run(first, end, packed[first], packed[end] - 1)
            for first, end in merge_runs(terms, xorb)
        ]
    return Reconstruction(offset, terms, runs)


def merge_runs(terms: list[Term], xorb: str) -> list[tuple[int, int]]:
    """Return the chunks of a xorb in terms, as runs that neither touch nor overlap.

    Up to 1.4, hf_xet rejects a reconstruction in which a term spans two runs.
    """
    runs: list[tuple[int, int]] = []
    for start, stop in sorted((term.start, term.stop) for term in terms if term.xorb == xorb):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(stop, runs[-1][1]))
        else:
            runs.append((start, stop))
    return runs


def _xorb_url(request: Request) -> str:
    return f"{endpoint_of(request)}/cas/{request.path_params['run']}/xorb/default/"


def _store(request: Request) -> State:
    state = state_of(request)
    if request.path_params["run"] != state.xet.run:
        raise HubError(404, "This URL is from before a reset of the server")
    return state


def _authorize(request: Request, right: Right) -> Access:
    """Return the access of a request by its Xet token.

    Raises:
        HubError: 401, the token has expired or is invalid. Clients then request a new one.
        ForbiddenError: The token is read-only, and the request writes.
    """
    state = _store(request)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = state.tickets.read(PURPOSE, token)
    except TicketError as error:
        raise HubError(401, f"Invalid Xet token: {error}") from None
    if right == "write" and claims["right"] != "write":
        raise ForbiddenError("This Xet token is read-only")
    return Access(state, claims["holder"])


def _hash(request: Request) -> str:
    text: str = request.path_params["hash"]
    if not SHA256.fullmatch(text):
        raise BadRequestError(f"Not a hash: {text}")
    return text


def _old_and_v1(path: str) -> tuple[str, ...]:
    """Return a path without version, for hf_xet before 1.4, and one with the first version."""
    return f"/cas/{{run}}/{path}", f"/cas/{{run}}/v1/{path}"


routes = [
    Route(f"{API}/xet-{{right:right}}-token/{{revision:rest}}", repo_token),
    Route("/cas/{run}/v2/shards", put_shard_with_progress, methods=["POST"]),
    Route("/cas/{run}/v2/reconstructions/{hash}", reconstruct_v2),
    *(
        Route(path, endpoint, methods=[method])
        for method, endpoint, names in (
            ("POST", put_xorb, ("xorb/default/{hash}", "xorbs/default/{hash}")),
            ("GET", get_xorb, ("xorb/default/{hash}",)),
            ("POST", put_shard, ("shard/default/{hash}", "shards/default/{hash}", "shards")),
            ("GET", reconstruct_v1, ("reconstruction/{hash}", "reconstructions/{hash}")),
        )
        for path in chain.from_iterable(map(_old_and_v1, names))
    ),
]
