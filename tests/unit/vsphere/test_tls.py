"""Whom a session trusts: F7 of what goes wrong with pyVmomi's defaults, on loopback as anywhere."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError, ConfigurationError
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, Issued, issue, make_ca
from tests.servers.https import Exchange, running_https
from tests.unit.vsphere.conftest import refusal

Settings = Callable[..., VCenterSettings]
ANY_REMEDY = "give the right CA file or pin the certificate"


def _served(certificate: Issued, settings: Settings, **changes: object) -> tuple[str, list[str]]:
    """The refusal, and the paths that were asked for before it."""
    asked: list[str] = []

    def answer(exchange: Exchange) -> None:
        asked.append(exchange.path)
        exchange.answer(404)

    with running_https(certificate, answer) as port:
        return refusal(settings(port=port, **changes)), asked


def test_a_certificate_of_the_given_authority_is_accepted(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    sentence, asked = _served(issue(ca, tmp_path), settings)

    assert "HTTP status 404" in sentence
    assert asked == ["/sdk/vimServiceVersions.xml"]


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        ("self-signed", ("self-signed certificate", ANY_REMEDY)),
        ("wrong authority", ("unable to get local issuer certificate", ANY_REMEDY)),
        ("wrong name", ("IP address mismatch", "give the host by a name that stands in")),
        ("expired", ("certificate has expired", "have it renewed on the server")),
    ],
)
def test_a_certificate_that_does_not_verify_is_refused_on_loopback_too(
    flaw: str, words: tuple[str, str], ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    certificate = {
        "self-signed": lambda: issue(None, tmp_path),
        "wrong authority": lambda: issue(make_ca(tmp_path, "other-ca"), tmp_path),
        "wrong name": lambda: issue(ca, tmp_path, names=["vc.example"], ips=[]),
        "expired": lambda: issue(ca, tmp_path, lifetime=timedelta(hours=-1)),
    }[flaw]()

    sentence, asked = _served(certificate, settings)

    assert sentence.startswith("Main (127.0.0.1:")
    assert [part for part in words if part not in sentence] == []
    assert asked == []


def test_without_a_ca_file_the_machine_s_authorities_decide(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    sentence, asked = _served(issue(ca, tmp_path), settings, ca_file=None)

    assert "does not verify against the authorities of this machine" in sentence
    assert asked == []


@pytest.mark.parametrize("spelling", [str.upper, lambda pin: ":".join(_pairs(pin))])
def test_the_pinned_certificate_is_accepted_whoever_issued_it(
    spelling: Callable[[str], str], tmp_path: Path, settings: Settings
) -> None:
    certificate = issue(None, tmp_path, names=["vc.example"], ips=[])

    sentence, asked = _served(certificate, settings, pin_sha256=spelling(certificate.sha256))

    assert "HTTP status 404" in sentence
    assert len(asked) == 1


def test_another_certificate_than_the_pinned_one_is_refused_before_anything_is_sent(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    certificate = issue(ca, tmp_path)
    pinned = issue(ca, tmp_path, name="pinned")

    sentence, asked = _served(certificate, settings, pin_sha256=pinned.sha256)

    assert f"has SHA-256 {certificate.sha256}, which is not the pinned one" in sentence
    assert asked == []


@pytest.mark.parametrize("pin", ["abc", "g" * 64, "0" * 40])
def test_a_pin_that_is_no_sha256_is_a_configuration_error(pin: str, settings: Settings) -> None:
    with (
        pytest.raises(ConfigurationError, match="no SHA-256"),
        open_session(settings(pin_sha256=pin), CollectionError),
    ):
        pass


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(
    content: bytes | None, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "ca-of-nobody.pem"
    if content is not None:
        file.write_bytes(content)

    with (
        pytest.raises(ConfigurationError, match=r"ca-of-nobody\.pem"),
        open_session(settings(ca_file=file), CollectionError),
    ):
        pass


def _pairs(text: str) -> list[str]:
    return [text[start : start + 2] for start in range(0, len(text), 2)]
