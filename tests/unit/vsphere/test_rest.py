"""The session with vCenter's REST API: signed in once, verified, bounded, silent about secrets."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError, ConfigurationError
from accessreview.tls import Deadline
from accessreview.vsphere import rest
from accessreview.vsphere.rest import RestSession, open_rest
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue
from tests.servers.https import Exchange, running_https
from tests.unit.vsphere.conftest import CANARY

Settings = Callable[..., VCenterSettings]
Answer = Callable[[Exchange], None]
Serve = Callable[..., AbstractContextManager[VCenterSettings]]
TOKEN = "token-9c2e"
JSON = ("Content-Type", "application/json")


def _json(exchange: Exchange, value: object, status: int = 200) -> None:
    exchange.answer(status, json.dumps(value).encode(), JSON)


class Api:
    """A REST API that signs everybody in, then answers as a test says."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[Exchange] = []

    def __call__(self, exchange: Exchange) -> None:
        self.asked.append(exchange)
        if exchange.path != "/api/session":
            self._answer(exchange)
        elif exchange.method == "POST":
            _json(exchange, TOKEN, 201)
        else:
            exchange.answer(204)

    @property
    def requests(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]


@pytest.fixture
def serve(ca: Authority, tmp_path: Path, settings: Settings) -> Serve:
    @contextmanager
    def served(answer: Answer, **changes: object) -> Iterator[VCenterSettings]:
        with running_https(issue(ca, tmp_path), answer) as port:
            yield settings(port=port, **changes)

    return served


def _ask(session: RestSession) -> object:
    with session.step("asking"):
        return session.get("/api/thing")


def _refusal(settings: VCenterSettings) -> str:
    with (
        pytest.raises(CollectionError) as refused,
        open_rest(settings, CollectionError) as session,
    ):
        _ask(session)
    assert CANARY not in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_it_signs_in_once_asks_by_the_token_and_signs_out(serve: Serve) -> None:
    api = Api(lambda exchange: _json(exchange, {"items": [1]}))

    with serve(api) as settings, open_rest(settings, CollectionError) as session:
        with session.step("asking"):
            answers = [
                session.get("/api/thing", {"q": "a b"}),
                session.post("/api/thing", {"filter": {}}, {"action": "list"}),
            ]
        assert TOKEN not in repr(session)

    assert answers == [{"items": [1]}, {"items": [1]}]
    assert api.requests == [
        "POST /api/session",
        "GET /api/thing?q=a+b",
        "POST /api/thing?action=list",
        "DELETE /api/session",
    ]
    login, *others = [dict(one.headers) for one in api.asked]
    basic = login["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic).decode() == f"collector@vsphere.local:{CANARY}"
    assert [one.get("Authorization") for one in others] == [None] * 3
    assert {one["vmware-api-session-id"] for one in others} == {TOKEN}
    assert json.loads(api.asked[2].body) == {"filter": {}}


def test_it_signs_out_after_a_failure_too(serve: Serve) -> None:
    api = Api(lambda exchange: exchange.answer(500))

    with serve(api) as settings:
        sentence = _refusal(settings)

    assert sentence.endswith("asking failed: vCenter answered with an error (HTTP status 500).")
    assert api.requests[-1] == "DELETE /api/session"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "the user name or the password is wrong, or the account is locked; nothing was"),
        (403, "the account lacks the privilege for this (HTTP status 403)"),
        (404, "this vCenter does not know what was asked; it may be too old for it"),
        (302, "it leads elsewhere, which is not followed (HTTP status 302)"),
        (503, "vCenter answered with an error (HTTP status 503)"),
    ],
)
def test_a_refused_sign_in_is_told_and_tried_once(status: int, words: str, serve: Serve) -> None:
    asked: list[str] = []

    def refuse(exchange: Exchange) -> None:
        asked.append(exchange.path)
        exchange.answer(status, b"", ("Location", "/elsewhere"))

    with serve(refuse) as settings:
        sentence = _refusal(settings)

    assert "logging in to REST as collector@vsphere.local failed" in sentence
    assert words in sentence
    assert asked == ["/api/session"]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error_type": "UNAUTHENTICATED"}, "the session ended, or the account may not ask"),
        (403, {"error_type": "UNAUTHORIZED"}, "(HTTP status 403, UNAUTHORIZED)"),
        (404, {"error_type": "NOT_FOUND"}, "it may be too old for it (HTTP status 404, NOT_FOUND)"),
        (500, {"error_type": f"<b>{CANARY}"}, "an error (HTTP status 500)"),
        (500, [CANARY], "an error (HTTP status 500)"),
    ],
)
def test_only_the_name_of_an_error_is_quoted(
    status: int, body: object, words: str, serve: Serve
) -> None:
    with serve(Api(lambda exchange: _json(exchange, body, status))) as settings:
        assert words in _refusal(settings)


@pytest.mark.parametrize("token", [b"", b"{}", b'""', b'"two\\nlines"', b'"' + b"x" * 5000 + b'"'])
def test_what_is_no_token_is_no_session(token: bytes, serve: Serve) -> None:
    with serve(lambda exchange: exchange.answer(201, token)) as settings:
        assert "the answer is no session of a vCenter" in _refusal(settings)


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "cut off or is no answer of a vCenter"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n[1", "cut off"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1", "cut off or is no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1,", "cut off or is no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff", "cut off or is no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + b"[" * 50000, "is no JSON"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1", "cut off"),
    ],
    ids=["protocol", "short", "open end", "no end", "no text", "deep", "short chunk"],
)
def test_garbage_is_no_answer(wire: bytes, words: str, serve: Serve) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.write(wire)
        raise ConnectionError  # hangs up

    with serve(Api(answer)) as settings:
        assert words in _refusal(settings)


def test_an_answer_without_end_is_not_kept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_LIMIT", 1 << 20)
    with serve(Api(lambda one: one.answer(200, b"1" * ((1 << 20) + 1)))) as settings:
        assert "an answer is longer than 1 MiB" in _refusal(settings)


def test_a_server_that_drips_bytes_gains_no_time_by_it(serve: Serve) -> None:
    with serve(Api(Exchange.drip), deadline_seconds=0.3) as settings:
        assert "no answer came in time (5 s for each wait, 0.3 s for all)" in _refusal(settings)


def test_it_ends_with_the_deadline_it_is_given(serve: Serve) -> None:
    with (
        serve(Api(Exchange.silent)) as settings,
        pytest.raises(CollectionError, match="no answer came in time"),
        open_rest(settings, CollectionError, Deadline(5, 0.2)) as session,
    ):
        _ask(session)


def test_another_certificate_than_the_pinned_one_is_sent_nothing(
    serve: Serve,
) -> None:
    api = Api(lambda exchange: exchange.answer())
    with serve(api, pin_sha256="0" * 64) as settings:
        assert "which is not the pinned one" in _refusal(settings)
    assert api.asked == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "a:b"}, "holds a colon"),
        ({"password": lambda: ""}, "is empty"),
    ],
)
def test_what_cannot_be_sent_is_a_configuration_error(
    change: dict[str, object], words: str, serve: Serve
) -> None:
    api = Api(lambda exchange: exchange.answer())
    with (
        serve(api, **change) as settings,
        pytest.raises(ConfigurationError, match=words),
        open_rest(settings, CollectionError),
    ):
        pass
    assert api.asked == []
