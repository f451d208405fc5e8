"""Columns of a BIDS dataset by their names and types."""

from __future__ import annotations

from datasets import Features, List, Nifti, Value

from workaround.restoration.columns import TextColumn, bids_columns, list_depth

TEXT = Value("string")


def test_columns_beside_an_image_belong_to_it() -> None:
    features = Features(
        {
            "subject_id": TEXT,
            "age": Value("int64"),
            "dwi": List(Nifti()),
            "dwi_path": List(TEXT),
            "dwi_bval": List(TEXT),
            "dwi_bval_path": List(TEXT),
            "dwi_EchoTime": List(Value("float64")),
            "dwi_mask": Nifti(),
            "dwi_mask_path": TEXT,
            "dwi_mask_EchoTime": Value("float64"),
        }
    )
    dwi, mask = bids_columns(features).images
    assert (dwi.column, dwi.paths, dwi.depth) == ("dwi", "dwi_path", 1)
    assert dwi.texts == (TextColumn("dwi_bval", "dwi_bval_path"),)
    assert dwi.values == {"EchoTime": "dwi_EchoTime"}
    assert (mask.column, mask.depth, mask.texts) == ("dwi_mask", 0, ())
    assert mask.values == {"EchoTime": "dwi_mask_EchoTime"}
    assert bids_columns(features).others == ("subject_id", "age")


def test_rows_of_images_have_columns_without_prefix() -> None:
    features = Features(
        {"bids_path": TEXT, "image": Nifti(), "events": TEXT, "events_path": TEXT, "suffix": TEXT}
    )
    (image,) = bids_columns(features).images
    assert (image.column, image.paths) == ("image", "bids_path")
    assert image.texts == (TextColumn("events", "events_path"),)
    assert "suffix" in image.values


def test_columns_whose_paths_are_of_another_shape_are_unknown() -> None:
    features = Features(
        {"T1w": Nifti(), "T1w_path": List(TEXT), "T2w": Nifti(), "scan": {"file": Nifti()}}
    )
    columns = bids_columns(features)
    assert columns.images == ()
    assert columns.unknown == ("T1w", "T2w", "scan")


def test_extensions_follow_from_the_name() -> None:
    assert TextColumn("dwi_bvec", "dwi_bvec_path").extensions == (".bvec",)
    assert TextColumn("bold_physio_heart", "").extensions == (".tsv", ".tsv.gz")
    assert list_depth(List(List(Nifti()))) == 2
