"""The company's directory as ``ldifde`` exports it from Active Directory."""

from collections.abc import Iterator

from sample_company.groups import company_groups
from sample_company.people import (
    DEPARTMENTS,
    DISABLED,
    SERVICE_ACCOUNTS,
    WITH_ADMIN_ACCOUNT,
    Person,
    company,
)
from sample_company.write_ldif import Attributes, guid, ldif

BASE = "DC=halden,DC=example"
_DOMAIN = (21, 1004336348, 1177238915, 682003330)
_CREATED = "20190304080000.0Z"
_NEVER = "9223372036854775807"
_RIDS = {"Domain Admins": 512, "Domain Users": 513}
_FIRST_RID = 1104
_UNITS = ("People", "Administration", "Service Accounts", "Groups")
_CLASSES = {"user": ("top", "person", "organizationalPerson", "user"), "group": ("top", "group")}


def active_directory() -> bytes:
    return ldif(_entries(), width=79, newline="\r\n").encode()


def _entries() -> Iterator[tuple[str, Attributes]]:
    yield (
        BASE,
        [
            ("changetype", "add"),
            ("objectClass", "top"),
            ("objectClass", "domainDNS"),
            ("dc", "halden"),
            ("objectSid", _sid(None)),
        ],
    )
    for unit in _UNITS:
        yield _unit(unit, BASE)
    for department in DEPARTMENTS:
        yield _unit(department, f"OU=People,{BASE}")
    people = company()
    by_login = {person.login: person for person in people}
    names = {person.login: _person_name(person) for person in people}
    names |= {f"adm-{login}": _admin_name(login) for login in WITH_ADMIN_ACCOUNT}
    names |= {login: f"CN={login},OU=Service Accounts,{BASE}" for login in SERVICE_ACCOUNTS}
    groups = company_groups()
    group_names = {group.name: f"CN={group.name},OU=Groups,{BASE}" for group in groups}
    rids = {
        name: _RIDS.get(name, _FIRST_RID + number)
        for number, name in enumerate((*names, *group_names))
    }
    for person in people:
        manager = names.get(person.manager, "")
        yield (
            names[person.login],
            _user(person.login, person.name, rids[person.login], person, manager),
        )
    for login in WITH_ADMIN_ACCOUNT:
        person = by_login[login]
        admin = f"adm-{login}"
        yield names[admin], _user(admin, f"{person.name} (Administration)", rids[admin], person, "")
    for login, purpose in SERVICE_ACCOUNTS.items():
        yield names[login], [*_user(login, purpose, rids[login], None, "")]
    for group in groups:
        members: Attributes = [
            ("member", group_names[name[1:]] if name.startswith("@") else names[name])
            for name in sorted(group.members)
        ]
        owner: Attributes = [("managedBy", names[group.owner])] if group.owner else []
        yield (
            group_names[group.name],
            [
                ("changetype", "add"),
                *(("objectClass", name) for name in _CLASSES["group"]),
                ("cn", group.name),
                *([("description", group.description)] if group.description else []),
                *members,
                ("instanceType", "4"),
                ("whenCreated", _CREATED),
                ("name", group.name),
                ("objectGUID", guid(group_names[group.name]).bytes_le),
                ("objectSid", _sid(rids[group.name])),
                ("sAMAccountName", group.name),
                ("groupType", "-2147483644" if group.name.startswith("DL-") else "-2147483646"),
                ("objectCategory", f"CN=Group,CN=Schema,CN=Configuration,{BASE}"),
                *owner,
            ],
        )


def _unit(name: str, parent: str) -> tuple[str, Attributes]:
    return f"OU={name},{parent}", [
        ("changetype", "add"),
        ("objectClass", "top"),
        ("objectClass", "organizationalUnit"),
        ("ou", name),
        ("name", name),
    ]


def _person_name(person: Person) -> str:
    return f"CN={person.name},OU={person.department},OU=People,{BASE}"


def _admin_name(login: str) -> str:
    return f"CN=adm-{login},OU=Administration,{BASE}"


def _user(login: str, name: str, rid: int, person: Person | None, manager: str) -> Attributes:
    is_admin = login.startswith("adm-")
    control = 66048 if person is None else 514 if login in DISABLED else 512
    attributes: Attributes = [
        ("changetype", "add"),
        *(("objectClass", kind) for kind in _CLASSES["user"]),
        ("cn", login if person is None or is_admin else name),
    ]
    if person and not is_admin:
        attributes += [("sn", person.surname), ("givenName", person.given_name)]
    attributes += [
        ("displayName", name),
        ("instanceType", "4"),
        ("whenCreated", _CREATED),
        ("objectGUID", guid(f"{login}@halden").bytes_le),
        ("userAccountControl", str(control)),
        ("primaryGroupID", "513"),
        ("objectSid", _sid(rid)),
        ("accountExpires", _NEVER),
        ("sAMAccountName", login),
        ("userPrincipalName", f"{login}@halden.example"),
        ("objectCategory", f"CN=Person,CN=Schema,CN=Configuration,{BASE}"),
    ]
    if person:
        attributes.append(("employeeID", person.number))
        if not is_admin:
            attributes += [
                ("department", person.department),
                ("company", "Halden Freight"),
                ("mail", f"{login}@halden.example"),
            ]
    if manager:
        attributes.append(("manager", manager))
    return attributes


def _sid(rid: int | None) -> bytes:
    """The binary form: revision, count, authority, then the parts in little endian."""
    parts = (*_DOMAIN, *(() if rid is None else (rid,)))
    numbers = b"".join(part.to_bytes(4, "little") for part in parts)
    return bytes((1, len(parts))) + (5).to_bytes(6, "big") + numbers
