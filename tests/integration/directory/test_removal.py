"""Taking somebody out of a group of a real OpenLDAP, and what is in the way of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from accessreview.ldap.connection import DirectoryConnection
from accessreview.ldap.settings import DirectoryKind, Security
from accessreview.model.access import AccountRef, EntityRef, GroupRef
from accessreview.model.errors import ConfigurationError, RemediationError
from accessreview.model.remediation import MembershipRemoval, PermissionRemoval
from accessreview.remediators.directory import DirectoryRemediator
from tests.integration.directory.conftest import Collect, Server, Slapds
from tests.servers.slapd import SUFFIX, Slapd, group, person

pytestmark = pytest.mark.integration

Removal = Callable[[str, str], MembershipRemoval]
Remedy = Callable[..., DirectoryRemediator]

ENTRIES = (
    person("ann")
    + person("ben")
    + person(
        "cid",
        *("gidNumber: 300", "uidNumber: 1", "homeDirectory: /"),
        classes=("posixAccount",),
    )
    + group("admins", "UID=Ann, OU=People", "ben")
    + group("alone", "ann")
    + f"dn: cn=unique,ou=groups,{SUFFIX}\nobjectClass: groupOfUniqueNames\ncn: unique\n"
    f"uniqueMember: uid=ann,ou=people,{SUFFIX}#'0101'B\n"
    f"uniqueMember: uid=ben,ou=people,{SUFFIX}\n\n"
    f"dn: cn=unix,ou=groups,{SUFFIX}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 300\n"
    "memberUid: ann\nmemberUid: BEN\nmemberUid: cid\n\n"
)


@pytest.fixture
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@pytest.fixture
def removal(slapd: Slapd, server: Server, collect: Collect) -> Removal:
    """The change that takes an account out of a group, as a collection would name both."""
    tables = collect(server(slapd)).tables
    locators = {row[1]: row[2] for row in tables["locators"].rows()}
    accounts = {row[2]: row[1] for row in tables["accounts"].rows()}
    groups = {row[2]: row[1] for row in tables["groups"].rows()}
    return lambda login, name: MembershipRemoval(
        group=GroupRef("corp", groups[name]),
        group_name=name,
        group_locator=locators[groups[name]],
        member=AccountRef("corp", accounts[login]),
        member_login=login,
        member_locator=locators[accounts[login]],
    )


@pytest.fixture
def remedy(slapd: Slapd, server: Server) -> Remedy:
    return lambda account="remedy", **changes: DirectoryRemediator(
        "corp", DirectoryKind.OPENLDAP, server(slapd, account, **changes)
    )


@pytest.fixture
def memberships(
    slapd: Slapd, server: Server, collect: Collect
) -> Callable[[], set[tuple[str, str]]]:
    """All memberships now, by group name and login."""

    def now() -> set[tuple[str, str]]:
        tables = collect(server(slapd)).tables
        names = {row[1]: row[2] for name in ("accounts", "groups") for row in tables[name].rows()}
        return {(names[row[1]], names[row[3]]) for row in tables["members"].rows()}

    return now


@pytest.mark.parametrize("name", ["admins", "unique", "unix"])
def test_one_member_goes_and_the_others_stay(
    name: str, removal: Removal, remedy: Remedy, memberships: Callable[[], set[tuple[str, str]]]
) -> None:
    before = memberships()
    applied = remedy().apply(removal("ann", name))
    assert before - memberships() == {(name, "ann")}
    assert memberships() <= before
    assert f"ann in {name} was there, as" in applied.before
    assert f"ann in {name} is gone" in applied.after
    assert "code 0" in applied.after


def test_what_is_gone_already_is_a_success_that_changes_nothing(
    removal: Removal, remedy: Remedy, memberships: Callable[[], set[tuple[str, str]]]
) -> None:
    remedy().apply(removal("ann", "admins"))
    before = memberships()
    applied = remedy().apply(removal("ann", "admins"))
    assert "was not there any more" in applied.before
    assert memberships() == before


def test_the_last_member_is_kept_where_a_group_may_not_be_empty(
    removal: Removal, remedy: Remedy, memberships: Callable[[], set[tuple[str, str]]]
) -> None:
    before = memberships()
    with pytest.raises(RemediationError, match="it is the last member"):
        remedy().apply(removal("ann", "alone"))
    assert memberships() == before


def test_an_account_without_the_right_changes_nothing(
    removal: Removal, remedy: Remedy, memberships: Callable[[], set[tuple[str, str]]]
) -> None:
    before = memberships()
    with pytest.raises(RemediationError, match="lacks the right"):
        remedy("audit").apply(removal("ann", "admins"))
    assert memberships() == before


@pytest.mark.parametrize(
    ("login", "reason"), [("cid", "is the primary group"), ("ben", "without regard to case")]
)
def test_what_one_value_would_not_end_is_refused_before(
    login: str,
    reason: str,
    removal: Removal,
    remedy: Remedy,
    memberships: Callable[[], set[tuple[str, str]]],
) -> None:
    before = memberships()
    with pytest.raises(RemediationError, match=reason):
        remedy().apply(removal(login, "unix"))
    assert memberships() == before


def test_changes_of_others_are_not_covered(removal: Removal, remedy: Remedy) -> None:
    change = removal("ann", "admins")
    elsewhere = replace(change, group=GroupRef("other", change.group.id))
    permission = PermissionRemoval(
        entity=EntityRef("vc1", "group-d1"), entity_type="Folder", place="/", principal="x",
        is_group=True, role="-1", role_name="Admin", propagate=True,
    )  # fmt: skip
    assert remedy().covers(change)
    assert not remedy().covers(elsewhere)
    assert not remedy().covers(permission)
    with pytest.raises(RemediationError, match="does not hold"):
        remedy().apply(permission)


def test_nothing_is_changed_over_a_plain_connection(removal: Removal, remedy: Remedy) -> None:
    with pytest.raises(ConfigurationError, match="unencrypted"):
        remedy(security=Security.PLAIN).apply(removal("ann", "admins"))


def test_a_server_that_is_down_gives_a_sentence(
    slapd: Slapd, removal: Removal, remedy: Remedy
) -> None:
    change = removal("ann", "admins")
    slapd.kill()
    with pytest.raises(RemediationError, match="Connection refused"):
        remedy().apply(change)


@pytest.mark.parametrize("comes_back", [True, False])
def test_an_answer_that_is_lost_is_replaced_by_a_look(
    slapd: Slapd,
    removal: Removal,
    remedy: Remedy,
    monkeypatch: pytest.MonkeyPatch,
    *,
    comes_back: bool,
) -> None:
    change = removal("ann", "admins")
    delete = DirectoryConnection.delete_values

    def delete_and_lose(
        self: DirectoryConnection, dn: str, values: Mapping[str, Sequence[bytes]]
    ) -> int:
        delete(self, dn, values)
        slapd.kill()
        if comes_back:
            slapd.start()
        return delete(self, dn, values)

    monkeypatch.setattr(DirectoryConnection, "delete_values", delete_and_lose)
    if comes_back:
        assert "was not answered, so it was looked at again" in remedy().apply(change).after
    else:
        with pytest.raises(RemediationError, match="gone is not known; look before trying again"):
            remedy().apply(change)
