"""The application: all routes, and what lies before them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from mockhub import browse, cas, commit, errors, faults, lfs, manage, preupload, resolve
from mockhub.paths import RawPathMiddleware
from mockhub.state import State


def build(state: State) -> Starlette:
    """Make the ASGI application of a server.

    Args:
        state: Its stores.
    """
    log = faults.Faults()
    modules = (faults, manage, browse, preupload, commit, lfs, cas, resolve)
    app = Starlette(
        routes=[route for module in modules for route in module.routes],
        middleware=[
            Middleware(RawPathMiddleware),
            Middleware(faults.FaultMiddleware, faults=log),
        ],
        exception_handlers={errors.HubError: errors.respond, ClientDisconnect: errors.respond},
    )
    app.state.hub = state
    app.state.faults = log
    return app
