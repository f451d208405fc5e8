"""The pages for a browser: one document, which asks the API and shows what it answers.

It holds nothing itself, so it needs no token. The token of the administrator is in the fragment of
the printed address, ``/#token=...``: browsers send no fragments, so no log has it, and the page
keeps it for its tab only.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from mockhub.http.paths import WEB

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def page(request: Request) -> Response:
    """Return the document, whatever it will show.

    Raises:
        HTTPException: 404, the path is one of the API that no route serves.
    """
    if request.path_params.get("namespace") in {"api", "mockhub"}:
        raise HTTPException(404)
    return FileResponse(FOLDER / "page.html", headers=HEADERS)


def script(_request: Request) -> Response:
    """Return the script of the document."""
    return FileResponse(FOLDER / "page.js", headers=HEADERS, media_type="text/javascript")


def style(_request: Request) -> Response:
    """Return the style sheet of the document."""
    return FileResponse(FOLDER / "page.css", headers=HEADERS)


routes = [
    Route("/mockhub/page.js", script),
    Route("/mockhub/page.css", style),
    Route("/", page),
    *(
        Route(f"{WEB}{rest}", page)
        for rest in ("", "/tree/{rest:rest}", "/commit/{revision:seg}", "/discussions/{number:seg}")
    ),
]
