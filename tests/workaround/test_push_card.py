"""The dataset card after a push, and cards that refuse one."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import (
    Dataset,
    load_dataset,
)
from huggingface_hub import HfApi, hf_hub_download

from mockhub.server.process import Hub
from repro.synthetic.nifti import write_nifti
from tests.support.constants import REPO
from tests.support.workaround.command import call
from tests.support.workaround.pushing import (
    newest_writer,
    numbers,
    preuploads,
    tree,
)
from workaround import bids_table, push_to_hub
from workaround.errors import CardConflictError


@pytest.fixture(name="numbers")
def numbers_fixture() -> Dataset:
    return numbers()


@newest_writer
def test_same_card_as_upstream_where_the_default_config_changes(hub: Hub, numbers: Dataset) -> None:
    for name in ("first", "second"):
        numbers.push_to_hub("user/theirs", name, set_default=True)
        push_to_hub(numbers, "user/ours", name, set_default=True)
        assert tree("user/ours") == tree("user/theirs")


def test_no_other_config_takes_the_place_of_the_one_named_default(
    hub: Hub, numbers: Dataset
) -> None:
    push_to_hub(numbers, REPO)
    with pytest.raises(CardConflictError, match="'default'"):
        push_to_hub(numbers, REPO, "second", set_default=True)


def test_text_of_the_card_is_kept(hub: Hub, numbers: Dataset) -> None:
    push_to_hub(numbers, REPO)
    card = Path(hf_hub_download(REPO, "README.md", repo_type="dataset")).read_text()
    HfApi().upload_file(
        path_or_fileobj=card.replace("---\n", "---\nlicense: mit\n", 1).encode() + b"# Hello\r\n",
        path_in_repo="README.md",
        repo_id=REPO,
        repo_type="dataset",
    )
    push_to_hub(numbers.select(range(5)), REPO, split="test")
    card = Path(hf_hub_download(REPO, "README.md", repo_type="dataset")).read_bytes().decode()
    assert "license: mit" in card
    assert card.endswith("# Hello\r\n")
    assert "test" in load_dataset(REPO)


def test_other_features_than_those_of_the_other_splits_are_refused(
    hub: Hub, numbers: Dataset
) -> None:
    push_to_hub(numbers, REPO)
    before, asked = tree(REPO), preuploads(hub)
    with pytest.raises(CardConflictError, match="other splits"):
        push_to_hub(Dataset.from_dict({"m": [1]}), REPO, split="test")
    assert tree(REPO) == before
    assert preuploads(hub) == asked


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "---\nconfigs:\n- config_name: a\n  data_files: {train: a}\n---\n"),
        ("README.md", "---\ndataset_info:\n  features: 3\n---\n"),
        ("dataset_infos.json", "not JSON"),
    ],
)
def test_card_that_cannot_be_read_is_refused_before_any_byte_goes_out(
    hub: Hub, numbers: Dataset, name: str, text: str
) -> None:
    api = HfApi()
    api.create_repo(REPO, repo_type="dataset")
    api.upload_file(
        path_or_fileobj=text.encode(), path_in_repo=name, repo_id=REPO, repo_type="dataset"
    )
    before = preuploads(hub)
    with pytest.raises(CardConflictError, match=f"{name} of the repository cannot be read"):
        push_to_hub(numbers, REPO)
    assert preuploads(hub) == before


def test_metadata_of_others_that_the_hub_refuses_is_refused_before_the_upload(
    hub: Hub, numbers: Dataset
) -> None:
    hub.add_repo(REPO, {"README.md": b"---\ntags: 5\n---\n"})
    before = preuploads(hub)
    with pytest.raises(CardConflictError, match='"tags" must be an array'):
        push_to_hub(numbers, REPO)
    assert preuploads(hub) == before


def test_card_says_what_the_folder_says_once(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "data/sub-1/anat/sub-1_T1w.nii"
    image.parent.mkdir(parents=True)
    write_nifti(image, 2000, ndim=3)
    folder = tmp_path / "data"
    (folder / "dataset_description.json").write_text('{"Name": "Aphasia", "License": "CC0"}')
    (folder / "README").write_text("A dataset.")

    def card(repo: str) -> str:
        return Path(hf_hub_download(repo, "README.md", repo_type="dataset")).read_text()

    assert call(capsys, "push", folder, REPO)[0] == 0
    assert load_dataset(REPO, split="train").num_rows == 1
    text = card(REPO)
    assert "license: cc0-1.0\n" in text
    assert "size_categories:\n- n<1K\n" in text
    assert text.endswith("---\n\n# Aphasia\n\nA dataset.\n\n## License\n\nCC0\n")
    (folder / "README").write_text("Another text.")
    assert call(capsys, "push", folder, REPO)[0] == 0
    assert card(REPO) == text
    assert call(capsys, "push", folder, "user/bare", "--no-card")[0] == 0
    assert card("user/bare").endswith("---\n")
    push_to_hub(bids_table(folder), "user/bare", card=folder)
    assert card("user/bare").endswith("Another text.\n\n## License\n\nCC0\n")
