"""The report for people says what is not proven first, and hostile names stay names."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accessreview import reports
from accessreview.model.snapshot import Reading
from accessreview.services.ports import Now
from accessreview.signing import keys
from accessreview.signing.seal import archived_files
from tests.unit.evidence.conftest import (
    Story,
    cancelled,
    closed,
    packages_of,
    partly_read,
    residue,
)
from tests.unit.services.conftest import ADMINISTRATOR, House, collect


def _report(data: bytes) -> str:
    return archived_files(data)["report.html"].decode()


@pytest.mark.parametrize(
    ("story", "sentences"),
    [
        (closed, ("is <b>closed</b>", "1 of 1 revocations are proven gone")),
        (residue, ("is <b>closed with residue</b>", "1 of 2 revocations", "is still there")),
        (partly_read, ("is <b>in remediation</b>", "0 of 1 revocations", "The size limit")),
        (cancelled, ("is <b>cancelled</b>", "nothing follows from its answers", "Nobody signed")),
    ],
    ids=["closed", "residue", "partly read", "cancelled"],
)
def test_it_opens_with_what_became_of_the_campaign(
    built: Callable[[Story], bytes], story: Story, sentences: tuple[str, ...]
) -> None:
    report = _report(built(story))
    assert [sentence for sentence in sentences if sentence not in report] == []
    assert "Every source of the reviewed snapshot was read completely." in report
    assert "dan &gt; Team &gt; CORP\\VM Admins" in report


def test_a_name_neither_runs_nor_turns_the_text_around_it(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    name = "<script>alert(1)</script>\u202egpj\u200b\x1b"
    peopled.company.drop("accounts", "dir", "dan")
    peopled.company.add("accounts", "dir", "dan", "dan", name, "", "human", "true", "dan")
    collect(peopled)
    packages, campaign = packages_of(peopled, signer), cancelled(peopled)
    report = _report(packages.data(ADMINISTRATOR, packages.build(ADMINISTRATOR, campaign.id).id))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩gpj⟨U+200B⟩⟨U+001B⟩" in report
    assert {"\u202e", "\u200b", "\x1b"}.isdisjoint(report)
    assert "<script" not in report


def test_where_it_stops_it_says_so(
    peopled: House, signer: keys.Ed25519Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_ROWS", 2)
    packages, campaign = packages_of(peopled, signer), closed(peopled)
    report = _report(packages.data(ADMINISTRATOR, packages.build(ADMINISTRATOR, campaign.id).id))
    assert "Only the first 2 of 6 are shown here. All are in <code>items.csv</code>." in report
    assert "Only the first 2 of 3 are shown here. All are in <code>findings.jsonl</code>." in report
    assert "in <code>plan.jsonl</code>" not in report


def test_what_is_not_known_of_a_complete_source_is_in_the_package(
    peopled: House, signer: keys.Ed25519Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap, whole = "Global permissions are not read as such.", peopled.vcenter.collect

    def told(now: Now) -> Reading:
        reading = whole(now)
        return replace(reading, source=replace(reading.source, gaps=(gap,)))

    monkeypatch.setattr(peopled.vcenter, "collect", told)
    collect(peopled)
    packages, campaign = packages_of(peopled, signer), closed(peopled)
    data = packages.data(ADMINISTRATOR, packages.build(ADMINISTRATOR, campaign.id).id)
    assert "Every source of the reviewed snapshot was read completely." in _report(data)
    assert gap in _report(data)
    assert gap in archived_files(data)["snapshot/manifest.json"].decode()
