"""Who is in which group as vCenter finds out, held to the very searches that it makes."""

import base64
import subprocess
from collections.abc import Callable, Iterator, Sequence

import pytest

from accessreview.analysis.counting import Counting
from accessreview.analysis.estate import Estate, build_estate
from accessreview.model.dn import canonical
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from accessreview.model.snapshot import Reading
from accessreview.snapshot.compose import compose
from tests.directory_seeds import active_directory, openldap
from tests.directory_seeds.ldif import entry
from tests.integration.directory.closures import NOON, Closed, of_forest, vcenter_of
from tests.integration.directory.conftest import Collect, Sambas, Server, Slapds
from tests.servers import slapd
from tests.servers.samba import AD, ADDRESSES, Samba, group
from tests.servers.slapd import SUFFIX, Slapd

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])]

APART = f"OU=apart,{AD.base}"
AD_ENTRIES = (
    active_directory.ENTRIES
    + entry(APART, "objectClass: organizationalUnit")
    + entry(
        f"CN=cut,{APART}",
        *("objectClass: group", "sAMAccountName: cut", "groupType: -2147483646"),
        *(f"member: CN={login},{AD.people}" for login in ("ann", "ben")),
    )
    + group("above-cut", "CN=cut,OU=apart", "cat")
    + group("above-everybody", "CN=Domain Users,CN=Users", kind=active_directory.UNIVERSAL)
)
LDAP_ENTRIES = (
    "".join(slapd.person(login) for login in ("ann", "ben", "cat"))
    + entry(f"ou=apart,{SUFFIX}", "objectClass: organizationalUnit", "ou: apart")
    + openldap.unique_group("inner", f"uid=ann,ou=people,{SUFFIX}")
    + openldap.unique_group(
        "outer", f"CN=Inner, OU=Groups,{SUFFIX}", f"cn=names,ou=groups,{SUFFIX}"
    )
    + slapd.group("names", "ben", "cn=inner,ou=groups")
    + entry(
        f"cn=cut,ou=apart,{SUFFIX}",
        *(
            "objectClass: groupOfUniqueNames",
            "cn: cut",
            f"uniqueMember: uid=cat,ou=people,{SUFFIX}",
        ),
    )
    + openldap.unique_group("above-cut", f"cn=cut,ou=apart,{SUFFIX}")
)
Search = Callable[[str, str], set[str]]
"""The canonical names below a base that fit a filter."""


def estate_of(reading: Reading) -> Estate:
    return build_estate(compose(NOON, [reading, vcenter_of([reading])]))


def names_of(estate: Estate) -> dict[str, str]:
    return {row[1]: canonical(row[2]) for row in estate.snapshot.annex["locators"].rows()}


def counted(estate: Estate, source: IdentitySource) -> Closed:
    """The groups of each enabled account by the rules, by canonical names."""
    counting, names = Counting(estate, [source]), names_of(estate)
    accounts = estate.snapshot["accounts"]
    found: Closed = {names[row[1]]: set() for row in accounts.rows() if row[6] == "true"}
    for number, matches in enumerate(estate.principals.matches):
        lost = counting.lost(number).accounts.tolist()
        for account in estate.memberships.accounts_naming((number,)).tolist():
            name = names[accounts["id"][account]]
            if name in found and account not in lost:
                found[name].update(names[estate.group_ref(match).id] for match in matches)
    return found


def walked(search: Search, base: str, filter_: str, start: set[str], account: str) -> set[str]:
    """Upwards from an account, level by level; ``start`` are groups that it is in besides."""
    seen, level = set[str](), [account, *start]
    found = set(start)
    while level:
        name = level.pop()
        if name not in seen:
            seen.add(name)
            above = search(base, filter_.format(_escaped(name)))
            found |= above
            level += above
    return found


def _escaped(name: str) -> str:
    for character in "\\*()":
        name = name.replace(character, f"\\{ord(character):02x}")
    return name


def _names(output: bytes) -> Iterator[str]:
    for line in output.decode().splitlines():
        if line.startswith("dn: "):
            yield canonical(line[4:])
        elif line.startswith("dn:: "):
            yield canonical(base64.b64decode(line[5:]).decode())


def on_samba(running: Samba) -> Search:
    def search(base: str, filter_: str) -> set[str]:
        done = running.run(
            *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-D", f"audit@{AD.domain}"),
            *("-w", "audit-secret", "-b", base, filter_, "1.1"),
        )
        assert done.returncode == 0, done.stderr
        return set(_names(done.stdout))

    return search


def on_slapd(running: Slapd) -> Search:
    def search(base: str, filter_: str) -> set[str]:
        done = subprocess.run(
            [
                *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no"),
                *("-H", f"ldaps://127.0.0.1:{running.tls_port}"),
                *("-D", f"cn=audit,{SUFFIX}", "-w", "audit-secret", "-b", base, filter_, "1.1"),
            ],
            capture_output=True,
            check=True,
            env={"LDAPTLS_CACERT": str(running.ca_file)},
        )
        return set(_names(done.stdout))

    return search


def primary_groups(search: Search, base: str, accounts: Sequence[str]) -> dict[str, set[str]]:
    """Of each account, if it lies below the base."""
    found: dict[str, set[str]] = {account: set() for account in accounts}
    staff = active_directory.STAFF_SID.rpartition("-")[2]
    for number in ("513", "515", "516", staff):
        holders = search(AD.base, f"(primaryGroupID={number})")
        groups = search(base, f"(&(objectClass=group)(objectSid={AD.sid}-{number}))")
        for holder in holders & found.keys():
            found[holder] |= groups
    return found


def test_over_ldap_a_group_outside_of_the_base_cuts_what_active_directory_holds(
    sambas: Sambas,
) -> None:
    """By the walk of vCenter: groups below the base that have it as a member, and so on up."""
    with sambas(AD_ENTRIES) as running:
        estate, search = estate_of(of_forest(running)), on_samba(running)
        for base in (AD.groups, AD.base):
            source = IdentitySource(
                "corp", IdentitySourceKind.AD_OVER_LDAP, group_base=canonical(base)
            )
            found = counted(estate, source)
            primary = primary_groups(search, base, [*found])
            filter_ = "(&(objectClass=group)(member={}))"
            told = {one: walked(search, base, filter_, primary[one], one) for one in found}
            assert found == told
            above = canonical(f"CN=above-cut,{AD.groups}")
            ann, cat = (canonical(f"CN={login},{AD.people}") for login in ("ann", "cat"))
            assert (above in found[ann], above in found[cat]) == (base == AD.base, True)
            everybody = canonical(f"CN=above-everybody,{AD.groups}")
            assert (everybody in found[ann]) == (base == AD.base)


def test_what_is_cut_names_the_group_and_what_is_for_mail_counts_over_ldap_alone(
    sambas: Sambas,
) -> None:
    """That a mail list is in no token is what ``test_closure`` holds to the controller."""
    with sambas(AD_ENTRIES) as running:
        estate = estate_of(of_forest(running))
    principals = {name.rpartition("\\")[2]: n for n, name in enumerate(estate.principals.names)}

    def lost(kind: IdentitySourceKind, group_name: str, base: str = "") -> dict[str, str]:
        source = IdentitySource("corp", kind, group_base=base)
        principal = next(n for name, n in principals.items() if name.startswith(group_name))
        found = Counting(estate, [source]).lost(principal)
        logins = estate.snapshot["accounts"]["login"]
        return {logins[row]: found.reason(n) for n, row in enumerate(found.accounts.tolist())}

    groups = canonical(AD.groups)
    over_ldap, integrated = IdentitySourceKind.AD_OVER_LDAP, IdentitySourceKind.INTEGRATED
    assert lost(over_ldap, "above-cut", groups) == dict.fromkeys(
        ("ann", "ben"), "cut lies outside of the group base"
    )
    assert lost(over_ldap, "through-mail-list") == {}
    assert lost(integrated, "above-cut") == {}
    assert lost(integrated, "through-mail-list") == {
        "ann": "mail-list is a distribution group, which is in nobody's token"
    }


def test_of_an_openldap_only_groups_of_unique_names_below_the_base_count(
    slapds: Slapds, server: Server, collect: Collect
) -> None:
    with slapds(LDAP_ENTRIES) as running:
        estate, search = estate_of(collect(server(running))), on_slapd(running)
        for base in (f"ou=groups,{SUFFIX}", SUFFIX):
            source = IdentitySource("corp", IdentitySourceKind.OPENLDAP, group_base=canonical(base))
            found = counted(estate, source)
            filter_ = "(&(objectClass=groupOfUniqueNames)(uniqueMember={}))"
            assert found == {one: walked(search, base, filter_, set(), one) for one in found}
            people = {
                one: found[canonical(f"uid={one},ou=people,{SUFFIX}")]
                for one in ("ann", "ben", "cat")
            }
            assert canonical(f"cn=outer,ou=groups,{SUFFIX}") in people["ann"]
            assert people["ben"] == set()
            assert (canonical(f"cn=above-cut,ou=groups,{SUFFIX}") in people["cat"]) == (
                base == SUFFIX
            )
