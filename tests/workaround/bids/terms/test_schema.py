"""The terms of BIDS, as its schema has them."""

from __future__ import annotations

import re
import sys

import pyarrow as pa
import pytest

from workaround.bids.terms.schema import entity_type, metadata_type, schema
from workaround.errors import BidsError
from workaround.extras import advice


def test_entities_are_in_the_order_of_names() -> None:
    keys = list(schema().entities)
    assert keys.index("sub") < keys.index("ses") < keys.index("task") < keys.index("run")
    assert {"sub", "ses"}.isdisjoint(schema().image_entities)


def test_indices_are_numbers() -> None:
    assert (entity_type("run"), entity_type("task")) == (pa.int64(), pa.string())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RepetitionTime", pa.float64()),
        ("SliceTiming", pa.list_(pa.float64())),
        ("FlipAngle", pa.list_(pa.float64())),  # one number or several
        ("TaskName", pa.string()),
        ("Favourite", None),
    ],
)
def test_fields_of_sidecars_have_types(name: str, expected: pa.DataType | None) -> None:
    assert metadata_type(name) == expected


def test_every_field_has_a_type() -> None:
    assert all(metadata_type(name) is not None for name in schema().metadata)


def test_without_the_schema_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    schema.cache_clear()
    monkeypatch.setitem(sys.modules, "bidsschematools.schema", None)  # importing it fails
    with pytest.raises(BidsError, match=re.escape(advice("bids"))):
        schema()
