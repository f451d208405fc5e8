"""The proof of a bug in an issue: its core with the traceback, the fix, and the regression test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from repro.report.steps import fenced
from repro.sandbox.run import Exited, Run

NO_PYTEST = "No module named 'pytest'"
OUTPUT = "Their output:"
LOGGED_IN = (
    "Where the lines push, they do so to a new dataset repo of the account that is logged in."
)
PASSES = "With this change the lines at the top pass, and so does the test below."
FAILS = "With this change the lines at the top still fail, as another bug is in their way."
TEST = "The test fails without the change, and passes with it. Its fixtures are those of `tests/`."
NO_FIX = "The test fails. Its fixtures are those of `tests/`."


@dataclass(frozen=True)
class Proof:
    """The lines that a maintainer pastes, the diff to apply and the test to merge.

    Attributes:
        core: The lines to paste into a REPL, which fail with the bug.
        test: The same as a test in upstream's style.
        without: The run of the core as it is.
        summary: The fix in one sentence; empty if there is none.
        diff: The fix; empty if there is none.
        fixed: The run of the core with the fix; None if there is none.
    """

    core: str
    test: str
    without: Run
    summary: str = ""
    diff: str = ""
    fixed: Run | None = None

    @property
    def shows(self) -> bool:
        """True if the core failed, and not since the environment lacks pytest."""
        return isinstance(self.without.ended, Exited) and (
            self.without.ended.code != 0 and NO_PYTEST not in self.without.stderr
        )

    @property
    def cured(self) -> bool:
        """True if the core passes with the fix."""
        return self.fixed is not None and self.fixed.ended == Exited(0)


def beginning(proof: Proof, output: Callable[[Run], str]) -> Iterator[str]:
    """Yield the core and its output, in paragraphs of Markdown.

    Args:
        proof: Of the bug.
        output: Formats the output of a run, without what is private.
    """
    yield fenced(proof.core, "python")
    yield LOGGED_IN if "hf_api" in proof.core else OUTPUT
    yield fenced(output(proof.without))


def ending(proof: Proof) -> Iterator[str]:
    """Yield the fix and the test, in paragraphs of Markdown."""
    if proof.diff:
        yield f"**Proposed fix.** {proof.summary.strip()} {PASSES if proof.cured else FAILS}"
        yield fenced(proof.diff, "diff")
    yield f"**Regression test.** {TEST if proof.cured else NO_FIX}"
    yield fenced(proof.test, "python")
