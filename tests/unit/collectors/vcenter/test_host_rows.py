"""What hosts tell beside permissions, as rows."""

from dataclasses import replace

import pytest

from accessreview.collectors.vcenter.host_rows import (
    ADDED,
    ADMINISTRATORS,
    CONSOLE,
    VALIDATED,
    HostAccess,
    RawHost,
    Untold,
    rows_of,
)
from accessreview.snapshot.gaps import Gaps

IN_DOMAIN = RawHost(
    id="host-1",
    version="8.0.3",
    lockdown="lockdownNormal",
    domain="CORP.EXAMPLE",
    options={ADMINISTRATORS: "ESX Admins", ADDED: "true", VALIDATED: "90"},
)


def facts(host: RawHost) -> dict[str, str]:
    return {fact: value for _, fact, value in rows_of([host])["facts"]}


def powers(host: RawHost) -> set[tuple[str, ...]]:
    return {row[1:] for row in rows_of([host])["powers"]}


def test_a_host_tells_how_it_is_set() -> None:
    assert facts(IN_DOMAIN) == {
        "version": "8.0.3",
        "lockdown": "lockdownNormal",
        "domain": "CORP.EXAMPLE",
        "domain-administrators": "ESX Admins",
        "domain-administrators-added": "true",
        "validation-minutes": "90",
    }


def test_what_was_not_told_has_no_row_and_no_domain_has_one() -> None:
    assert facts(RawHost(id="host-1")) == {}
    assert facts(RawHost(id="host-1", domain="")) == {"domain": ""}


@pytest.mark.parametrize(
    ("added", "detail"),
    [({ADDED: "1"}, "added by the host"), ({}, "perhaps added by the host")],
)
def test_the_group_of_the_domain_administers_the_host(added: dict[str, str], detail: str) -> None:
    host = replace(IN_DOMAIN, options={ADMINISTRATORS: "ESX Admins", **added})

    assert powers(host) == {
        ("host-administration-by-domain", r"CORP.EXAMPLE\ESX Admins", "true", detail)
    }


@pytest.mark.parametrize(
    "host",
    [
        replace(IN_DOMAIN, options={**IN_DOMAIN.options, ADDED: "False"}),
        replace(IN_DOMAIN, options={**IN_DOMAIN.options, ADMINISTRATORS: ""}),
        replace(IN_DOMAIN, domain=""),
        replace(IN_DOMAIN, domain=None),
    ],
    ids=["not added", "no group", "no domain", "domain not told"],
)
def test_no_group_of_the_domain_administers_a_host_that_does_not_add_it(host: RawHost) -> None:
    assert powers(host) == set()


def test_who_is_let_in_by_the_host_itself_is_told_with_how_far() -> None:
    host = RawHost(
        id="host-1",
        access=(
            HostAccess("root", is_group=False, mode="accessAdmin"),
            HostAccess("dcui", is_group=False, mode="accessNone"),
            HostAccess("guest", is_group=False, mode="accessNoAccess"),
            HostAccess(r"CORP\ops", is_group=True, mode="accessReadOnly"),
        ),
        exceptions=("svc-backup", ""),
        options={CONSOLE: "root, ann ,"},
    )

    assert powers(host) == {
        ("host-access", "root", "false", "accessAdmin"),
        ("host-access", r"CORP\ops", "true", "accessReadOnly"),
        ("lockdown-exception", "svc-backup", "false", ""),
        ("console-in-lockdown", "root", "false", "DCUI.Access"),
        ("console-in-lockdown", "ann", "false", "DCUI.Access"),
    }


def test_a_principal_is_let_in_once() -> None:
    entries = (
        HostAccess("root", is_group=False, mode="accessAdmin"),
        HostAccess("root", is_group=False, mode="accessOther"),
    )

    assert powers(RawHost(id="host-1", access=entries)) == {
        ("host-access", "root", "false", "accessAdmin")
    }


def test_what_could_not_be_read_is_one_sentence_for_all_hosts() -> None:
    untold, gaps = Untold(), Gaps()
    for number in range(7):
        untold.add("Local accounts", "the account needs Global.Settings there", f"esx{number}")
    untold.add("Local accounts", "the account needs Global.Settings there", "esx0")
    untold.add("The domain", "it is not told", "esx1")
    untold.tell(gaps, 20)

    assert gaps.sentences() == (
        (
            "Local accounts could not be read of 7 of 20 hosts, because the account needs"
            " Global.Settings there: esx0; esx1; esx2; esx3; esx4; and 2 more."
        ),
        "The domain could not be read of 1 of 20 hosts, because it is not told: esx1.",
    )
