"""The generated pages of the site, a module for each kind; none of them is committed.

- `bugs`: a page for each bug of the catalog, and their list.
- `claims`: the claims of the first account, with what became of them.
- `examples`: the example datasets of BIDS, as the uploader reads them.
- `figures`: speed, memory and survival, as they were measured.
- `routes`: the routes of the local Hub.
- The **report** is the page that `python -m repro report` makes, beside the site.
"""

from pathlib import Path

from docs.generators import bugs, claims, examples, figures, routes
from repro.catalog.bugs import BUGS
from repro.fixes.document import read
from repro.report import page
from repro.results import store


def pages() -> dict[str, str]:
    """Return the text of every generated page, by its path below the folder of the site."""
    documents = store.read(store.MEASURED)
    fixes = [read(file) for file in sorted(store.MEASURED.glob("fixes-*.json"))]
    return {
        **bugs.pages(documents, BUGS),
        "explanation/claims.md": claims.page(),
        "explanation/bids-examples.md": examples.page(),
        "explanation/figures.md": figures.page(),
        "reference/routes.md": routes.page(),
        "report/report.html": page.html(documents, BUGS, fixes),
    }


def write(folder: Path) -> None:
    """Write the generated pages below a folder: those that changed, so that Sphinx reads few."""
    for name, text in pages().items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
