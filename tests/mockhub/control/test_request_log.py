"""The log of requests."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from huggingface_hub import HfApi

from mockhub.control.request_log import MOST_KEPT, Exchange, Log
from mockhub.server.process import Hub
from tests.support.mockhub.wire import NewRepo, send

EVERY = re.compile("")


def exchange(number: int) -> Exchange:
    path = f"/api/datasets/user/data-{number:06}/preupload/main"
    return Exchange("POST", path, "create_pr=1", None, 0, 0, "user", "client/1.0", 1e9 + number)


def test_log_tells_who_asked_for_what_and_how_much_went_by(hub: Hub) -> None:
    HfApi(user_agent="probe/1.0").create_repo("user/data", repo_type="dataset")
    (created,) = hub.requests("POST", "/repos/create")
    assert (created.user, created.status, created.query) == ("user", 200, "")
    assert "probe/1.0" in created.agent
    assert created.received > 0
    answer = send(hub, "GET", "/api/datasets/user%2Fx/nope?a=%20b", token=None)
    (last,) = hub.requests("GET", "nope")
    assert (last.path, last.query) == ("/api/datasets/user%2Fx/nope", "a=%20b")
    assert (last.user, last.status, last.sent) == (None, answer.status, len(answer.body))
    assert created.started <= last.started


def test_log_holds_no_token(hub: Hub) -> None:
    HfApi().whoami()
    send(hub, "GET", "/api/whoami-v2", token="hf_wrong")
    log = repr(hub.requests())
    assert "whoami" in log
    assert hub.token not in log
    assert "hf_wrong" not in log


def test_log_holds_no_ticket(hub: Hub) -> None:
    repo = NewRepo(hub, "user/data")
    repo.api.create_repo(repo.id, repo_type="dataset")
    objects = [{"oid": digit * 64, "size": 1} for digit in "ab"]
    batch = {"operation": "upload", "objects": objects}
    answer = send(hub, "POST", f"/datasets/{repo.id}.git/info/lfs/objects/batch", batch).json
    links = [item["actions"]["upload"]["href"] for item in answer["objects"]]
    for link in (links[0], links[0], f"{links[1]}/1"):
        send(hub, "PUT", link, b"x", token=None)
    send(hub, "GET", f"/cdn/{links[0].rpartition('/')[2]}/a.bin", token=None)
    paths = [
        request.path for request in hub.requests(path="^/(lfs-storage|cdn)/ticket-[0-9a-f]{12}")
    ]
    assert len(paths) == 4
    assert paths[0] == paths[1] != paths[2].removesuffix("/1")
    log = repr(hub.requests())
    assert not any(link.rpartition("/")[2] in log for link in links)


def test_log_holds_no_token_in_a_url_or_agent(hub: Hub) -> None:
    headers = {"User-Agent": f"probe; {hub.token}"}
    send(hub, "GET", f"/api/x/{hub.token}?token={hub.token}&other=hf_abcDEF123", headers=headers)
    (request,) = hub.requests(path="/api/x/")
    assert (request.path, request.query) == ("/api/x/***", "token=***&other=***")
    assert request.agent == "probe; ***"


def test_log_is_searched_by_method_and_path(hub: Hub) -> None:
    send(hub, "GET", "/one/a")
    send(hub, "POST", "/one/b", {})
    send(hub, "POST", "/two/b", {})
    assert [request.path for request in hub.requests("POST", "^/one/")] == ["/one/b"]
    assert [request.path for request in hub.requests(path="b$")] == ["/one/b", "/two/b"]
    assert [request.path for request in hub.requests("get")] == ["/one/a"]
    assert send(hub, "GET", "/mockhub/requests?path=(").status == 400


def test_cleared_log_is_empty(hub: Hub) -> None:
    send(hub, "GET", "/one")
    hub.clear_requests()
    send(hub, "GET", "/two")
    assert [request.path for request in hub.requests()] == ["/two"]


def test_request_that_outlives_a_clearing_stays_forgotten() -> None:
    log = Log()
    number = log.begin(exchange(1))
    log.clear()
    log.update(number, exchange(1))
    assert list(log.find("*", EVERY)) == []


def test_long_log_keeps_the_latest_in_little_memory() -> None:
    log = Log()
    tracemalloc.start()
    for number in range(100_000):
        log.begin(exchange(number))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = list(log.find("*", EVERY))
    assert [kept[0], kept[-1]] == [exchange(100_000 - MOST_KEPT), exchange(99_999)]
    assert peak < 10_000_000


def test_line_of_a_request_reads_well(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(echo=True)
    log.end(exchange(1))
    line = capsys.readouterr().err
    assert line.endswith(
        " POST /api/datasets/user/data-000001/preupload/main?create_pr=1"
        " lost 0 B in, 0 B out user\n"
    )
