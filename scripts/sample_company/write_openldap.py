"""The laboratory's directory as ``slapcat`` prints it."""

from collections.abc import Iterator

from sample_company.groups import laboratory_groups
from sample_company.people import laboratory
from sample_company.write_ldif import Attributes, guid, ldif

BASE = "dc=lab,dc=halden,dc=example"
_ROOT = f"cn=admin,{BASE}"
_LOCKED = ("caleb.stone",)
_GROUP = ("groupOfUniqueNames",)


def openldap() -> bytes:
    return ldif(_entries(), width=78, newline="\n").encode()


def _entries() -> Iterator[tuple[str, Attributes]]:
    yield _entry(
        BASE,
        [
            ("objectClass", "dcObject"),
            ("objectClass", "organization"),
            ("dc", "lab"),
            ("o", "Halden Freight Laboratory"),
        ],
        "organization",
    )
    for unit in ("people", "guests", "services", "groups"):
        attributes: Attributes = [("objectClass", "organizationalUnit"), ("ou", unit)]
        yield _entry(f"ou={unit},{BASE}", attributes, "organizationalUnit")
    people = laboratory()
    names = {
        person.login: f"uid={person.login},ou="
        f"{'guests' if person.department == 'Guests' else 'people'},{BASE}"
        for person in people
    }
    for person in people:
        attributes = _person(person.login, person.name, person.given_name, person.surname)
        attributes += [("employeeNumber", person.number)]
        if person.manager:
            attributes.append(("manager", names[person.manager]))
        if person.login in _LOCKED:
            attributes.append(("pwdAccountLockedTime", "000001010000Z"))
        yield _entry(names[person.login], attributes, "inetOrgPerson")
    # A second person of the name, on a placement from the university.
    twin = _person("david.kim", "David Kim (placement)", "David", "Kim")
    twin += [("employeeNumber", "E2901"), ("manager", names["gita.sharma"])]
    yield _entry(f"uid=david.kim,ou=guests,{BASE}", twin, "inetOrgPerson")
    service: Attributes = [
        ("objectClass", "account"),
        ("objectClass", "simpleSecurityObject"),
        ("uid", "reporting"),
        ("description", "Reads results at night"),
    ]
    yield _entry(f"uid=reporting,ou=services,{BASE}", service, "account")
    groups = laboratory_groups()
    group_names = {group.name: f"cn={group.name},ou=groups,{BASE}" for group in groups}
    for group in groups:
        attributes = [("objectClass", _GROUP[0]), ("cn", group.name)]
        if group.owner:
            attributes.append(("owner", names[group.owner]))
        attributes += [
            ("uniqueMember", group_names[name[1:]] if name.startswith("@") else names[name])
            for name in group.members
        ]
        yield _entry(group_names[group.name], attributes, _GROUP[0])


def _person(login: str, name: str, given_name: str, surname: str) -> Attributes:
    return [
        ("objectClass", "inetOrgPerson"),
        ("uid", login),
        ("cn", name),
        ("givenName", given_name),
        ("sn", surname),
        ("mail", f"{login}@lab.halden.example"),
    ]


def _entry(dn: str, attributes: Attributes, structural: str) -> tuple[str, Attributes]:
    """With the attributes that the server itself adds to each entry."""
    return dn, [
        *attributes,
        ("structuralObjectClass", structural),
        ("entryUUID", str(guid(dn))),
        ("creatorsName", _ROOT),
        ("createTimestamp", "20210817060000Z"),
        ("entryCSN", "20210817060000.000000Z#000000#000#000000"),
        ("modifiersName", _ROOT),
        ("modifyTimestamp", "20210817060000Z"),
    ]
