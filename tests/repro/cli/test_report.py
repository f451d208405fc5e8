"""`python -m repro report`: what it writes, and what it says if there is nothing to tell."""

from pathlib import Path

import pytest

from repro.__main__ import main


def test_pages_are_written_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "report"
    assert main(["report", "--out", str(out)]) == 0
    names = {"report.html", "report.md", "sliced-list-embed.svg", "additions-retain-bytes.svg"}
    assert {file.name for file in out.iterdir()} == names
    assert set(capsys.readouterr().out.split()) == {str(out / name) for name in names}
    text = (out / "report.md").read_text()
    assert "](sliced-list-embed.svg)" in text
    assert str(tmp_path) not in text


def test_folder_without_verdicts_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    assert main(["report", "--measured", str(tmp_path), "--out", str(out)]) == 2
    assert capsys.readouterr().err == (
        f"repro: {tmp_path} holds no verdicts: `matrix` measures them\n"
    )
    assert not out.exists()
