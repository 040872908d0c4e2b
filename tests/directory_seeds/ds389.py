"""What is special to 389-ds: nested groups of both kinds, computed roles, locks, dynamic groups."""

from tests.directory_seeds.ldif import entry
from tests.servers.ds389 import SUFFIX

PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
DEPTH = 10
MANY = 600
"""More than the account ``audit`` may get in one page."""


def dn(login: str) -> str:
    return f"uid={login},{PEOPLE}"


def group_dn(name: str) -> str:
    return f"cn={name},{GROUPS}"


def person(login: str, *lines: str) -> str:
    return entry(
        dn(login),
        *("objectClass: inetOrgPerson", f"uid: {login}", f"cn: {login.title()}", "sn: x"),
        f"mail: {login}@ds.example",
        *lines,
    )


def group(name: str, *members: str, unique: bool = False, under: str = GROUPS) -> str:
    """Members are whole names, or logins."""
    kind, attribute = (
        ("groupOfUniqueNames", "uniqueMember") if unique else ("groupOfNames", "member")
    )
    names = (one if "=" in one else dn(one) for one in members)
    return entry(
        f"cn={name},{under}",
        *(f"objectClass: {kind}", f"cn: {name}"),
        *(f"{attribute}: {one}" for one in names),
    )


def role(name: str, *lines: str) -> str:
    """``lines`` name the further classes that its kind has."""
    return entry(
        f"cn={name},{SUFFIX}",
        *("objectClass: ldapSubEntry", "objectClass: nsRoleDefinition", f"cn: {name}"),
        *lines,
    )


_MANAGED = ("objectClass: nsSimpleRoleDefinition", "objectClass: nsManagedRoleDefinition")
_FILTERED = ("objectClass: nsComplexRoleDefinition", "objectClass: nsFilteredRoleDefinition")
_NESTED = ("objectClass: nsComplexRoleDefinition", "objectClass: nsNestedRoleDefinition")
_POSIX = ("objectClass: posixAccount", "uidNumber: 2001", "homeDirectory: /srv/dan")

_PEOPLE = (
    person("ann", f"manager: {dn('ben')}", "employeeNumber: 17", f"nsRoleDN: cn=operators,{SUFFIX}")
    + person("ben", "departmentNumber: ops", f"manager: {dn('ben')}")
    + person("cat", "departmentNumber: ops", f"manager: {dn('gone')}")
    + person("dan", *_POSIX, "gidNumber: 300")
    + person("off", "nsAccountLock: true")
    + person("role-off", f"nsRoleDN: cn=nsManagedDisabledRole,{SUFFIX}")
    + person("locked", "accountUnlockTime: 20991231000000Z", "passwordRetryCount: 5")
    + person("expired", "passwordExpirationTime: 20200101000000Z")
    + "".join(person(f"deep{level}") for level in range(DEPTH))
    + "".join(
        person(f"many{number:03d}", "objectClass: nsMemberOf", f"memberOf: {group_dn('many')}")
        for number in range(MANY)
    )
)
_GROUPS = (
    # each level holds one account and the next level, in turn by member and by uniqueMember
    "".join(
        group(
            f"level{level}",
            *(f"deep{level}", group_dn(f"level{level + 1}"))[: 1 if level == DEPTH - 1 else 2],
            unique=bool(level % 2),
        )
        for level in range(DEPTH)
    )
    + group("circle1", "ann", group_dn("circle2"))
    + group("circle2", "ben", group_dn("circle3"), unique=True)
    + group("circle3", "cat", group_dn("circle1"))
    + group("pair1", "dan", group_dn("pair2"))
    + group("pair2", group_dn("pair1"), unique=True)
    + group("many", *(f"many{number:03d}" for number in range(MANY)))
    + group("unique", "ann", "off", unique=True)
    + group("stale", "ann", "gone")
    + group("last", "ann")
    + group("empty")
    + group("leave", "ann", "ben")
    + group("secret", "ann", under=f"ou=hidden,{SUFFIX}")
    + entry(
        group_dn("dynamic"),
        *("objectClass: groupOfURLs", "cn: dynamic"),
        f"memberURL: ldap:///{PEOPLE}??sub?(departmentNumber=ops)",
    )
    + entry(
        group_dn("unix"),
        *("objectClass: groupOfNames", "objectClass: posixGroup", "cn: unix", "gidNumber: 300"),
        *("memberUid: ben", "memberUid: nosuch"),
    )
)
_ROLES = (
    role("operators", *_MANAGED)
    + role("ops", *_FILTERED, "nsRoleFilter: (departmentNumber=ops)")
    + role(
        "everyone-operating",
        *_NESTED,
        *(f"nsRoleDN: cn={name},{SUFFIX}" for name in ("operators", "ops")),
    )
    + role("nsManagedDisabledRole", *_MANAGED)
)
ENTRIES = _PEOPLE + _GROUPS + _ROLES
