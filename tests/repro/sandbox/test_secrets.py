"""Secrets of the caller do not reach the scripts of bugs."""

import json

import pytest

from repro.sandbox.run import run
from repro.sandbox.secrets import without_secrets
from tests.support.repro.children import python


@pytest.mark.parametrize(
    "name",
    [
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "HF_TOKEN_PATH",
        "GITHUB_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AZURE_CLIENT_SECRET",
        "AZURE_STORAGE_CONNECTION_STRING",
        "OPENAI_API_KEY",
        "PGPASSWORD",
        "my_password",
        "SSH_AUTH_SOCK",
    ],
)
def test_secret_is_taken_out(name: str) -> None:
    assert without_secrets({name: "s3cret"}) == {}


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "HF_HOME",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN",
        "TOKENIZERS_PARALLELISM",
        "AWS_CA_BUNDLE",
        "KEYBOARD",
        "PYTHONPATH",
    ],
)
def test_other_variables_are_kept(name: str) -> None:
    assert without_secrets({name: "value"}) == {name: "value"}


def test_url_loses_user_and_password() -> None:
    kept = without_secrets({"HTTPS_PROXY": "http://me:pass@proxy:80/", "NO_PROXY": "a@b"})
    assert kept == {"HTTPS_PROXY": "http://proxy:80/", "NO_PROXY": "a@b"}


def test_run_sees_only_the_tokens_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    assert (
        not {"HF_TOKEN", "AWS_SECRET_ACCESS_KEY"}
        & json.loads(run(python(code), timeout=30).stdout).keys()
    )
    given = run(python(code), timeout=30, env={"HF_TOKEN": "hf_mockhub"}).stdout
    assert json.loads(given)["HF_TOKEN"] == "hf_mockhub"
