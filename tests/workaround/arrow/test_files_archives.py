"""Source files in archives and compressed files, behind URLs of every kind."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Nifti, load_dataset
from huggingface_hub import HfApi

from mockhub.server.process import Hub
from tests.support.constants import REPO
from tests.support.workaround.pushing import MakeNifti, contents
from workaround import push_to_hub
from workaround.arrow.files import Files, SourceFile
from workaround.errors import SourceChangedError, SourceDamagedError
from workaround.preflight.inspect import inspect_file

MEMBERS = {f"sub/{number}.bin": bytes([number]) * (100_000 + number) for number in range(3)}


def zipped(members: dict[str, bytes] = MEMBERS) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def tarred(mode: Any) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as archive:
        for name, content in MEMBERS.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return sink.getvalue()


ARCHIVES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "all.zip": ("zip", zipped),
    "all.tar": ("tar", lambda: tarred("w")),
    "all.tar.gz": ("tar", lambda: tarred("w:gz")),
}


def content_of(files: Files, source: SourceFile) -> bytes:
    return b"".join(bytes(block) for block in files.blocks(source))


@pytest.mark.parametrize("name", ARCHIVES)
def test_members_of_a_local_archive(tmp_path: Path, name: str) -> None:
    scheme, make = ARCHIVES[name]
    (tmp_path / name).write_bytes(make())
    paths = [f"{scheme}://{member}::{tmp_path / name}" for member in MEMBERS]
    sources = list(Files().map(Files().look_up, paths))
    assert [source.size for source in sources] == list(map(len, MEMBERS.values()))
    assert [content_of(Files(), source) for source in sources] == list(MEMBERS.values())
    Files().require_unchanged(sources)


@pytest.mark.parametrize("name", ARCHIVES)
def test_members_of_an_archive_on_the_hub(hub: Hub, name: str) -> None:
    scheme, make = ARCHIVES[name]
    HfApi().create_repo(REPO, repo_type="dataset", private=True)
    HfApi().upload_file(
        repo_id=REPO, repo_type="dataset", path_or_fileobj=make(), path_in_repo=name
    )
    files = Files(token=hub.token, endpoint=hub.url)
    paths = [f"{scheme}://{member}::hf://datasets/{REPO}/{name}" for member in MEMBERS]
    sources = list(files.map(files.look_up, paths))
    assert [content_of(files, source) for source in sources] == list(MEMBERS.values())
    files.require_unchanged(sources)


@pytest.mark.parametrize("chain", ["zip", "ZIP", "simplecache::zip"])
def test_other_ways_to_name_a_member(tmp_path: Path, chain: str) -> None:
    (tmp_path / "all.zip").write_bytes(zipped())
    path = f"{chain}://sub/1.bin::file://{tmp_path / 'all.zip'}"
    assert content_of(Files(), Files().look_up(path)) == MEMBERS["sub/1.bin"]


def test_archive_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "outer.zip").write_bytes(zipped({"inner.zip": zipped()}))
    path = f"zip://sub/2.bin::zip://inner.zip::{tmp_path / 'outer.zip'}"
    assert content_of(Files(), Files().look_up(path)) == MEMBERS["sub/2.bin"]


def test_archive_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "all.zip").write_bytes(zipped({f"{n:03}": b"x" for n in range(200)}))
    opened: list[object] = []
    init: Any = zipfile.ZipFile.__init__

    def note(*args: Any, **options: Any) -> None:
        opened.append(args)
        init(*args, **options)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", note)
    paths = [f"zip://{n:03}::{tmp_path / 'all.zip'}" for n in range(200)]
    for source in Files().map(Files().look_up, paths):
        assert content_of(Files(), source) == b"x"
    assert len(opened) <= 2  # one thread looks up, another reads


def test_replaced_archive_is_an_error(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(zipped())
    source = Files().look_up(f"zip://sub/1.bin::{archive}")
    archive.write_bytes(zipped({"sub/1.bin": MEMBERS["sub/1.bin"][::-1]}))
    with pytest.raises(SourceChangedError, match="changed since it was checked"):
        Files().require_unchanged([source])
    archive.unlink()
    with pytest.raises(SourceChangedError, match="deleted"):
        content_of(Files(), source)


def test_archive_that_is_made_again_is_read_again(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    for content in (b"first", b"second one"):
        archive.write_bytes(zipped({"a": content}))
        assert content_of(Files(), Files().look_up(f"zip://a::{archive}")) == content


def test_member_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    noise = b"noise of the scanner"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.nii", noise)
    (tmp_path / "all.zip").write_bytes(sink.getvalue().replace(noise, noise[::-1]))
    path = f"zip://a.nii::{tmp_path / 'all.zip'}"
    with pytest.raises(SourceDamagedError, match="CRC"):
        content_of(Files(), Files().look_up(path))
    assert inspect_file(Files(), path, level="headers", nifti=False).defect is None
    defect = inspect_file(Files(), path, level="full", nifti=False).defect
    assert defect is not None
    assert "CRC" in defect.reason


@pytest.mark.parametrize("what", ["member", "archive", "no archive"])
def test_missing_member_is_a_defect(tmp_path: Path, what: str) -> None:
    archive = tmp_path / "all.zip"
    if what != "archive":
        archive.write_bytes(zipped() if what == "member" else b"text")
    inspection = inspect_file(Files(), f"zip://none::{archive}", level="headers", nifti=False)
    assert inspection.source is None
    assert inspection.defect is not None
    assert inspection.defect.reason.startswith(
        "cannot be read: File is not a zip file" if what == "no archive" else "no such file"
    )


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("scheme", COMPRESS)
def test_compressed_file_has_its_own_size(tmp_path: Path, scheme: str) -> None:
    content = bytes(1_000_000)
    (tmp_path / "a.bin.packed").write_bytes(COMPRESS[scheme](content))
    source = Files().look_up(f"{scheme}://a.bin::{tmp_path / 'a.bin.packed'}")
    assert source.size == len(content)
    assert content_of(Files(), source) == content


def test_push_of_a_folder_of_zips(hub: Hub, make_nifti: MakeNifti, tmp_path: Path) -> None:
    scans = {f"sub-{number}.nii": make_nifti(f"s{number}.nii", 20_000) for number in range(4)}
    (tmp_path / "zips").mkdir()
    for part in range(2):
        names = list(scans)[part::2]
        packed = zipped({name: scans[name].read_bytes() for name in names})
        (tmp_path / "zips" / f"{part}.zip").write_bytes(packed)
    rows = load_dataset("niftifolder", data_dir=str(tmp_path / "zips"), split="train")
    push_to_hub(rows, REPO, num_shards=2, num_proc=2, verify="full")
    pushed = contents(load_dataset(REPO, split="train").cast_column("nifti", Nifti(decode=False)))
    expected = Dataset.from_dict(
        {"nifti": list(map(str, scans.values()))}, Features({"nifti": Nifti(decode=False)})
    )
    assert sorted(row["nifti"][1] for row in pushed) == sorted(
        row["nifti"][1] for row in contents(expected)
    )
    assert sorted(row["nifti"][0] for row in pushed) == sorted(scans)
