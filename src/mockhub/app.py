"""The application: all routes, and what lies before them."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mockhub.control import routes as admin
from mockhub.control.faults import Faults
from mockhub.control.inject import FaultMiddleware
from mockhub.control.request_log import Log, LogMiddleware
from mockhub.http.middleware import CrashMiddleware, RequestIdMiddleware
from mockhub.http.paths import RawPathMiddleware
from mockhub.http.refusals import exception_handlers
from mockhub.routes.history import commit, refs
from mockhub.routes.history import discussions as community
from mockhub.routes.history import tree as browse
from mockhub.routes.repos import access_requests as access
from mockhub.routes.repos import cards as card
from mockhub.routes.repos import info
from mockhub.routes.repos import lifecycle as manage
from mockhub.routes.repos import search as listing
from mockhub.routes.transfer import bucket_batch, lfs, lfs_files, preupload, resolve
from mockhub.routes.transfer import buckets as bucket_routes
from mockhub.routes.transfer import xet as cas
from mockhub.state import State

LOCAL_NAMES = ["127.0.0.1", "localhost", "*.localhost", "[::1]"]
"""What a request's ``Host`` may say: a web page elsewhere that has its name resolve to this machine
cannot make a browser send any of these."""


def build(
    state: State, *, scratch: Path | None = None, local: bool = True, echo: bool = False
) -> Starlette:
    """Make the ASGI application of a server.

    Args:
        state: Its stores.
        scratch: Where a reset makes fresh roots; None for a server that keeps its root.
        local: Answer only requests that call this machine by a name of its own.
        echo: Write a line for each request to standard error.
    """
    faults, log = Faults(), Log(echo=echo)
    modules = (
        admin,
        access,
        listing,
        info,
        card,
        browse,
        preupload,
        refs,
        commit,
        community,
        lfs,
        lfs_files,
        cas,
        bucket_routes,
        bucket_batch,
        resolve,
        manage,
    )
    app = Starlette(
        routes=[route for module in modules for route in module.routes],
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
