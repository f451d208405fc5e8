"""Random sequences of pushes into one repository that others write to, and a model of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import CommitOperationAdd, DatasetCard, HfApi
from hypothesis import strategies as st

CONFIGS, SPLITS = ("default", "anat"), ("train", "test")
FOREIGN_FILES = ("notes.txt", "data/participants.tsv", "anat/sub-01_T1w.nii.gz")
REPO_TYPE = "dataset"

_repositories = map("user/pushes-{}".format, itertools.count())


@dataclass(frozen=True)
class Put:
    """Another writer adds a file."""

    path: str


@dataclass(frozen=True)
class Describe:
    """Another writer describes a config in the card, if it is there."""

    config: str


@dataclass(frozen=True)
class PushSplit:
    """A `Dataset` is pushed."""

    config: str
    split: str
    rows: int = 1
    set_default: bool = False
    create_pr: bool = False


@dataclass(frozen=True)
class PushDict:
    """A `DatasetDict` is pushed, in place of all splits of its config."""

    config: str
    rows: Mapping[str, int]
    create_pr: bool = False


Step = Put | Describe | PushSplit | PushDict


class Kind(StrEnum):
    """The ways in which a promise of pushing is broken."""

    GONE = "a file is gone"
    UNDESCRIBED = "words of the card are gone"
    NOT_DEFAULT = "the default config does not load"
    RAISES = "a push raises"
    UNLOADABLE = "a config does not load"


@dataclass(frozen=True)
class Broken:
    """A broken promise.

    Attributes:
        kind: The promise.
        step: The step after which it was broken.
        where: The file or the config.
        detail: For people.
    """

    kind: Kind
    step: Step
    where: str
    detail: str = ""


@dataclass
class Model:
    """A repository as it should be.

    Attributes:
        repo_id: The repository.
        configs: The rows of each config and split that was pushed and not replaced.
        files: Files that no push wrote.
        described: Configs with a description in the card.
        default: The config that was pushed as the default one.
        serial: Numbers for rows.
    """

    repo_id: str
    configs: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    default: str | None = None
    serial: Iterator[int] = field(default_factory=itertools.count)

    def rows(self, count: int) -> Dataset:
        """Return rows unlike all others."""
        return Dataset.from_dict({"row": [next(self.serial) for _ in range(count)]})


def sequences() -> st.SearchStrategy[list[Step]]:
    """Sequences of steps, the shortest first."""
    config, split = st.sampled_from(CONFIGS), st.sampled_from(SPLITS)
    rows, rarely = st.integers(1, 3), st.sampled_from([False, False, True])
    step: st.SearchStrategy[Step] = st.one_of(
        st.builds(PushSplit, config, split, rows, st.booleans(), rarely),
        st.builds(PushDict, config, st.dictionaries(split, rows, min_size=1), rarely),
        st.builds(Put, st.sampled_from(FOREIGN_FILES)),
        st.builds(Describe, config),
    )
    return st.lists(step, min_size=1, max_size=6)


def broken(steps: list[Step]) -> Iterator[Broken]:
    """Take the steps, and yield the promises that are broken.

    What is gone is not missed twice; after a push that fails, or a config that does not load, the
    model knows nothing of the repository, and it ends.
    """
    api = HfApi()
    model = Model(next(_repositories))
    api.create_repo(model.repo_id, repo_type=REPO_TYPE)
    for step in steps:
        try:
            _take(step, model, api)
        except Exception as error:
            yield Broken(Kind.RAISES, step, "", f"{type(error).__name__}: {error}")
            return
        yield from _lost(step, model, api)
        unloadable = list(_unloadable(step, model))
        yield from unloadable
        if unloadable:
            return


def _take(step: Step, model: Model, api: HfApi) -> None:
    match step:
        case Put(path):
            _commit(api, model, path, b"precious\n")
            model.files.add(path)
        case Describe(config):
            if config in model.configs:
                card = DatasetCard.load(model.repo_id)
                _config(card, config)["description"] = "by hand"
                _commit(api, model, "README.md", str(card).encode())
                model.described.add(config)
        case PushSplit(config, split, count, set_default, create_pr):
            rows, default = model.rows(count), set_default and config != "default"
            info = rows.push_to_hub(
                model.repo_id, config, split=split, set_default=default, create_pr=create_pr
            )
            _merge(api, model, info)
            model.configs.setdefault(config, {})[split] = rows["row"][:]
            model.default = config if default else model.default
        case PushDict(config, counts, create_pr):
            splits = {split: model.rows(count) for split, count in counts.items()}
            info = DatasetDict(splits).push_to_hub(model.repo_id, config, create_pr=create_pr)
            _merge(api, model, info)
            model.configs[config] = {split: rows["row"][:] for split, rows in splits.items()}


def _commit(api: HfApi, model: Model, path: str, content: bytes) -> None:
    file = CommitOperationAdd(path, content)
    api.create_commit(model.repo_id, [file], commit_message="By hand", repo_type=REPO_TYPE)


def _merge(api: HfApi, model: Model, info: Any) -> None:
    if info.pr_num is not None:
        api.merge_pull_request(model.repo_id, info.pr_num, repo_type=REPO_TYPE)


def _config(card: DatasetCard, name: str) -> dict[str, Any]:
    configs: list[dict[str, Any]] = vars(card.data)["configs"]
    return next(config for config in configs if config["config_name"] == name)


def _lost(step: Step, model: Model, api: HfApi) -> Iterator[Broken]:
    """Yield what is gone that no push wrote, and forget it."""
    present = api.list_repo_files(model.repo_id, repo_type=REPO_TYPE)
    for path in sorted(model.files - set(present)):
        model.files.remove(path)
        yield Broken(Kind.GONE, step, path)
    if not model.described:
        return
    card = DatasetCard.load(model.repo_id)
    for name in sorted(model.described):
        if "description" not in _config(card, name):
            model.described.remove(name)
            yield Broken(Kind.UNDESCRIBED, step, name)


def _unloadable(step: Step, model: Model) -> Iterator[Broken]:
    """Yield the configs that do not load with their rows."""
    for name, rows in model.configs.items():
        if problem := _problem(model, rows, name):
            yield Broken(Kind.UNLOADABLE, step, name, problem)
    if model.default is not None:
        rows = model.configs[model.default]
        if problem := _problem(model, rows):
            yield Broken(Kind.NOT_DEFAULT, step, model.default, problem)


def _problem(model: Model, rows: Mapping[str, list[int]], *name: str) -> str:
    """Return why a config does not load with its rows; empty if it does."""
    try:
        loaded = load_dataset(model.repo_id, *name)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    present = {split: data["row"][:] for split, data in loaded.items()}
    return "" if present == rows else f"{present} instead of {rows}"
