"""Accounts and organizations as options write them."""

from __future__ import annotations

import pytest

from mockhub.repos.accounts import Account, Accounts, Organization


@pytest.mark.parametrize(
    "text", ["", "name", "name:", ":token", "a:b:write", "a:b:read:c", "a/b:c", "..:c", "a:b:"]
)
def test_malformed_account_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME:TOKEN"):
        Account.parse(text)


@pytest.mark.parametrize("text", ["name:token", "name:token:read"])
def test_account_reads_what_it_writes(text: str) -> None:
    assert str(Account.parse(text)) == text


@pytest.mark.parametrize("text", ["lab", "lab:", ":user", "lab:user,", "lab:user=admin", "a/b:u"])
def test_malformed_organization_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME:USER"):
        Organization.parse(text)


@pytest.mark.parametrize("text", ["lab:user", "lab:user,guest=read"])
def test_organization_reads_what_it_writes(text: str) -> None:
    assert str(Organization.parse(text)) == text


@pytest.mark.parametrize("org", ["lab:nobody", "user:user"])
def test_organization_is_of_known_users_and_none_itself(org: str) -> None:
    with pytest.raises(ValueError, match="--org"):
        Accounts([Account("user", "token")], [Organization.parse(org)])


def test_user_may_have_several_tokens() -> None:
    tokens = [Account("user", "one"), Account("user", "two", can_write=False)]
    accounts = Accounts(tokens, [Organization.parse("lab:user")])
    assert accounts.users == {"user"}
    for account in tokens:
        result = accounts.identify(f"Bearer {account.token}")
        assert result is not None
        assert (result.can_write, result.role_in("LAB")) == (account.can_write, "write")
