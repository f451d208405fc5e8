"""Secrets in texts and errors."""

from __future__ import annotations

import traceback

import pytest

from workaround.hub.redact import redact, scrub

SIGNED = "https://s3.example/part?X-Amz-Signature=5ec4e7&X-Amz-Expires=900"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"for url: {SIGNED}\nMore", "for url: https://s3.example/part?***\nMore"),
        (f"'{SIGNED}' and ({SIGNED})", "'https://s3.example/part?***' and (https://s3.example/part?***)"),
        ("b'Bearer hf_SECRET\\n' is bad", "b'Bearer ***' is bad"),
        (f"no user of hf_{'aB3' * 12}", "no user of hf_***"),
        (f"hf_oauth_{'eyJ' * 12}.ab-c_d!", "hf_***!"),
        ("proxy http://me:pass@proxy:80/", "proxy http://***@proxy:80/"),
        ("hf://datasets/user/data@main/a.nii.gz", "hf://datasets/user/data@main/a.nii.gz"),
        ("data/hf_brains_of_2020_and_2021.parquet", "data/hf_brains_of_2020_and_2021.parquet"),
    ],
)  # fmt: skip
def test_secrets_are_taken_out_of_messages(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_error_and_its_causes_are_scrubbed_in_place() -> None:
    error = RuntimeError(f"no answer of {SIGNED}")
    error.__cause__ = ValueError("Bearer hf_SECRET")
    error.__context__ = OSError(2, "no user of hf_oauth_eyJeyJeyJeyJeyJeyJ")
    scrub(error)
    text = "".join(traceback.format_exception(error)) + str(error.__context__)
    assert "5ec4e7" not in text
    assert "SECRET" not in text
    assert "eyJ" not in text


def test_errors_that_are_each_others_cause_are_scrubbed_once() -> None:
    first, second = ValueError(SIGNED), ValueError(SIGNED)
    first.__cause__, second.__cause__ = second, first
    scrub(first)
    assert first.args == second.args == ("https://s3.example/part?***",)
