"""The card by what a dataset says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workaround.bids.description import bids_card, license_tag


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("CC0", "cc0-1.0"),
        ("CC-BY-4.0", "cc-by-4.0"),
        ("CC BY-NC-SA 4.0", "cc-by-nc-sa-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "cc-by-sa-4.0"),
        ("PDDL", "pddl"),
        ("CC-BY", None),
        ("PD", None),
        ("CC-BY-9.0", None),
        ("This dataset is under CC0", None),
        ("", None),
    ],
)
def test_license_is_a_tag_where_it_is_certain(name: str, tag: str | None) -> None:
    assert license_tag(name) == tag


def test_card_has_what_the_dataset_says(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii", "sub-1/func/sub-1_task-a_bold.nii")
    description = {
        "Name": "Aphasia",
        "License": "CC0",
        "Authors": ["A. One", "B. Two"],
        "DatasetDOI": "doi:10.18112/openneuro.ds1.v1.0.1",
        "HowToAcknowledge": "Cite the paper.",
        "Funding": None,
    }
    touch("dataset_description.json", text=json.dumps(description))
    touch("README", text="A dataset.\n")
    columns = {"sex": {"Levels": {"f": "female"}}, "age": {"Description": "a|b", "Units": "year"}}
    touch("participants.json", text=json.dumps(columns))
    card = bids_card(root)
    assert card.metadata == {
        "pretty_name": "Aphasia",
        "license": "cc0-1.0",
        "tags": ["bids", "neuroimaging", "mri", "anat", "func"],
    }
    assert card.text.split("\n\n") == [
        "# Aphasia",
        "A dataset.",
        "## How to acknowledge",
        "Cite the paper.",
        "## Citation",
        "Authors: A. One, B. Two",
        "DOI: [10.18112/openneuro.ds1.v1.0.1](https://doi.org/10.18112/openneuro.ds1.v1.0.1)",
        "## License",
        "CC0",
        "## Columns of participants",
        "| column | description |\n|---|---|\n| `sex` | f: female |\n| `age` | a\\|b (year) |",
    ]


def test_readme_that_is_a_card_has_no_second_metadata(touch: Callable[..., Path]) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("README.md", text="---\nlicense: mit\n---\n\nMine.\n")
    assert bids_card(root).text == "Mine."


def test_description_that_is_no_json_is_a_remark(
    touch: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = touch("sub-1/anat/sub-1_T1w.nii")
    touch("dataset_description.json", text="{")
    assert bids_card(root).text == ""
    assert "dataset_description.json: not JSON" in caplog.text
