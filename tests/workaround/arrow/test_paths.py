"""Parts of paths and URLs."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workaround.arrow.paths import (
    archive_of,
    base_name,
    is_local,
    normal,
    upload_name,
    upload_names,
)


@pytest.mark.parametrize(
    "path",
    [
        "/home/me/a.nii",
        "a.nii",
        r"C:\Users\me\a.nii",
        r"C:/Users/me\a.nii",
        r"\\server\share\a.nii",
        r"..\me\a.nii",
        "file:///home/me/a.nii",
        "FILE:///home/me/a.nii",
        "local:///home/me/a.nii",
        "https://host/folder/a.nii",
        "HTTPS://host/folder/a.nii?token=secret",
        "https://me:secret@host/a.nii",
        "https://host/a.nii?X-Amz-Credential=me&X-Amz-Signature=secret#part",
        "s3://bucket/folder/a.nii?versionId=x.Y_z",
        "simplecache::https://host/a.nii?sig=secret",
        "zip://folder/a.nii::https://host/all.zip?sig=secret",
        "zip://a.nii::/home/me/all.zip",
        r"zip://folder\a.nii::/home/me/all.zip",
        "tar://sub/a.nii::hf://datasets/user/name/all.tar",
        "gzip://a.nii::/home/me/a.nii.gz",
        "hf://datasets/user/name@main/a.nii",
    ],
)
def test_embedded_file_is_named_without_folder_and_secret(path: str) -> None:
    assert base_name(path) == "a.nii"
    assert upload_name(path, embed=True) == "a.nii"


def test_local_name_may_look_like_a_url() -> None:
    assert base_name("/data/a?b::c#d.nii") == "a?b::c#d.nii"
    assert is_local("/data/a?b::c#d.nii")


@pytest.mark.parametrize(
    "path",
    [
        "/home/me/a.nii",
        r"C:\Users\me\a.nii",
        "file:///home/me/a.nii",
        "FILE:///home/me/a.nii",
        "simplecache::/home/me/a.nii",
        "simplecache::file:///home/me/a.nii",
        "zip://a.nii::/home/me/all.zip",
        "ZIP://a.nii::FILE:///home/me/all.zip",
        "tar://a.nii::file:///home/me/all.tar",
    ],
)
def test_local_file_that_is_not_embedded_has_its_base_name(path: str) -> None:
    assert upload_name(path, embed=False) == "a.nii"


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("hf://datasets/user/name@main/a.nii", None),
        ("https://host:8080/a.nii?download=true&part=2", None),
        ("s3://bucket/a.nii?versionId=x.Y_z", None),
        ("abfs://container@account.dfs.core.windows.net/a.nii", None),
        ("zip://a.nii::https://host/all.zip", None),
        ("https://host/a.nii#frame", None),
        ("https://me:secret@host/a.nii", "https://host/a.nii"),
        ("https://secret@host/a@b.nii", "https://host/a@b.nii"),
        ("ftp://me:sec@ret@host/a.nii", "ftp://host/a.nii"),
        ("s3://key:secret@bucket/a.nii", "s3://bucket/a.nii"),
        ("https://host/a.nii?X-Amz-Date=1&X-Amz-Signature=secret", "https://host/a.nii"),
        ("https://host/a.nii?X-Goog-Signature=secret", "https://host/a.nii"),
        ("https://host/a.nii?sv=2024&sig=secret", "https://host/a.nii"),
        ("https://host/a.nii?access_token=secret", "https://host/a.nii"),
        ("https://host/a.nii?api_key=secret", "https://host/a.nii"),
        ("https://host/a.nii#access_token=secret", "https://host/a.nii"),
        ("simplecache::https://me:secret@host/a.nii", "https://host/a.nii"),
        ("zip://a.nii::https://host/all.zip?sig=secret", "zip://a.nii::https://host/all.zip"),
    ],
)
def test_url_that_is_not_embedded_stays_whole_without_secrets(url: str, public: str | None) -> None:
    assert upload_name(url, embed=False) == (public or url)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a.nii", "/a.nii"),
        ("S3://Bucket/A.nii", "s3://Bucket/A.nii"),
        ("ZIP://A.nii::HTTPS://Host/All.zip", "zip://A.nii::https://Host/All.zip"),
        ("simplecache::filecache::https://host/a.nii", "https://host/a.nii"),
        ("file:///a.nii", "/a.nii"),
    ],
)
def test_schemes_are_in_lower_case_and_caches_left_out(path: str, expected: str) -> None:
    assert normal(path) == expected


@pytest.mark.parametrize(
    ("path", "archive"),
    [
        ("/a::b.nii", None),
        ("https://host/a.nii", None),
        ("simplecache::https://host/a.nii", None),
        ("zip://a.nii::/all.zip", "/all.zip"),
        ("zip://a.nii::file:///all.zip", "/all.zip"),
        ("zip://a.nii::zip://inner.zip::hf://datasets/u/n/all.zip", "hf://datasets/u/n/all.zip"),
        ("zip://a.nii::simplecache::https://host/all.zip", "https://host/all.zip"),
    ],
)
def test_archive_is_the_last_part(path: str, archive: str | None) -> None:
    assert archive_of(path) == archive


PARTS = st.sampled_from(["a.nii", "b", "/", "\\", ":", "::", "://", "\n", "é", "simplecache::"])


@given(paths=st.lists(st.none() | st.lists(PARTS).map("".join)), embed=st.booleans())
def test_names_of_a_column_are_those_of_its_paths(paths: list[str | None], embed: bool) -> None:
    expected = [path and upload_name(path, embed=embed) for path in paths]
    column = pa.array(paths, pa.string())
    assert upload_names(column, embed=embed).to_pylist() == expected
    for number, name in enumerate(expected):
        assert upload_names(column[number : number + 1], embed=embed).to_pylist() == [name]
