"""The ASGI application: all routes and middleware."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mockhub.control import routes as control
from mockhub.control.faults import Faults
from mockhub.control.inject import FaultMiddleware
from mockhub.control.request_log import Log, LogMiddleware
from mockhub.http.middleware import CrashMiddleware, RequestIdMiddleware
from mockhub.http.paths import RawPathMiddleware
from mockhub.http.refusals import exception_handlers
from mockhub.routes import health, pages
from mockhub.routes.history import commit, discussions, refs, tree
from mockhub.routes.repos import access_requests, cards, info, lifecycle, search
from mockhub.routes.transfer import (
    bucket_batch,
    buckets,
    lfs,
    lfs_files,
    preupload,
    resolve,
    xet,
)
from mockhub.state import State

# Starlette takes the first route that matches. `lifecycle` is behind the others: its routes for
# names without a namespace match paths of theirs. The pages of models match any two segments.
MODULES = (
    control,
    health,
    access_requests,
    search,
    info,
    cards,
    tree,
    preupload,
    refs,
    commit,
    discussions,
    lfs,
    lfs_files,
    xet,
    buckets,
    bucket_batch,
    resolve,
    lifecycle,
    pages,
)

LOCAL_NAMES = ["127.0.0.1", "localhost", "*.localhost", "[::1]"]
"""Allowed ``Host`` headers: a web page elsewhere whose name resolves to this machine cannot make a
browser send any of these."""


def build(
    state: State, *, scratch: Path | None = None, local: bool = True, echo: bool = False
) -> Starlette:
    """Build the ASGI application of a server.

    Args:
        state: The stores.
        scratch: Folder for the roots of resets; None for a server that keeps its data.
        local: Refuse requests with a ``Host`` that is not a loopback name.
        echo: Write a line for each request to standard error.
    """
    faults, log = Faults(), Log(echo=echo)
    app = Starlette(
        routes=[route for module in MODULES for route in module.routes],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(
                TrustedHostMiddleware,
                allowed_hosts=LOCAL_NAMES if local else ["*"],
                www_redirect=False,
            ),
            Middleware(RawPathMiddleware),
            Middleware(LogMiddleware, log=log),
            Middleware(CrashMiddleware),
            Middleware(FaultMiddleware, faults=faults),
        ],
        exception_handlers=exception_handlers,
    )
    app.state.hub = state
    app.state.admin_token = state.options.administrator.token
    app.state.scratch = scratch
    app.state.faults = faults
    app.state.log = log
    return app
