"""The content store of Xet, asked what no client asks."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from mockhub.routes.transfer.xet import merge_runs
from mockhub.server.process import Hub
from mockhub.xet.shards import Term
from tests.support.mockhub.cas import Cas, OneXorb, chunk
from tests.support.mockhub.wire import NewRepo, send


def unique(repo: NewRepo) -> OneXorb:
    """A file of three chunks that no other test has."""
    return OneXorb([repo.id.encode()[:10], b"b" * 20, repo.id.encode()[:30]])


def test_runs_of_chunks_neither_touch_nor_overlap() -> None:
    ranges = [(5, 9), (0, 2), (2, 3), (7, 8), (12, 13)]
    terms = [Term("x", start, stop, 1) for start, stop in ranges]
    assert merge_runs([*terms, Term("y", 3, 5, 1)], "x") == [(0, 3), (5, 9), (12, 13)]


def test_xorb_is_stored_once(repo: NewRepo) -> None:
    cas, file = Cas.of(repo), unique(repo)
    assert cas.put_xorb(file).json == {"was_inserted": True}
    assert cas.put_xorb(file).json == {"was_inserted": False}


def test_reconstruction_is_cut_to_the_asked_chunks(repo: NewRepo) -> None:
    cas, file = Cas.of(repo), unique(repo)
    assert cas.put(file).json == {"result": 1}
    path = f"/v1/reconstructions/{file.hash}"
    matches = cas.send("GET", path, Range="bytes=15-29").json
    assert matches["offset_into_first_range"] == 5
    assert [term["range"] for term in matches["terms"]] == [{"start": 1, "end": 2}]
    (fetch,) = matches["fetch_info"][file.xorb]
    span = "bytes={start}-{end}".format(**fetch["url_range"])
    part = send(repo.hub, "GET", fetch["url"], token=None, headers={"Range": span})
    assert (part.status, part.body) == (206, chunk(file.pieces[1]))
    assert cas.send("GET", path, Range="bytes=60-99").status == 416
    assert len(cas.send("GET", path, Range="bytes=59-99").json["terms"]) == 1


def test_both_versions_of_a_reconstruction_say_the_same(repo: NewRepo) -> None:
    cas, file = Cas.of(repo), unique(repo)
    cas.put(file)
    old, new = (cas.send("GET", f"/v{n}/reconstructions/{file.hash}").json for n in (1, 2))
    assert new["terms"] == old["terms"]
    (entry,), (fetch,) = new["xorbs"][file.xorb], old["fetch_info"][file.xorb]
    assert entry["url"] == fetch["url"]
    assert entry["ranges"] == [{"chunks": fetch["range"], "bytes": fetch["url_range"]}]


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ({"sha256": "1" * 64}, "does not have the SHA-256"),
        ({"file": "1" * 64}, "have another hash"),
        ({"proof": bytes(32)}, "range hash"),
        ({"chunks": 4}, "has no chunks 0:4"),
        ({"chunks": 0}, "has no chunks 0:0"),
        ({"size": 61}, "wrong size"),
        ({"xorb": "1" * 64}, "Unknown xorb"),
    ],
)
def test_shard_that_claims_something_else_is_refused(
    repo: NewRepo, claim: dict[str, object], why: str
) -> None:
    cas, honest = Cas.of(repo), unique(repo)
    liar = OneXorb(honest.pieces, claim)
    refused = cas.put(liar)
    assert refused.status == 400
    assert why in refused.json["error"]
    (line,) = cas.send("POST", "/v2/shards", liar.shard).body.splitlines()
    assert json.loads(line) == {
        "type": "error",
        "message": refused.json["error"],
        "retryable": False,
    }
    assert cas.send("GET", f"/v1/reconstructions/{honest.hash}").status == 404
    assert cas.put(honest).status == 200


def test_second_version_of_shards_tells_how_far_the_check_is(repo: NewRepo) -> None:
    cas = Cas.of(repo)
    file = OneXorb([bytes(127 << 10), *[bytes(128 << 10)] * 600], scheme=1)
    assert cas.put_xorb(file).status == 200
    first, last = map(json.loads, cas.send("POST", "/v2/shards", file.shard).body.splitlines())
    assert (first["type"], first["total"]) == ("validating", len(file.content))
    assert 64 << 20 <= first["verified"] < len(file.content)
    assert last == {"type": "result", "result": 1}


@pytest.mark.parametrize("path", [f"/v1/xorbs/default/{'0' * 64}", "/v1/shards", "/v2/shards"])
def test_body_without_end_is_refused_before_it_fills_memory(repo: NewRepo, path: str) -> None:
    cas = Cas.of(repo)
    url = urlsplit(cas.url)
    piece = chunk(b"x" * (128 << 10)) * 8
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)
    connection.putrequest("POST", url.path + path)
    connection.putheader("Authorization", f"Bearer {cas.token}")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    try:
        for _ in range(100):
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    except ConnectionError:
        pass  # the server has heard enough
    else:
        assert connection.getresponse().status == 413
    finally:
        connection.close()


def test_hash_cannot_name_another_file(repo: NewRepo) -> None:
    assert Cas.of(repo).send("POST", "/v1/xorbs/default/..%2F..%2Fx", chunk(b"x")).status == 400


def test_store_needs_its_token_and_its_run(repo: NewRepo) -> None:
    cas, file = Cas.of(repo), unique(repo)
    assert Cas(repo, cas.url, "wrong").put_xorb(file).status == 401
    assert Cas(repo, cas.url, f"{cas.token}0").put_xorb(file).status == 401
    earlier = Cas(repo, cas.url[:-1] + "x", cas.token)
    assert earlier.put_xorb(file).status == 404


def test_token_to_read_cannot_write(repo: NewRepo) -> None:
    reader, writer, file = Cas.of(repo, "read"), Cas.of(repo), unique(repo)
    assert reader.put_xorb(file).status == 403
    assert reader.send("POST", "/v1/shards", file.shard).status == 403
    assert writer.put(file).status == 200
    assert reader.send("GET", f"/v1/reconstructions/{file.hash}").status == 200


def test_token_of_another_repository_gives_no_access(repo: NewRepo, other: NewRepo) -> None:
    file = unique(repo)
    Cas.of(repo).put(file)
    assert Cas.of(other).send("GET", f"/v1/reconstructions/{file.hash}").status == 404


def test_content_of_another_repository_cannot_be_committed(repo: NewRepo, other: NewRepo) -> None:
    file = unique(repo)
    Cas.of(repo).put(file)
    pointer = {"path": "a.bin", "algo": "sha256", "oid": file.sha256, "size": len(file.content)}
    line = {"key": "lfsFile", "value": pointer}
    assert other.commit(line).status == 400
    assert repo.commit(line).status == 200
    Cas.of(other).put(file)
    assert other.commit(line).status == 200


def test_token_route_follows_the_rights(repo: NewRepo) -> None:
    assert repo.send("GET", "/xet-read-token/main", token=None).status == 200
    assert repo.send("GET", "/xet-write-token/main", token=None).status == 401
    assert repo.send("GET", "/xet-write-token/main", token="hf_stranger").status == 403
    for token, status in (("hf_stranger", 200), (None, 401)):
        proposal = repo.send("GET", "/xet-write-token/None?create_pr=1", token=token)
        assert proposal.status == status


def test_token_expires(repo: NewRepo) -> None:
    answer = repo.send("GET", "/xet-read-token/main")
    assert answer.json["exp"] == int(answer.headers["X-Xet-Token-Expiration"])
    with Hub.start(expire_after=1) as hub:
        brief = NewRepo(hub, "user/data")
        brief.api.create_repo(brief.id, repo_type="dataset")
        cas, file = Cas.of(brief), unique(brief)
        assert cas.put(file).status == 200
        while (answer := cas.send("GET", f"/v1/reconstructions/{file.hash}")).status == 200:
            pass
        assert (answer.status, answer.json["error"]) == (401, "Invalid Xet token: expired")
