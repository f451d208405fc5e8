"""Private names in output, and their removal."""

import getpass
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from repro.report.private import Private

PRIVATE = Private(
    folders={
        Path("/home/ada"): "$HOME",
        Path("/home/ada/venv"): "$PYTHON",
        Path("/scratch"): "$TMP",
        Path("/"): "$PWD",
    },
    users={"ada", "root", ""},
    hosts={"box"},
)
TELLS = """
import getpass, os, pathlib, socket, sys, tempfile
print(pathlib.Path.home(), os.getcwd(), tempfile.gettempdir(), sys.executable, sys.prefix)
print(f"{getpass.getuser()}@{socket.gethostname()}", __file__)
import json
json.loads(str(pathlib.Path(tempfile.gettempdir(), "scan.nii")))
"""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("/home/ada/data/scan.nii", "$HOME/…/scan.nii"),
        ("/home/ada/scan.nii", "$HOME/scan.nii"),
        ('File "/data/Jane Roe/study/nibabel.py", line 3', 'File "…/nibabel.py", line 3'),
        ('File "/home/ada/acme secret/nibabel.py"', 'File "$HOME/…/nibabel.py"'),
        ('"/scratch/Jane\'s data/study/scan.nii"', '"$TMP/…/scan.nii"'),
        ("'/data/Jane Roe/scan of \"Roe\".nii'", "'…/scan of \"Roe\".nii'"),
        (
            '"/home/ada/.local/lib/python3.11/site-packages/nibabel/loadsave.py"',
            '"$HOME/…/site-packages/nibabel/loadsave.py"',
        ),
        ("x\n/data/Jane Roe/a b.py:3: UserWarning: no", "x\n…/a b.py:3: UserWarning: no"),
        ("no file /data/study of Jane Roe/scan.nii here", "no file …/scan.nii here"),
        ("[/data/Jane Roe/a.nii, /home/ada/b c/d.nii]", "[…/a.nii, $HOME/…/d.nii]"),
        ('"/home/ada/venv/lib/x.py", line 3', '"$PYTHON/lib/x.py", line 3'),
        ("/scratch/repro-run-a1_b/tmp/tmpx/scan.nii", "$TMP/…/scan.nii"),
        ("in /scratch.", "in $TMP."),
        ("/home/ada2/scan.nii", "…/scan.nii"),
        ("/data/scratch/scan.nii", "…/scan.nii"),
        ("file:///data/study/scan.nii", "…/scan.nii"),
        ("ada@box: adaptive boxes", "user@host: adaptive boxes"),
        ("for the ada split, ada/ada of ada", "for the ada split, ada/user of ada"),
        ("~ada/scan.nii", "~user/scan.nii"),
        ("box-1 and box_1", "box-1 and box_1"),
        (
            "in the root of http://127.0.0.1:8901/api/x",
            "in the root of http://127.0.0.1:8901/api/x",
        ),
        ('{"bytes_read": 7}', '{"bytes_read": 7}'),
    ],
)
def test_places_and_names_are_replaced(text: str, hidden: str) -> None:
    assert PRIVATE.hide(text) == hidden


def test_nothing_to_hide_changes_nothing() -> None:
    assert Private({}, (), ()).hide("7 rows") == "7 rows"


def test_output_of_a_real_script_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "homes" / "ada"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOGNAME", "lovelace")
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "tells.py"
    script.write_text(TELLS)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    private = Private.here(script, Path(sys.executable))
    shown = private.hide(done.stdout + done.stderr)
    secrets = [home, tmp_path, tempfile.gettempdir(), sys.prefix, "ada", "lovelace"]
    for secret in (*secrets, getpass.getuser(), socket.gethostname()):
        assert str(secret) not in shown
    assert shown.startswith("$HOME $PWD $TMP $PYTHON/bin/python")
    assert "user@host $PWD/tells.py\n" in shown
    assert 'File "$PWD/tells.py", line 6, in <module>' in shown
    assert 'File "$PYTHON/lib/python' in shown


def test_folders_of_the_import_path_are_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tmp_path / "Jane Roe" / "study"
    monkeypatch.setenv("PYTHONPATH", f"{study}:src")
    private = Private.here(Path(__file__), Path(sys.executable))
    assert private.hide(f"src of {study}/nib/x.py") == "src of $PYTHONPATH/…/x.py"


def test_user_without_a_name_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)  # as in a container run with --user
    assert Private.here(Path(__file__), Path(sys.executable)).hide("7 rows") == "7 rows"
