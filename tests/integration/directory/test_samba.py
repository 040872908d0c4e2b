"""What a real Active Directory domain controller answers, and what it refuses."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.errors import CollectionError, RemediationError
from accessreview.model.remediation import MembershipRemoval
from accessreview.model.snapshot import Coverage, Reading
from accessreview.remediators.directory import DirectoryRemediator
from tests.integration.directory.conftest import Collect, Sambas
from tests.integration.directory.readings import as_account
from tests.servers.adproxy import running_adproxy
from tests.servers.samba import AD, ADDRESSES, Samba, group, user

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]

VALUES = 15
"""What the relay hands out of a group at once, in place of Windows' 1,500."""
SIZES = (VALUES - 1, VALUES, VALUES + 1, 2 * VALUES, 2 * VALUES + 1)
MANY = [f"u{number:02d}" for number in range(max(SIZES))]
LDIF = (
    "".join(user(login) for login in (*MANY, "audit", "remedy"))
    + user("ann", f"manager: CN=u00,{AD.people}", "givenName: Ann", "employeeID: 17")
    + user("off", control=514)
    + user("past", "accountExpires: 116444736000000000")
    + "".join(group(f"n{size}", *MANY[:size]) for size in SIZES)
    + group("admins", "ann", lines=(f"managedBy: CN=ann,{AD.people}",))
    + group("outer", "CN=admins,OU=groups")
    + "".join(group(name, "ann", "u01") for name in ("leave", "forbidden", "empty"))
    + group("protected", "ann", lines=("adminCount: 1",))
    + f"dn: CN=Account Operators,CN=Builtin,{AD.base}\nchangetype: modify\nadd: member\n"
    f"member: CN=remedy,{AD.people}\n-\n\n"
)

Settings = Callable[..., ServerSettings]


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(LDIF) as running:
        yield running


@pytest.fixture(scope="module")
def settings(samba: Samba) -> Settings:
    return partial(as_account, samba)


@pytest.fixture(scope="module")
def collect_ad(collect: Collect) -> Collect:
    return lambda server, **schema: collect(
        server,
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        **({"bases": (AD.base,), "netbios_names": (AD.netbios_name,)} | schema),
    )


@pytest.fixture(scope="module")
def reading(settings: Settings, collect_ad: Collect) -> Reading:
    return collect_ad(settings())


def by_name(reading: Reading) -> dict[str, str]:
    return {
        row[2]: row[1] for name in ("accounts", "groups") for row in reading.tables[name].rows()
    }


def members(reading: Reading, group_name: str) -> set[str]:
    ids = by_name(reading)
    names = {one: name for name, one in ids.items()}
    rows = reading.tables["members"].rows()
    return {names[row[3]] for row in rows if row[1] == ids[group_name]}


def test_a_whole_domain_is_read_in_full(reading: Reading) -> None:
    """Neither the referrals to other naming contexts nor "Everyone" in groups hide anybody."""
    assert reading.source.coverage is Coverage.FULL, reading.source.gaps
    assert members(reading, "outer") == {"admins"}
    assert members(reading, "admins") == {"ann"}
    assert by_name(reading)["ann"].startswith("S-1-5-21-")


def test_the_primary_group_has_its_members(reading: Reading) -> None:
    assert {"ann", "off", *MANY} <= members(reading, "Domain Users")
    assert members(reading, "Domain Controllers") == {"DC1$"}


def test_disabled_and_expired_accounts_are_told(reading: Reading) -> None:
    enabled = {row[2]: row[6] for row in reading.tables["accounts"].rows()}
    assert {login: enabled[login] for login in ("ann", "off", "past", "krbtgt")} == {
        "ann": "true",
        "off": "false",
        "past": "false",
        "krbtgt": "false",
    }


def test_names_identities_and_responsibles_are_told(reading: Reading) -> None:
    ids = by_name(reading)
    names = {row[2] for row in reading.tables["principal_names"].rows() if row[1] == ids["ann"]}
    assert names == {r"ADTEST\ann", r"ad.test\ann", "ann@ad.test"}
    assert {row[7] for row in reading.tables["accounts"].rows() if row[2] == "ann"} == {"17"}
    assert set(reading.tables["responsibles"].rows()) == {
        ("corp", ids["ann"], "manager", "corp", ids["u00"]),
        ("corp", ids["admins"], "owner", "corp", ids["ann"]),
    }


@pytest.mark.parametrize("page_size", [10, 500])
def test_groups_handed_out_in_parts_come_out_whole(
    samba: Samba, settings: Settings, collect_ad: Collect, page_size: int
) -> None:
    with running_adproxy(samba.address, values=VALUES, page=20) as port:
        server = settings(host="127.0.0.1", port=port, security=Security.PLAIN, page_size=page_size)
        reading = collect_ad(server)
    assert reading.source.coverage is Coverage.FULL, reading.source.gaps
    assert {size: members(reading, f"n{size}") for size in SIZES} == {
        size: set(MANY[:size]) for size in SIZES
    }


def test_wherever_the_connection_breaks_the_reading_is_partial_until_it_is_whole(
    samba: Samba, settings: Settings, collect_ad: Collect, reading: Reading
) -> None:
    parts: list[Reading] = []
    while not parts or parts[-1].source.coverage is Coverage.PARTIAL:
        allowed = len(parts) + 1
        with running_adproxy(samba.address, values=VALUES, page=20, searches=allowed) as port:
            server = settings(host="127.0.0.1", port=port, security=Security.PLAIN)
            parts.append(collect_ad(server))
    assert len(parts) > 5
    for part in parts[:-1]:
        assert any("failed" in gap for gap in part.source.gaps)
    biggest = f"n{max(SIZES)}"
    assert members(parts[-1], biggest) == members(reading, biggest)


@pytest.mark.parametrize("name", ["audit@ad.test", r"ADTEST\audit", f"CN=audit,{AD.people}"])
def test_every_form_of_sign_in_name_works(
    settings: Settings, collect_ad: Collect, name: str
) -> None:
    server = settings(bind_dn=name, security=Security.STARTTLS)
    assert collect_ad(server, bases=(AD.groups, AD.people)).source.gaps


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": lambda: "canary-7f3a"}, "password is wrong"),
        ({"bind_dn": "off@ad.test", "password": lambda: "off-secret"}, "account is disabled"),
        ({"bind_dn": "past@ad.test", "password": lambda: "past-secret"}, "account has expired"),
        ({"bind_dn": f"CN=nobody,{AD.people}"}, r"code 49"),
    ],
    ids=["wrong password", "disabled", "expired", "unknown"],
)
def test_a_refused_sign_in_is_said_in_words(
    settings: Settings, collect_ad: Collect, change: dict[str, object], words: str
) -> None:
    with pytest.raises(CollectionError, match=words) as caught:
        collect_ad(settings(**change))
    assert "canary" not in str(caught.value)


def removal(reading: Reading, login: str, name: str) -> MembershipRemoval:
    ids = by_name(reading)
    locators = {row[1]: row[2] for row in reading.tables["locators"].rows()}
    return MembershipRemoval(
        group=GroupRef("corp", ids[name]),
        group_name=name,
        group_locator=locators[ids[name]],
        member=AccountRef("corp", ids[login]),
        member_login=login,
        member_locator=locators[ids[login]],
    )


@pytest.fixture
def remedy(settings: Settings) -> DirectoryRemediator:
    server = settings("remedy")
    return DirectoryRemediator("corp", DirectoryKind.ACTIVE_DIRECTORY, server)


def test_a_member_goes_once_and_is_then_gone_already(
    reading: Reading, remedy: DirectoryRemediator, settings: Settings, collect_ad: Collect
) -> None:
    change = removal(reading, "ann", "leave")
    assert "is gone; members that are left: 1" in remedy.apply(change).after
    assert "not there any more" in remedy.apply(change).before
    assert members(collect_ad(settings()), "leave") == {"u01"}


def test_the_last_member_of_a_group_may_go(reading: Reading, remedy: DirectoryRemediator) -> None:
    remedy.apply(removal(reading, "ann", "empty"))
    assert "members that are left: 0" in remedy.apply(removal(reading, "u01", "empty")).after


def test_an_account_without_the_right_changes_nothing(
    reading: Reading, settings: Settings, collect_ad: Collect
) -> None:
    auditor = DirectoryRemediator("corp", DirectoryKind.ACTIVE_DIRECTORY, settings())
    with pytest.raises(RemediationError, match="lacks the right"):
        auditor.apply(removal(reading, "ann", "forbidden"))
    assert members(collect_ad(settings()), "forbidden") == {"ann", "u01"}


def test_the_primary_group_is_left_to_a_person(
    reading: Reading, remedy: DirectoryRemediator
) -> None:
    with pytest.raises(RemediationError, match="is the primary group of ann"):
        remedy.apply(removal(reading, "ann", "Domain Users"))


def test_a_protected_group_is_left_to_a_person(
    reading: Reading, remedy: DirectoryRemediator
) -> None:
    with pytest.raises(RemediationError, match="is a protected group"):
        remedy.apply(removal(reading, "ann", "protected"))
