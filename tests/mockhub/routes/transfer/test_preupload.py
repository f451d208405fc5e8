"""The mode of files before an upload."""

from __future__ import annotations

import base64
import hashlib

import pytest

from mockhub.options import UploadMode
from mockhub.repos.store import default_gitattributes
from mockhub.routes.transfer.preupload import upload_mode
from tests.support.constants import MIB
from tests.support.mockhub.wire import NewRepo, send

DEFAULT = default_gitattributes("dataset").decode()


@pytest.mark.parametrize(
    ("path", "size", "sample", "mode"),
    [
        ("data/train.parquet", 100, b"PAR1", "lfs"),
        ("image.PNG", 100, b"text", "regular"),
        ("sub-01.nii", 100, b"\0", "lfs"),
        ("sub-01.nii", 100, b"text", "regular"),
        ("a.nii.gz", 100, b"text", "lfs"),
        ("a.csv", 10 * MIB, b"text", "regular"),
        ("a.csv", 10 * MIB + 1, b"text", "lfs"),
        ("empty.parquet", 0, b"", "regular"),
        ("README.md", 11 * MIB, b"\0", "regular"),
        ("docs/README.md", 11 * MIB, b"", "lfs"),
    ],
)
def test_attributes_then_size_then_content_decide(
    path: str, size: int, sample: bytes, mode: str
) -> None:
    assert upload_mode(path, size, sample, DEFAULT, "auto") == mode


@pytest.mark.parametrize("forced", ["lfs", "regular"])
def test_server_can_force_a_mode_but_not_for_the_card(forced: UploadMode) -> None:
    assert upload_mode("a.parquet", 1, b"", DEFAULT, forced) == forced
    assert upload_mode("README.md", 1, b"", DEFAULT, forced) == "regular"


def preupload(repo: NewRepo, *paths: str, **more: object) -> list[dict[str, object]]:
    sample = base64.b64encode(b"text").decode()
    files = [{"path": path, "size": 4, "sample": sample} for path in paths]
    answer = repo.send("POST", "/preupload/main", {"files": files, **more})
    result: list[dict[str, object]] = answer.json["files"]
    return result


def test_changed_gitattributes_count_from_then_on(repo: NewRepo) -> None:
    assert preupload(repo, "a.parquet")[0]["uploadMode"] == "lfs"
    repo.api.upload_file(
        path_or_fileobj=b"*.parquet filter=lfs\n*.parquet -filter\n",
        path_in_repo=".gitattributes",
        repo_id=repo.id,
        repo_type="dataset",
    )
    assert preupload(repo, "a.parquet")[0]["uploadMode"] == "regular"


def test_ignored_files_are_reported(repo: NewRepo) -> None:
    repo.api.upload_file(
        path_or_fileobj=b"*.log\n",
        path_in_repo=".gitignore",
        repo_id=repo.id,
        repo_type="dataset",
    )
    ignored = [item["shouldIgnore"] for item in preupload(repo, "a.log", "a.tmp")]
    assert ignored == [True, False]
    ignored = [item["shouldIgnore"] for item in preupload(repo, "a.log", gitIgnore="*.tmp")]
    assert ignored == [False]


def test_unchanged_file_makes_no_commit(repo: NewRepo) -> None:
    def upload() -> None:
        for path, content in (("a.txt", b"text"), ("b.bin", b"\0" * 2000)):
            repo.api.upload_file(
                path_or_fileobj=content,
                path_in_repo=path,
                repo_id=repo.id,
                repo_type="dataset",
            )

    upload()
    head = repo.api.dataset_info(repo.id).sha
    upload()
    assert repo.api.dataset_info(repo.id).sha == head


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", {}, {"files": [1]}, {"files": [{"path": "a", "size": "big"}]}]
)
def test_malformed_request_is_refused(repo: NewRepo, body: object) -> None:
    assert repo.send("POST", "/preupload/main", body).status == 400


def test_card_without_metadata_is_warned_of(repo: NewRepo) -> None:
    def warnings(content: str) -> int:
        body = {"content": content, "repoType": "dataset"}
        return len(send(repo.hub, "POST", "/api/validate-yaml", body).json["warnings"])

    assert warnings("# title") == 1
    assert warnings("---\nlicense: mit\n---\n# title") == 0


def test_at_most_256_files_are_asked_for_at_once(repo: NewRepo) -> None:
    assert len(preupload(repo, *map(str, range(256)))) == 256
    files = [{"path": str(number), "size": 0} for number in range(257)]
    assert repo.send("POST", "/preupload/main", {"files": files}).status == 413


def test_existing_files_are_reported_by_id(repo: NewRepo) -> None:
    repo.upload("a.txt", b"text")
    repo.upload("a.bin", b"text")
    oids = [item.get("oid") for item in preupload(repo, "a.txt", "a.bin", "missing")]
    blob = hashlib.sha1(b"blob 4\0text").hexdigest()
    assert oids == [blob, hashlib.sha256(b"text").hexdigest(), None]


@pytest.mark.parametrize("revision", ["missing", "0" * 40])
def test_revision_must_exist(repo: NewRepo, revision: str) -> None:
    answer = repo.send("POST", f"/preupload/{revision}", {"files": []})
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")


def test_path_of_ten_thousand_parts_is_refused(repo: NewRepo) -> None:
    files = [{"path": "a/" * 10_000 + "b", "size": 1, "sample": ""}]
    assert repo.send("POST", "/preupload/main", {"files": files}).status == 400


def test_size_without_end_is_refused(repo: NewRepo) -> None:
    files = b'{"files": [{"path": "a", "size": 1e999}]}'
    assert repo.send("POST", "/preupload/main", files).status == 400


def test_no_pattern_blocks_the_server(repo: NewRepo) -> None:
    """A backtracking matcher needs years for this: the time-out of the tests would end it."""
    body = {
        "files": [{"path": "a" * 10_000, "size": 1, "sample": ""}],
        "gitIgnore": "*a" * 30 + "*b",
    }
    assert not repo.send("POST", "/preupload/main", body).json["files"][0]["shouldIgnore"]
