"""Two forests that trust each other's principals, with what is special to Active Directory.

``ENTRIES`` are of ``AD``, ``OTHER_ENTRIES`` of ``OTHER``. Ids that the one needs of the other are
given, not allotted.
"""

from tests.directory_seeds.ldif import entry
from tests.servers.samba import AD, OTHER, Forest, group, user

DEPTH = 10
SIZES = (1499, 1500, 1501, 3001)
"""Around what Windows hands out of a group at once, and around twice of it."""

GLOBAL, DOMAIN_LOCAL, UNIVERSAL = -2147483646, -2147483644, -2147483640
DISTRIBUTION = 2
DISABLED, PASSWORD_NEVER_EXPIRES, COMPUTER = 514, 66048, 4096
LONG_AGO = 132539328000000000
"""The first moment of 2021, in Windows' count."""

_STAFF, _BEA, _OPS, _ANN, _UNKNOWN, _FORMER = 100001, 100002, 100003, 100004, 100005, 100006


def sid(forest: Forest, number: int) -> str:
    return f"{forest.sid}-{number}"


def _inner(name: str) -> str:
    return f"CN={name},OU=groups"


BEA_SID, OPS_SID = sid(OTHER, _BEA), sid(OTHER, _OPS)
ANN_SID, STAFF_SID = sid(AD, _ANN), sid(AD, _STAFF)
NOBODYS_SID = f"S-1-5-21-1-2-3-{_UNKNOWN}"
AUTHENTICATED_USERS = "CN=S-1-5-11,CN=ForeignSecurityPrincipals"

_PEOPLE = (
    user(
        "ann",
        *(f"objectSid: {ANN_SID}", "employeeID: 17"),
        *("givenName: Ann", f"lastLogonTimestamp: {LONG_AGO}"),
    )
    + "".join(
        user(login) for login in ("ben", "cat", "audit", "remedy", "canary", "primary", "gone")
    )
    + user("off", control=DISABLED)
    + user("past", f"accountExpires: {LONG_AGO}")
    + user("locked", f"lockoutTime: {LONG_AGO}")
    + user("must-change", "pwdLastSet: 0")
    + user("eternal", control=PASSWORD_NEVER_EXPIRES)
    + user("svc-web", "servicePrincipalName: HTTP/web.ad.test")
    + user("moved", f"sIDHistory: {sid(OTHER, _FORMER)}")
    + "".join(user(f"deep{level}") for level in range(DEPTH))
    + entry(
        f"CN=gmsa,CN=Managed Service Accounts,{AD.base}",
        *("objectClass: msDS-GroupManagedServiceAccount", "sAMAccountName: gmsa$"),
        *("msDS-ManagedPasswordInterval: 30", f"userAccountControl: {COMPUTER}"),
    )
    + entry(
        f"CN=PC1,CN=Computers,{AD.base}",
        *("objectClass: computer", "sAMAccountName: PC1$", f"userAccountControl: {COMPUTER}"),
    )
    + entry(f"CN=Doe\\, John,{AD.people}", "objectClass: contact", "mail: doe@elsewhere.example")
)
_GROUPS = (
    group("staff", lines=(f"objectSid: {STAFF_SID}",))
    + group("everybody-at-work", _inner("staff"), kind=UNIVERSAL)
    + "".join(
        group(
            f"level{level}",
            *(f"deep{level}", *(_inner(f"level{level + 1}"),) * (level < DEPTH - 1)),
        )
        for level in reversed(range(DEPTH))
    )
    + group("circle1", "ann")
    + group("circle2", "ben", _inner("circle1"))
    + group("circle3", "cat", _inner("circle2"))
    + group("mail-list", "ann", "CN=Doe\\, John,OU=people", kind=DISTRIBUTION)
    + group("through-mail-list", _inner("mail-list"))
    + group("machines", "CN=PC1,CN=Computers", "CN=gmsa,CN=Managed Service Accounts")
    + group("admins", "ann", "off", lines=(f"managedBy: CN=ann,{AD.people}",))
    + group("outer", _inner("admins"), kind=UNIVERSAL)
    + group("local", _inner("outer"), _inner("circle3"), kind=DOMAIN_LOCAL)
    + group("canaries", "canary")
    + group("was-there", "gone", "ann")
    + group("protected", "ann", lines=("adminCount: 1",))
    + "".join(group(name, "ann", "ben") for name in ("leave", "forbidden"))
)
_STRANGERS = (
    group("partners", "ben", f"<SID={BEA_SID}>", f"<SID={OPS_SID}>", kind=DOMAIN_LOCAL)
    + group("lost-partners", f"<SID={NOBODYS_SID}>", kind=DOMAIN_LOCAL)
    + group("anybody", AUTHENTICATED_USERS, kind=DOMAIN_LOCAL)
)


def _change(name: str, *lines: str) -> str:
    return entry(name, "changetype: modify", *lines)


_CHANGES = (
    _change(
        f"{_inner('circle1')},{AD.base}", "add: member", f"member: {_inner('circle3')},{AD.base}"
    )
    # one's primary group may only be one that one is a member of, and holds one no longer then
    + _change(f"{_inner('staff')},{AD.base}", "add: member", f"member: CN=primary,{AD.people}")
    + _change(f"CN=primary,{AD.people}", "replace: primaryGroupID", f"primaryGroupID: {_STAFF}")
    + _change(
        f"CN=Account Operators,CN=Builtin,{AD.base}",
        *("add: member", f"member: CN=remedy,{AD.people}"),
    )
    + entry(f"CN=gone,{AD.people}", "changetype: delete")
)
ENTRIES = _PEOPLE + _GROUPS + _STRANGERS + _CHANGES

OTHER_ENTRIES = (
    "".join(user(login, forest=OTHER) for login in ("audit", "bob"))
    + user("bea", f"objectSid: {BEA_SID}", "employeeID: 17", forest=OTHER)
    + group("ops", "bob", lines=(f"objectSid: {OPS_SID}",), forest=OTHER)
    + group(
        "visitors",
        *("bob", f"<SID={ANN_SID}>", f"<SID={STAFF_SID}>"),
        kind=DOMAIN_LOCAL,
        forest=OTHER,
    )
)


def crowd() -> str:
    """LDIF for a domain of its own: as many people as the biggest of ``SIZES``, a group of each."""
    logins = [f"u{number:04d}" for number in range(max(SIZES))]
    return (
        user("audit")
        + "".join(
            entry(f"CN={login},{AD.people}", "objectClass: user", f"sAMAccountName: {login}")
            for login in logins
        )
        + "".join(group(f"n{size}", *logins[:size]) for size in SIZES)
    )
