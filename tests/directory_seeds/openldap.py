"""What an OpenLDAP may hold that is hard to read right, and crowds of people."""

from collections.abc import Iterator
from itertools import chain

from tests.directory_seeds.ldif import entry
from tests.servers.slapd import SUFFIX, group, person

PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
DEPTH = 10

ODD = {
    r"cn=Doe\2C John": r"CN=Doe\, John, OU=People,DC=Corp,dc=example",
    r"cn=A\2BB": rf"cn=a\+b,{PEOPLE}",
    r"cn=Q\22uote\22": rf"cn=q\"uote\",{PEOPLE}",
    r"cn=sl\5Cash": rf"cn=sl\\ash,{PEOPLE}",
    "cn=paren (x) *": f"cn=PAREN  (x) *,{PEOPLE}",
    r"cn=\23hash": rf"cn=\#hash,{PEOPLE}",
    r"cn=\20lead": rf"cn=\ lead,{PEOPLE}",
    "cn=Zoë Łukasz": rf"cn=Zo\c3\ab \c5\81ukasz,{PEOPLE}",
    "cn=two+uid=names": f"UID=Names+CN=Two,{PEOPLE}",
}
"""Names of people as the server keeps them, and as a group writes them."""

REFERRAL = entry(
    f"ou=elsewhere,{SUFFIX}",
    *("objectClass: referral", "objectClass: extensibleObject", "ou: elsewhere"),
    "ref: ldap://127.0.0.1:1/ou=elsewhere,dc=other",
)
"""Part of the tree is on another server, which does not exist."""

_LONG = "x" * (1 << 20)
LONG = person("long", f"displayName: {_LONG}")
"""An attribute of a megabyte, and one that a reader asks for."""


def unix(login: str, number: int, gid: int) -> str:
    return person(
        login,
        *(f"uidNumber: {number}", f"gidNumber: {gid}", f"homeDirectory: /srv/{login}"),
        classes=("posixAccount",),
    )


def unix_group(name: str, gid: int, *logins: str) -> str:
    return entry(
        f"cn={name},{GROUPS}",
        *("objectClass: posixGroup", f"cn: {name}", f"gidNumber: {gid}"),
        *(f"memberUid: {login}" for login in logins),
    )


def unique_group(name: str, *members: str) -> str:
    """Members are names without the suffix, with or without a UID behind them."""
    return entry(
        f"cn={name},{GROUPS}",
        *("objectClass: groupOfUniqueNames", f"cn: {name}"),
        *(f"uniqueMember: {one}" for one in members),
    )


def _inner(name: str) -> str:
    return f"cn={name},ou=groups"


_HALF = (*(f"deep{level}" for level in range(DEPTH)), "ann", "ben", "cat")
_PEOPLE = (
    person("ann", f"manager: uid=ben,{PEOPLE}", "employeeNumber: 17", "title: boss")
    + person("ben", f"manager: uid=ben,{PEOPLE}", "title: boss")
    + person("cat", f"manager: uid=gone,{PEOPLE}")
    + person("off", "pwdAccountLockedTime: 000001010000Z")
    + "".join(person(f"deep{level}") for level in range(DEPTH))
    + unix("dan", 2001, 300)
    + unix("eve", 2002, 301)
    + "".join(
        entry(f"{rdn},{PEOPLE}", "objectClass: inetOrgPerson", "sn: x", f"uid: odd{number}")
        for number, rdn in enumerate(ODD)
    )
)
_GROUPS = (
    "".join(
        group(
            f"level{level}", f"deep{level}", *(_inner(f"level{level + 1}"),) * (level < DEPTH - 1)
        )
        for level in range(DEPTH)
    )
    + group("circle1", "ann", _inner("circle2"))
    + group("circle2", "ben", _inner("circle3"))
    + group("circle3", "cat", _inner("circle1"))
    + group("half", *_HALF)
    + group("secret", "ann", under="ou=hidden")
    + group("stale", "ann", "gone")
    + group("last", "ann")
    + group("leave", "ann", "ben")
    + entry(
        f"cn=odd (names)\\2C x,{GROUPS}",
        *("objectClass: groupOfNames", "cn: odd (names), x"),
        *(f"member: {name}" for name in ODD.values()),
    )
    + unique_group("unique", f"uid=ann,{PEOPLE}", f"uid=ben,{PEOPLE}#'0101'B")
    + unix_group("unix", 302, "dan", "nosuch")
    + unix_group("gid300", 300)
    + unix_group("gid301", 301, "dan")
    + entry(
        f"cn=dynamic,{GROUPS}",
        *("objectClass: groupOfURLs", "cn: dynamic"),
        f"memberURL: ldap:///{PEOPLE}??sub?(title=boss)",
    )
)
ENTRIES = _PEOPLE + _GROUPS

_GROUP_SIZE = 50


def crowd(number: int) -> Iterator[str]:
    """LDIF of that many people, ``half`` of them in one group, and groups of fifty.

    Of every ten of these groups in a row, each but the first holds the one before.
    """
    names = [f"u{one:06d}" for one in range(number)]
    return chain(
        (_one_of_many(one, name, names[one // 20]) for one, name in enumerate(names)),
        (_one_of_groups(one, names) for one in range(number // _GROUP_SIZE)),
        (group("half", *names[: number // 2]),),
    )


def _one_of_many(number: int, login: str, manager: str) -> str:
    return (
        f"dn: uid={login},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {login}\ncn: User {number}\n"
        f"sn: S{number % 997}\ngivenName: G{number % 389}\nmail: {login}@corp.example\n"
        f"employeeNumber: {number}\nmanager: uid={manager},{PEOPLE}\n\n"
    )


def _one_of_groups(number: int, logins: list[str]) -> str:
    start = number * _GROUP_SIZE
    inside = (_inner(f"g{number - 1:04d}"),) if number % 10 else ()
    return group(f"g{number:04d}", *logins[start : start + _GROUP_SIZE], *inside)
