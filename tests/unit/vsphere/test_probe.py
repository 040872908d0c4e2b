"""Servers that are silent, slow, absent or something else: F6, and what a probe makes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accessreview.model.errors import RemediationError
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue
from tests.servers.https import Exchange, running_https, running_silence
from tests.unit.vsphere.conftest import refusal

Settings = Callable[..., VCenterSettings]

_VERSIONS = b"<namespaces><namespace><name>urn:vim25</name><version>%s</version></namespace>"


def test_a_server_without_a_tls_greeting_is_given_up(settings: Settings) -> None:
    with running_silence() as port:
        sentence = refusal(settings(port=port, timeout_seconds=0.2))

    assert "asking for the API version failed: no answer came in time (0.2 s" in sentence


def test_a_server_that_takes_the_request_and_says_nothing_is_given_up(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    with running_https(issue(ca, tmp_path), Exchange.silent) as port:
        sentence = refusal(settings(port=port, timeout_seconds=0.2))

    assert "no answer came in time" in sentence


def test_a_server_that_drips_bytes_gains_no_time_by_it(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    with running_https(issue(ca, tmp_path), Exchange.drip) as port:
        sentence = refusal(settings(port=port, timeout_seconds=5, deadline_seconds=0.3))

    assert "no answer came in time (5 s for each wait, 0.3 s for all)" in sentence


def test_a_server_that_is_not_there_is_named(settings: Settings) -> None:
    with running_silence() as port:
        pass

    sentence = refusal(settings(port=port))

    assert sentence.startswith(f"Main (127.0.0.1:{port}): asking for the API version failed")
    assert "the connection failed (Connection refused)" in sentence


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "two words"])
def test_a_host_that_resolves_to_nothing_is_named(host: str, settings: Settings) -> None:
    sentence = refusal(settings(host=host))

    assert host in sentence


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((503, b""), "HTTP status 503"),
        ((401, b""), "HTTP status 401"),
        ((200, b""), "names no API version"),
        ((200, b"<html>Welcome</html>"), "names no API version"),
        ((200, _VERSIONS % b"1.0"), "names no API version"),
    ],
)
def test_what_is_no_vcenter_is_said_to_be_none(
    answer: tuple[int, bytes], words: str, ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    with running_https(issue(ca, tmp_path), lambda one: one.answer(*answer)) as port:
        assert words in refusal(settings(port=port))


def test_a_redirect_is_not_followed(ca: Authority, tmp_path: Path, settings: Settings) -> None:
    asked: list[str] = []

    def elsewhere(exchange: Exchange) -> None:
        asked.append(exchange.path)
        exchange.answer(302, b"", ("Location", "/elsewhere"))

    with running_https(issue(ca, tmp_path), elsewhere) as port:
        sentence = refusal(settings(port=port))

    assert "HTTP status 302" in sentence
    assert asked == ["/sdk/vimServiceVersions.xml"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00" * 100 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n<namespaces>",
    ],
    ids=["another protocol", "zeros", "cut off"],
)
def test_garbage_is_no_answer(
    garbage: bytes, ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    with running_https(issue(ca, tmp_path), lambda one: one.write(garbage)) as port:
        sentence = refusal(settings(port=port, timeout_seconds=0.3))

    assert "asking for the API version failed" in sentence


def test_a_remediator_s_session_fails_with_an_error_of_its_own(settings: Settings) -> None:
    with running_silence() as port:
        pass

    with (
        pytest.raises(RemediationError, match="Connection refused"),
        open_session(settings(port=port), RemediationError),
    ):
        pass
