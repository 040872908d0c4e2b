"""What should be known of powers beside all permissions, and of how hosts are set."""

from collections.abc import Iterable, Mapping

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.observations import observe
from accessreview.model.observation import Observation, ObservationKind
from tests.permitted import Pair, permitted

K = ObservationKind
OF_POWERS = {K.POWER_OUTSIDE_PERMISSIONS, K.HOSTS_BY_DOMAIN, K.PAST_LOCKDOWN, K.NOT_LOCKED_DOWN}
Row = tuple[str, ...]
IN_DOMAIN = {"domain": "CORP", "domain-administrators": "ESX Admins"}


def power(name: str, principal: str, entity: str = "", detail: str = "") -> Row:
    is_group = principal.rpartition("\\")[2][0].isupper()
    return ("vc", entity, name, principal, str(is_group).lower(), detail)


def observed(
    *powers: Row,
    members: Iterable[Pair] = (("G", "ann"),),
    facts: Mapping[str, Mapping[str, str]] | None = None,
    more: Mapping[str, list[Row]] | None = None,
    hosts: int = 3,
) -> list[Observation]:
    further: dict[str, list[Row]] = {
        "entities": [
            ("vc", f"host-{n}", "HostSystem", f"esx{n}", "root", "", "") for n in range(hosts)
        ],
        "powers": list(powers),
        "facts": [
            ("vc", host, fact, value)
            for host, some in (facts or {}).items()
            for fact, value in some.items()
        ],
        **(more or {}),
    }
    snapshot = permitted(members, further=further)
    return [one for one in observe(build_estate(snapshot), {}) if one.kind in OF_POWERS]


def the_one(found: list[Observation]) -> Observation:
    (one,) = found
    return one


def concerned(one: Observation) -> dict[str, str]:
    return {each.name: each.reason for each in one.concerned}


def test_who_is_in_a_group_with_power_is_told_through_all_nesting() -> None:
    members = [("Caadmins", "T"), ("T", "ann"), ("Caadmins", "bob"), ("G", "cat")]
    one = the_one(observed(power("certificate-authority", r"corp\CAADMINS"), members=members))

    assert (one.kind, one.vcenter, one.principal, one.is_group) == (
        K.POWER_OUTSIDE_PERMISSIONS,
        "vc",
        r"corp\CAADMINS",
        True,
    )
    assert one.detail == (
        "It issues the certificates that all parts of vCenter trust. No permission says so, so no "
        "review asks about it. Behind it: 2 accounts."
    )
    assert concerned(one) == {"ann": "in T", "bob": "in Caadmins"}


def test_all_powers_of_a_principal_are_told_at_once() -> None:
    one = the_one(
        observed(
            power("act-as", r"CORP\ann"),
            power("host-access", r"CORP\ann", "host-1", "accessAdmin"),
            power("host-access", r"CORP\ann", "host-0", "accessAdmin"),
            power("host-access", r"CORP\ann", "host-2", "accessReadOnly"),
        )
    )

    assert one.detail.startswith(
        "It acts in the name of other users; is let in by hosts themselves to do everything "
        "(esx0, esx1); is let in by hosts themselves to look (esx2). "
    )
    assert concerned(one) == {"ann": ""}


def test_of_many_hosts_the_first_are_named() -> None:
    powers = [power("host-access", "x", f"host-{n}", "accessAdmin") for n in range(5)]

    one = the_one(observed(*powers, hosts=5))

    assert "to do everything (esx0, esx1, esx2 and 2 more)" in one.detail
    assert one.detail.endswith(
        "No directory that was read has such an account: who is behind it is not known."
    )


def test_members_whom_nobody_knows_are_counted() -> None:
    outsider: list[Row] = [("corp", "T", "S-1-5-21-9-9-9-1", "foreign", "no source")]
    members = [("Admins", "T"), ("T", "ann")]
    one = the_one(
        observed(
            power("sso-administration", r"CORP\Admins"),
            members=members,
            more={"outsiders": outsider},
        )
    )

    assert one.detail.endswith(
        "Behind it: 1 account, and 1 more of whom nobody knows who they are."
    )


def test_an_empty_group_and_disabled_accounts_hold_nothing() -> None:
    snapshot = permitted(
        [("Admins", "ann")],
        disabled=["ann"],
        further={"powers": [power("sso-administration", r"CORP\Admins")]},
    )
    one = the_one(
        [
            each
            for each in observe(build_estate(snapshot), {})
            if each.kind is K.POWER_OUTSIDE_PERMISSIONS
        ]
    )

    assert one.detail.endswith("Nobody is behind it.")
    assert concerned(one) == {}


@pytest.mark.parametrize("name", ["root", "vpxuser", "DCUI", r"vc\root"])
def test_what_every_host_has_is_not_told(name: str) -> None:
    assert observed(power("host-access", name, "host-0", "accessAdmin")) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lockdown-exception", "It is excepted from the lockdown of hosts, on 2 hosts, and"),
        ("console-in-lockdown", "It may end the lockdown of hosts at their console, on 2 hosts,"),
    ],
)
def test_a_person_who_gets_past_lockdown_is_told_with_the_hosts(name: str, words: str) -> None:
    one = the_one(observed(*(power(name, r"CORP\ann", host) for host in ("host-2", "host-0"))))

    assert (one.kind, one.principal) == (K.PAST_LOCKDOWN, r"CORP\ann")
    assert one.detail.startswith(words)
    assert [each.name for each in one.concerned] == ["esx0", "esx2"]


def test_a_service_that_is_excepted_is_a_power_and_no_fault() -> None:
    service = ("corp", "backup", "backup", "", "", "service", "true", "")
    one = the_one(
        observed(
            power("lockdown-exception", r"CORP\backup", "host-0"),
            more={"accounts": [service], "principal_names": [("corp", "backup", r"CORP\backup")]},
        )
    )

    assert one.kind is K.POWER_OUTSIDE_PERMISSIONS
    assert concerned(one) == {"backup": ""}


def test_hosts_without_lockdown_are_told() -> None:
    modes = ("lockdownDisabled", "lockdownNormal", "lockdownDisabled")
    one = the_one(observed(facts={f"host-{n}": {"lockdown": m} for n, m in enumerate(modes)}))

    assert (one.kind, one.vcenter, one.principal) == (K.NOT_LOCKED_DOWN, "vc", "")
    assert one.detail.startswith("2 hosts without lockdown: ")
    assert [each.name for each in one.concerned] == ["esx0", "esx2"]


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (
            {"domain-administrators-added": "true"},
            "Whoever is in a group of this name becomes administrator of 1 host of the domain,",
        ),
        ({}, "Whoever is in a group of this name may become administrator of 1 host of the"),
        (
            {"domain-administrators-added": "false"},
            "The group “ESX Admins”, which attackers try first, is still named by 1 host of the",
        ),
    ],
    ids=["added", "not told", "not added"],
)
def test_hosts_that_a_group_takes_over_by_its_name_are_told(
    added: dict[str, str], words: str
) -> None:
    one = the_one(observed(facts={"host-1": {**IN_DOMAIN, **added}}))

    assert (one.kind, one.principal, one.is_group) == (
        K.HOSTS_BY_DOMAIN,
        r"CORP\ESX Admins",
        True,
    )
    assert one.detail.startswith(words)
    assert [each.name for each in one.concerned] == ["esx1"]


def test_a_group_is_one_in_whatever_case_hosts_name_it() -> None:
    shouted = {"domain": "corp", "domain-administrators": "ESX ADMINS"}
    one = the_one(observed(facts={"host-1": IN_DOMAIN, "host-0": shouted}))

    assert [each.name for each in one.concerned] == ["esx0", "esx1"]


@pytest.mark.parametrize(
    "facts",
    [
        {**IN_DOMAIN, "domain": ""},
        {
            "domain": "CORP",
            "domain-administrators": "Keepers",
            "domain-administrators-added": "false",
        },
        {"domain": "CORP"},
    ],
    ids=["no domain", "another name, not added", "no group told"],
)
def test_other_hosts_are_not(facts: dict[str, str]) -> None:
    assert observed(facts={"host-1": facts}) == []


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ("1440", " Who is still in it is checked every 1440 minutes only by 1 host."),
        ("0", " Who is still in it is not checked again by 1 host."),
        ("90", "(CVE-2024-37085)."),
        ("soon", "(CVE-2024-37085)."),
    ],
)
def test_how_long_somebody_stays_in_is_told_if_it_is_long(minutes: str, words: str) -> None:
    facts = {**IN_DOMAIN, "domain-administrators-added": "true", "validation-minutes": minutes}

    no_group = " No directory that was read has such a group, so whoever creates it is the first."
    assert the_one(observed(facts={"host-1": facts})).detail.endswith(words + no_group)


def test_the_members_of_the_group_of_the_domain_are_told_where_it_is_known() -> None:
    found = observed(
        power("host-administration-by-domain", r"CORP\Esx Admins", "host-1", "added by the host"),
        members=[("Esx Admins", "eve")],
        facts={"host-1": {**IN_DOMAIN, "domain-administrators-added": "true"}},
    )

    power_, by_domain = found
    assert (power_.kind, by_domain.kind) == (K.POWER_OUTSIDE_PERMISSIONS, K.HOSTS_BY_DOMAIN)
    assert power_.detail.startswith("It administers hosts by its name in their domain (esx1). ")
    assert concerned(power_) == {"eve": "in Esx Admins"}
    assert by_domain.detail.endswith(" There is such a group; behind it: 1 account.")


def test_what_a_newer_version_would_tell_is_left_out() -> None:
    unknown = power("flight", r"CORP\ann")
    assert observed(unknown, facts={"host-1": {"colour": "red"}}) == []
