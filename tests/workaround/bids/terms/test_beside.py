"""Names of the columns beside images."""

from __future__ import annotations

import pytest

from workaround.bids.terms.beside import field_column, field_of, scan_of, scans_column

RESERVED = frozenset({"path", "run", "events"})


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("EchoTime", "EchoTime"),
        ("Own", "Own"),
        ("iEEGGround", "iEEGGround"),
        ("global", "sidecar_global"),
        ("path", "sidecar_path"),
        ("sidecar_x", "sidecar_sidecar_x"),
        ("", "sidecar_"),
    ],
)
def test_fields_have_names_of_their_own(name: str, column: str) -> None:
    assert field_column(name) == column
    assert field_of(column) == name


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("acq_time", "acq_time"),
        ("Rating", "scans_Rating"),
        ("run", "scans_run"),
        ("events_n", "scans_events_n"),
        ("scans_x", "scans_scans_x"),
        ("sidecar_x", "scans_sidecar_x"),
    ],
)
def test_columns_of_scans_have_names_of_their_own(name: str, column: str) -> None:
    assert scans_column(name, RESERVED) == column
    assert field_of(column) is None
    assert scan_of(column) == name
