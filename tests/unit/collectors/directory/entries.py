"""Entries as a directory answers them, and what becomes of them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BASE = "dc=corp,dc=example"
SOURCE = Source("corp", SourceKind.DIRECTORY, "Corp", Coverage.FULL, (), NOW, NOW)

OPENLDAP = DirectorySchema(kind=DirectoryKind.OPENLDAP, bases=(BASE,))
ACTIVE_DIRECTORY = DirectorySchema(
    kind=DirectoryKind.ACTIVE_DIRECTORY, bases=(BASE,), netbios_names=("CORP",)
)

Values = str | bytes | Iterable[str]


def entry(dn: str, **attributes: Values) -> RawEntry:
    """An entry under the base; attribute names may be in any case."""
    return RawEntry(
        f"{dn},{BASE}" if dn else BASE,
        {name.lower(): tuple(_bytes(values)) for name, values in attributes.items()},
    )


def person(login: str, **attributes: Values) -> RawEntry:
    """Somebody in OpenLDAP, whose id is the login."""
    parts = {"objectClass": "inetOrgPerson", "entryUUID": login, "uid": login, "cn": login.title()}
    return entry(f"uid={login},ou=people", **(parts | attributes))


def group(name: str, *members: str, **attributes: Values) -> RawEntry:
    """A group of OpenLDAP, whose id is its name, with members under the base."""
    parts: dict[str, Values] = {
        "objectClass": "groupOfNames",
        "entryUUID": name,
        "cn": name,
        "member": [f"{member},{BASE}" for member in members],
    }
    return entry(f"cn={name},ou=groups", **(parts | attributes))


def sid(number: int) -> bytes:
    """Of an object in the domain 1-2-3."""
    parts = (21, 1, 2, 3, number)
    return (
        b"\x01\x05" + (5).to_bytes(6, "big") + b"".join(one.to_bytes(4, "little") for one in parts)
    )


def ad_user(number: int, login: str, **attributes: Values) -> RawEntry:
    parts: dict[str, Values] = {
        "objectClass": ("top", "person", "organizationalPerson", "user"),
        "objectSid": sid(number),
        "sAMAccountName": login,
        "userAccountControl": "512",
    }
    return entry(f"CN={login},OU=people", **(parts | attributes))


def ad_group(number: int, name: str, *members: str, **attributes: Values) -> RawEntry:
    parts: dict[str, Values] = {
        "objectClass": ("top", "group"),
        "objectSid": sid(number),
        "sAMAccountName": name,
        "member": [f"{member},{BASE}" for member in members],
    }
    return entry(f"CN={name},OU=groups", **(parts | attributes))


def read(
    schema: DirectorySchema, *entries: RawEntry, gaps: tuple[str, ...] = (), now: datetime = NOW
) -> Reading:
    return translate(SOURCE, RawDirectory(entries, gaps), schema, now)


def rows(reading: Reading, table: str) -> set[tuple[str, ...]]:
    """Rows of a table without the name of the source, each of them once."""
    found = [tuple(one for one in row if one != "corp") for row in reading.tables[table].rows()]
    assert len(found) == len(set(found))
    return set(found)


def account(reading: Reading, login: str) -> dict[str, str]:
    """The row of the account with this login."""
    table = reading.tables["accounts"]
    (row,) = [row for row in table.rows() if row[2] == login]
    return dict(zip(table.schema.columns, row, strict=True))


def _bytes(values: Values) -> Iterable[bytes]:
    if isinstance(values, bytes):
        return (values,)
    return (value.encode() for value in ([values] if isinstance(values, str) else values))
