"""Signed tickets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockhub.storage.signed_tokens import TicketError, Tickets


@pytest.fixture
def tickets(tmp_path: Path) -> Tickets:
    return Tickets(tmp_path / "key", seconds=100)


def test_ticket_carries_its_claims(tickets: Tickets) -> None:
    ticket, _ = tickets.issue("lfs", oid="a" * 64, size=7)
    claims = tickets.read("lfs", ticket)
    assert (claims["oid"], claims["size"]) == ("a" * 64, 7)


def test_ticket_needs_no_quoting_in_a_url(tickets: Tickets) -> None:
    ticket, _ = tickets.issue("lfs", path="ü/?&#" * 100)
    assert re.fullmatch(r"[A-Za-z0-9_.~-]+", ticket)


def test_tickets_for_the_same_differ(tickets: Tickets) -> None:
    one, other = (tickets.issue("lfs", oid="a")[0] for _ in range(2))
    assert tickets.read("lfs", one)["nonce"] != tickets.read("lfs", other)["nonce"]


def test_ticket_is_valid_for_its_purpose_only(tickets: Tickets) -> None:
    ticket, _ = tickets.issue("lfs", oid="a")
    with pytest.raises(TicketError, match="for this purpose"):
        tickets.read("xet", ticket)


def test_any_changed_character_is_noticed(tickets: Tickets) -> None:
    ticket, _ = tickets.issue("lfs", oid="a")
    body = len(ticket.rpartition(".")[0])
    for position in range(0, body, 3):
        other = "A" if ticket[position] != "A" else "B"
        with pytest.raises(TicketError):
            tickets.read("lfs", ticket[:position] + other + ticket[position + 1 :])


@pytest.mark.parametrize("ticket", ["", ".", "a.b", "ü", "\0", "." * 100, "a" * 100_000])
def test_garbage_is_refused(tickets: Tickets, ticket: str) -> None:
    with pytest.raises(TicketError):
        tickets.read("lfs", ticket)


def test_ticket_expires_after_its_time(tickets: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1000.5)
    ticket, expires = tickets.issue("lfs")
    assert expires == 1100
    monkeypatch.setattr("time.time", lambda: 1100.4)
    tickets.read("lfs", ticket)
    monkeypatch.setattr("time.time", lambda: 1100.6)
    with pytest.raises(TicketError, match="expired"):
        tickets.read("lfs", ticket)


def test_restarted_server_accepts_earlier_tickets_and_another_does_not(tmp_path: Path) -> None:
    ticket, _ = Tickets(tmp_path / "key", 100).issue("lfs", oid="a")
    assert Tickets(tmp_path / "key", 100).read("lfs", ticket)["oid"] == "a"
    with pytest.raises(TicketError):
        Tickets(tmp_path / "other", 100).read("lfs", ticket)
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
