"""Entries in the form of vCenter's own directory, to be served by slapd: no vmdir can be had.

What is special to it: SIDs are text, and members of other directories are principals of their own,
named by SID or by entryUUID.
"""

from tests.directory_seeds.active_directory import ANN_SID, NOBODYS_SID, STAFF_SID
from tests.directory_seeds.ldif import entry
from tests.servers.slapd import SUFFIX

CARL_UUID = "7d3b2a52-0c5e-4f0e-9d0e-3f5f4b1c2a10"
"""The id of a person of an OpenLDAP, to be given to its entry."""

_SID = "S-1-7-21-1111111111-2222222222-3333333333-4444444444"
_STRANGERS = f"cn=ForeignSecurityPrincipals,{SUFFIX}"
_USERS = f"cn=users,{SUFFIX}"
_GROUPS = f"cn=builtin,{SUFFIX}"
_ARC = "1.3.6.1.4.1.99999"
_TEXT = "EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE"
_NUMBER = "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE"
_KNOWN = "sAMAccountName $ objectSid $ objectGUID"

SCHEMA = f"""\
attributetype ( {_ARC}.1.1 NAME 'sAMAccountName' {_TEXT} )
attributetype ( {_ARC}.1.2 NAME 'userPrincipalName' {_TEXT} )
attributetype ( {_ARC}.1.3 NAME 'objectSid' {_TEXT} )
attributetype ( {_ARC}.1.4 NAME 'objectGUID' {_TEXT} )
attributetype ( {_ARC}.1.5 NAME 'externalObjectId' {_TEXT} )
attributetype ( {_ARC}.1.6 NAME 'userAccountControl' {_NUMBER} )
objectclass ( {_ARC}.2.1 NAME 'user' STRUCTURAL MUST cn
  MAY ( {_KNOWN} $ userPrincipalName $ userAccountControl ) )
objectclass ( {_ARC}.2.2 NAME 'vmwServicePrincipal' STRUCTURAL MUST cn MAY ( {_KNOWN} ) )
objectclass ( {_ARC}.2.3 NAME 'group' STRUCTURAL MUST cn MAY ( {_KNOWN} $ member ) )
objectclass ( {_ARC}.2.4 NAME 'foreignSecurityPrincipal' STRUCTURAL MUST externalObjectId )
"""
"""Lines of slapd.conf."""


def _unit(name: str) -> str:
    return entry(name, "objectClass: organizationalRole")


def _user(name: str, number: int, *lines: str, kind: str = "user") -> str:
    return entry(
        f"cn={name},{_USERS}",
        *(f"objectClass: {kind}", f"sAMAccountName: {name}", f"objectSid: {_SID}-{number}"),
        *lines,
    )


def _group(name: str, number: int, *members: str) -> str:
    return entry(
        f"cn={name},{_GROUPS}",
        *("objectClass: group", f"sAMAccountName: {name}", f"objectSid: {_SID}-{number}"),
        *(f"member: {one}" for one in members),
    )


def _stranger(external_id: str) -> str:
    return f"externalObjectId={external_id},{_STRANGERS}"


ENTRIES = (
    "".join(map(_unit, (_USERS, _GROUPS, _STRANGERS)))
    + _user("administrator", 500, "userPrincipalName: administrator@vsphere.local")
    + _user("former", 1001, "userAccountControl: 2")
    + _user("vpxd", 1002, kind="vmwServicePrincipal")
    + "".join(
        entry(_stranger(one), "objectClass: foreignSecurityPrincipal")
        for one in (ANN_SID, STAFF_SID, CARL_UUID, NOBODYS_SID)
    )
    + _group(
        "Administrators",
        544,
        *(f"cn=administrator,{_USERS}", f"cn=former,{_USERS}", f"cn=Operators,{_GROUPS}"),
        *map(_stranger, (ANN_SID, NOBODYS_SID)),
    )
    + _group("Operators", 1100, _stranger(STAFF_SID), _stranger(CARL_UUID), f"cn=vpxd,{_USERS}")
)
