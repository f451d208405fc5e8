"""The environment of a run: that of the caller, without what opens the doors of the caller."""

import re
from collections.abc import Mapping

_SECRET_WORDS = {"AUTH", "CREDENTIAL", "CREDENTIALS", "KEY", "PASSPHRASE", "PASSWD", "PAT"}
_SECRET_WORDS |= {"PASSWORD", "SAS", "SECRET", "SECRETS", "TOKEN", "TOKENS"}
_SECRET_NAMES = re.compile(
    # Places of credentials, and names that run words together (PGPASSWORD, APIKEY).
    r"AWS_(PROFILE|.*_FILE|CONTAINER_.*)|.*CONNECTION_STRING|DATABASE_URL|NETRC|SSH_AUTH_SOCK"
    r"|.*(PASSWORD|APIKEY|SECRET)"
)
_PUBLIC = {"HF_HUB_DISABLE_IMPLICIT_TOKEN"}
_USER_INFO = re.compile(r"(?<=://)[^\s/@]+@")


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without tokens, passwords, keys and places of credentials.

    A script needs none of them: its Hub runs on this machine, and what it prints goes into issues.
    URLs, such as those of a proxy, lose the user and the password in them.
    """
    return {
        name: _USER_INFO.sub("", value)
        for name, value in environment.items()
        if name in _PUBLIC or not _is_secret(name.upper())
    }


def _is_secret(name: str) -> bool:
    return bool(_SECRET_WORDS & set(name.split("_")) or _SECRET_NAMES.fullmatch(name))
