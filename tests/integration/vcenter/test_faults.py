"""What becomes of the session when a reading fails; the table of faults is ``test_fault_table``."""

import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.errors import CollectionError, ConfigurationError
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue
from tests.servers.relay import Fault, running_relay
from tests.servers.vcsim import Vcsim, running_vcsim

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]


def _refusal(settings: VCenterSettings) -> str:
    with pytest.raises(CollectionError) as refused:
        VCenterSource(settings).collect(lambda: datetime(2026, 1, 2, tzinfo=UTC))
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    return str(refused.value)


def test_the_session_is_closed_after_a_failure(
    authority: Authority, vcsim: Vcsim, settings: Settings, tmp_path: Path
) -> None:
    seen: list[str] = []

    def fault_at(asked: str) -> Fault | None:
        seen.append(asked)
        return Fault.NO_PERMISSION if asked == "RetrieveAllPermissions" else None

    with running_relay(issue(authority, tmp_path), vcsim, fault_at) as port:
        sentence = _refusal(settings(port=port))

    assert sentence.endswith("the account lacks the privilege System.View.")
    assert seen.count("Login") == 1
    assert seen[-1] == "Logout"


def test_a_wrong_password_is_tried_once_and_not_shown(
    authority: Authority, vcsim: Vcsim, settings: Settings, tmp_path: Path
) -> None:
    seen: list[str] = []

    def fault_at(asked: str) -> None:
        seen.append(asked)

    with running_relay(issue(authority, tmp_path), vcsim, fault_at) as port:
        sentence = _refusal(settings(port=port, password=lambda: "canary-secret-77"))

    assert "logging in as collector@vsphere.local failed" in sentence
    assert "the user name or the password is wrong" in sentence
    assert "canary" not in sentence
    assert seen.count("Login") == 1


def test_an_empty_password_is_not_sent(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"password of .* is empty"):
        VCenterSource(settings(password=str)).collect(lambda: datetime(2026, 1, 2, tzinfo=UTC))


def test_a_server_that_stops_while_it_is_asked_ends_the_reading(
    authority: Authority, settings: Settings, tmp_path: Path
) -> None:
    with running_vcsim(tmp_path, ca=authority) as dying:

        def kill(asked: str) -> None:
            if asked == "RetrieveAllPermissions":
                dying.process.send_signal(signal.SIGKILL)
                dying.process.wait()

        with running_relay(issue(authority, tmp_path), dying, kill) as port:
            sentence = _refusal(settings(port=port))

    assert "reading the permissions failed" in sentence


def test_a_frozen_server_does_not_outlast_the_deadline(
    authority: Authority, settings: Settings, tmp_path: Path
) -> None:
    with running_vcsim(tmp_path, ca=authority) as frozen:

        def password() -> str:
            frozen.process.send_signal(signal.SIGSTOP)
            return frozen.password

        try:
            sentence = _refusal(settings(port=frozen.port, password=password, deadline_seconds=0.5))
        finally:
            frozen.process.send_signal(signal.SIGCONT)

    assert "logging in as collector@vsphere.local failed: no answer came in time" in sentence


def test_settings_do_not_show_the_password(settings: Settings) -> None:
    assert "secret" not in repr(settings())
