"""Each upstream bug, measured on the installed `datasets` and compared with the catalog."""

from collections.abc import Callable

import pytest

from repro.catalog.bugs import BUGS, Bug
from repro.judge.verdict import Judgement


@pytest.mark.repro
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
@pytest.mark.timeout(600)  # the first test waits for its turn among all the scripts
def test_bug_is_as_the_catalog_says(bug: Bug, judgement_of: Callable[[Bug], Judgement]) -> None:
    judgement = judgement_of(bug)
    if not judgement.agrees:
        pytest.fail(judgement.sentence, pytrace=False)
