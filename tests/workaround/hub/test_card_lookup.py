"""Configs as `load_dataset` looks them up."""

from __future__ import annotations

from typing import Any

from datasets import ClassLabel, DatasetInfo, Features, LargeList, List, Value
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCard, DatasetCardData
from hypothesis import given

from tests.support.workaround.nested import features
from tests.support.workaround.stored import IMAGE
from workaround.hub.card_lookup import Loaded, card_problems, split_files


def test_card_says_numbers_and_parameters_otherwise() -> None:
    """The types of a table's columns are guessed from its cells."""
    remote = Features({"n": Value("int64"), "s": Value("string"), "f": IMAGE, "l": List(IMAGE)})
    local = Features(
        {
            "l": LargeList(type(IMAGE)()),
            "f": type(IMAGE)(),
            "s": Value("large_string"),
            "n": Value("float32"),
        }
    )
    assert list(problems_of(remote, local)) == []


def test_labels_of_other_names_are_others() -> None:
    remote, local = (
        Features({"a": List({"b": ClassLabel(names=names)})}) for names in (["no"], ["yes"])
    )
    (problem,) = problems_of(remote, local)
    assert problem.column == "a.b"
    assert problem.reason == "is ClassLabel of ['no'] in the card instead of ClassLabel of ['yes']"


@given(features())
def test_card_with_the_same_features_has_no_problems(kinds: Features) -> None:
    data = DatasetCardData()
    DatasetInfosDict({"default": DatasetInfo(features=kinds)}).to_dataset_card_data(data)
    card = DatasetCard(f"---\n{data}\n---\n")
    info = DatasetInfosDict.from_dataset_card_data(card.data)["default"]
    assert list(card_problems(Loaded({}, info), {}, kinds)) == []


def problems_of(remote: Features, local: Features) -> list[Any]:
    return list(card_problems(Loaded({}, DatasetInfo(features=remote)), {}, local))


def test_files_of_a_split_are_those_of_its_pattern() -> None:
    paths = ["data/train-0", "data/train2-0", "data/train-old/0", "data/train", "x/data/train-0"]
    assert split_files(paths, "data", "train") == ["data/train-0"]
    assert split_files(paths, "data", None) == ["data/train-0", "data/train2-0", "data/train"]
