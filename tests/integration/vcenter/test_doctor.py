"""Looking for what is wrong with a vCenter, step by step, on a simulated one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.collectors.vcenter.probe import examine_vcenter
from accessreview.model.diagnosis import Check, Verdict
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue, make_ca
from tests.servers.ports import free_ports
from tests.servers.relay import Answer, Deed, running_between
from tests.servers.vcsim import Vcsim

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]


def examined(settings: VCenterSettings, writer: VCenterSettings | None = None) -> list[Check]:
    return [*examine_vcenter(settings, writer, lambda: datetime.now(UTC))]


def test_a_vcenter_in_good_order_passes_every_step(settings: Settings) -> None:
    checks = {check.step: check for check in examined(settings(), settings())}
    assert [*checks] == [
        *("settings", "name", "port", "certificate", "trust", "sign-in", "server", "clock"),
        *("rights", "roles", "inventory", "remediation"),
    ]
    assert {check.verdict for step, check in checks.items() if step != "rights"} == {Verdict.OK}
    assert checks["server"].sentence.startswith("It is a VMware vCenter Server")
    assert checks["inventory"].sentence.endswith(" entities.")


def test_an_account_that_reads_is_warned_of_when_it_may_do_more(settings: Settings) -> None:
    (rights,) = [check for check in examined(settings()) if check.step == "rights"]
    assert rights.verdict is Verdict.WARNING
    assert rights.sentence.startswith("The account also holds Authorization.ModifyPermissions and")


def test_what_is_broken_is_named_with_its_remedy(settings: Settings, tmp_path: Path) -> None:
    other = make_ca(tmp_path, "other").certificate_file
    for broken, step, words in (
        (settings(host="vc.invalid"), "name", "cannot be looked up: mend `host`"),
        (settings(port=free_ports(1)[0]), "port", "Nothing listens at"),
        (settings(ca_file=other), "trust", "give the right CA file or pin the certificate"),
        (settings(password=lambda: "canary-9c1e"), "sign-in", "or the password is wrong"),
    ):
        checks = examined(broken)
        (failed,) = [check for check in checks if check.verdict is Verdict.FAILED]
        assert (failed.step, words in failed.sentence) == (step, True), failed
        assert {check.verdict for check in checks[checks.index(failed) + 1 :]} == {Verdict.SKIPPED}
        assert "canary" not in "".join(check.sentence for check in checks)


def test_the_account_that_writes_is_tried_even_if_the_other_cannot_sign_in(
    settings: Settings,
) -> None:
    reader = replace(settings(), password=lambda: "wrong")
    writer = examined(reader, settings())[-1]
    assert (writer.step, writer.verdict) == ("remediation", Verdict.OK)


def test_a_container_that_cannot_be_read_is_named(
    authority: Authority, vcsim: Vcsim, settings: Settings, tmp_path: Path
) -> None:
    def unread(answer: Answer) -> None:
        body = answer.body.replace(b"<isGranted>true", b"<isGranted>false", 1)
        answer.exchange.answer(answer.status, body, *answer.headers)

    def deed_at(asked: str) -> Deed:
        return unread if asked == "HasPrivilegeOnEntities" else Answer.intact

    with running_between(issue(authority, tmp_path), vcsim, deed_at) as port:
        checks = examined(settings(port=port))

    (inventory,) = [check for check in checks if check.step == "inventory"]
    assert inventory.verdict is Verdict.WARNING
    assert inventory.sentence.startswith("Not everything below group-d1 can be read: ")
