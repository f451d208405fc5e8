"""The steps by which a stranger runs the script of a bug, for an issue."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from packaging.version import Version

from repro.catalog.bugs import MIB, UPSTREAM, Bug

PUBLIC = {"bitbucket.org", "codeberg.org", "github.com", "gitlab.com"}
"""Where a clone URL tells nothing of somebody's own network."""

RUN_IT = (
    "`uv run` installs what the script names at its top; any Python that has it will do as well. "
    "The last line of the output is the evidence. The exit status is 1 where the bug is, 0 where "
    "it is not and 125 where that cannot be tested, as `git bisect run` wants it."
)
ON_A_HUB = (
    "The script pushes to private dataset repos, which it names itself, deletes and makes again: "
    "use a token of an account for tests."
)
ON_A_STAND_IN = (
    "The output below is of a run against a local stand-in of the Hub. To do the same, put "
    "`HF_ENDPOINT=http://127.0.0.1:8901 HF_TOKEN=hf_mockhub` before the command. The stand-in is "
    "started in another terminal:"
)
ON_A_FAILING_HUB = (
    "The script tells the Hub to fail, which only a local stand-in does. It is started in another "
    "terminal:"
)
NO_STAND_IN = (
    "The script tells the Hub to fail, which only a local stand-in does; its output is below. The "
    "lines at the top run on any Hub."
)
WITHOUT_A_HUB = "Without `HF_ENDPOINT` and `HF_TOKEN` it leaves out the part that pushes."
REAL_HUB = "HF_ENDPOINT=https://huggingface.co HF_TOKEN=hf_... "
LOCAL_HUB = "HF_ENDPOINT=http://127.0.0.1:8901 HF_TOKEN=hf_mockhub "
START_FROM = (
    "uv run --no-project --with 'nifti-hub-workaround[hub] @ git+{url}' "
    "python -m mockhub --port 8901"
)
CAPPED = (
    "On Linux with systemd, the kill in {mib} MiB of memory, once the command above has installed "
    "what it takes:"
)


def steps(
    bug: Bug, environment: Mapping[str, str], script: str, origin: str | None
) -> Iterator[str]:
    """The way to run a script, by what it asks of its environment, in paragraphs of Markdown.

    Args:
        bug: whose script it is.
        environment: of the run that is told of.
        script: its text.
        origin: the URL that this project can be had from; None if nobody knows one, and then the
            local stand-in of the Hub is not spoken of.
    """
    hub, failing = "", "/mockhub/" in script
    pushes = failing or 'environ["HF_ENDPOINT"]' in script
    if pushes:
        hub = LOCAL_HUB if failing else REAL_HUB
    run = f"uv run --with {_datasets(environment)} {bug.script.name}"
    if failing and origin is None:
        yield NO_STAND_IN
    else:
        yield fenced(f"{hub}{run}", "sh")
        yield RUN_IT
    if pushes and not failing:
        yield ON_A_HUB
    if pushes and origin is not None:
        yield ON_A_FAILING_HUB if failing else ON_A_STAND_IN
        yield fenced(START_FROM.format(url=origin), "sh")
    if not pushes and "HF_ENDPOINT" in script:
        yield WITHOUT_A_HUB
    if bug.cap_bytes is not None:
        mib = bug.cap_bytes // MIB
        cap = f"systemd-run --user --scope -p MemoryMax={mib}M -p MemorySwapMax=0"
        yield CAPPED.format(mib=mib)
        yield fenced(f"{hub}{cap} {run} --large", "sh")


def public_origin(folder: Path) -> str | None:
    """The URL that the git clone in a folder was made from; None unless anybody may have it.

    Who has it is guessed from the host. A name or a token in the URL is left out.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - our own arguments
            ["git", "-C", folder, "config", "--get", "remote.origin.url"],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
        )
    except OSError:  # no git
        return None
    url = urlsplit(answer.stdout.strip())
    if url.scheme not in ("http", "https") or url.hostname not in PUBLIC:
        return None
    return f"{url.scheme}://{url.hostname}{url.path}"


def fenced(text: str, language: str = "") -> str:
    """A block of code, whatever runs of backticks are in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def _datasets(environment: Mapping[str, str]) -> str:
    release = environment["datasets"]
    if not Version(release).is_devrelease:
        return f"datasets=={release}"
    commit = f"@{environment['commit']}" if "commit" in environment else ""
    return f"'datasets @ git+{UPSTREAM}{commit}'"
