"""Who is in which group, through all groups, is what each server itself says of its own."""

import base64
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Reading, Source, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from tests.directory_seeds import active_directory, ds389, openldap
from tests.directory_seeds.ldif import entry
from tests.directory_seeds.tangles import PEOPLE as TANGLED
from tests.directory_seeds.tangles import tangle
from tests.integration.directory.conftest import Collect, Ds389s, Sambas, Server, Slapds
from tests.servers import samba, slapd
from tests.servers.ds389 import SUFFIX as DS_SUFFIX
from tests.servers.samba import AD, ADDRESSES, OTHER, Forest, Samba

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])]

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
Row = tuple[str, ...]
Closed = dict[str, set[str]]
"""The ids of all groups that each account is in, by its id."""

AD_TANGLE = (
    "".join(samba.user(login) for login in TANGLED)
    + "".join(samba.group(knot.name, *knot.logins) for knot in tangle(1))
    + "".join(
        entry(
            f"CN={knot.name},{AD.groups}",
            *("changetype: modify", "add: member"),
            *(f"member: CN={inner},{AD.groups}" for inner in knot.groups),
        )
        for knot in tangle(1)
        if knot.groups
    )
)
SLAPD_TANGLE = "".join(slapd.person(login) for login in TANGLED) + "".join(
    slapd.group(knot.name, *knot.logins, *(f"cn={inner},ou=groups" for inner in knot.groups))
    for knot in tangle(2)
)
DS_TANGLE = "".join(ds389.person(login) for login in TANGLED) + "".join(
    ds389.group(knot.name, *knot.logins, *map(ds389.group_dn, knot.groups), unique=bool(number % 2))
    for number, knot in enumerate(tangle(3, circles=False))
)


def closed(readings: Sequence[Reading], *, counts: Callable[[Row], bool] = bool) -> Closed:
    """As the analysis finds them for a vCenter where each group has a permission.

    ``counts`` says which rows of ``members`` do.
    """
    readings = [_of_main_tables(reading, counts) for reading in readings]
    snapshot = compose(NOON, [*readings, _vcenter(readings)])
    estate = build_estate(snapshot)
    found: Closed = {}
    for account in range(len(snapshot["accounts"])):
        groups = found[estate.account_ref(account).id] = set()
        principals = estate.memberships.principals_of(account)
        for number, matches in enumerate(estate.principals.matches):
            if principals >> number & 1:
                groups.update(estate.group_ref(match).id for match in matches)
    return found


def _of_main_tables(reading: Reading, counts: Callable[[Row], bool]) -> Reading:
    rows = [row for row in reading.tables["members"].rows() if counts(row)]
    tables = {name: table for name, table in reading.tables.items() if name in TABLES}
    return Reading(reading.source, tables | {"members": Table.of(TABLES["members"], rows)})


def _vcenter(readings: Sequence[Reading]) -> Reading:
    groups = {row[:2] for reading in readings for row in reading.tables["groups"].rows()}
    names = {
        row[:2]: row[2]
        for reading in readings
        for row in reading.tables["principal_names"].rows()
        if row[:2] in groups
    }
    assert names.keys() == groups
    rows: dict[str, list[Row]] = {
        "entities": [("vc", "root", "Folder", "Datacenters", "", "", "")],
        "roles": [("vc", "1", "Any", "false")],
        "permissions": [("vc", "root", name, "true", "1", "true") for name in names.values()],
    }
    source = Source("vc", SourceKind.VCENTER, "vc", Coverage.FULL, (), NOON, NOON)
    return Reading(source, {name: Table.of(TABLES[name], of) for name, of in rows.items()})


def locators(reading: Reading) -> dict[str, str]:
    """Distinguished names, without case, by id."""
    return {row[1]: row[2].casefold() for row in reading.tables["locators"].rows()}


def rows_by_way(reading: Reading, *ways: str) -> set[Row]:
    return {row[:4] for row in reading.tables["ways"].rows() if row[4] in ways}


def with_state(reading: Reading, state: str) -> set[str]:
    return {row[1] for row in reading.tables["states"].rows() if row[2] == state}


def of_forest(running: Samba, source: str = "corp") -> Reading:
    forest = running.forest
    server = ServerSettings(
        name=source,
        host=running.address,
        bind_dn=f"audit@{forest.domain}",
        password=lambda: "audit-secret",
        ca_file=running.ca_file,
    )
    schema = DirectorySchema(
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        bases=(forest.base,),
        netbios_names=(forest.netbios_name,),
    )
    settings = DirectorySettings(id=source, server=server, schema=schema)
    return DirectorySource(settings).collect(lambda: NOON)


def token_groups(running: Samba, name: str) -> set[str]:
    """The SIDs that the controller would put into the token of the account."""
    done = running.run(
        *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-D", f"audit@{running.forest.domain}"),
        *("-w", "audit-secret", "-s", "base", "-b", name, "tokenGroups"),
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    return {
        _text_of(base64.b64decode(line.partition(":: ")[2]))
        for line in lines
        if line.startswith("tokenGroups::")
    }


def _text_of(sid: bytes) -> str:
    parts = (int.from_bytes(sid[at : at + 4], "little") for at in range(8, len(sid), 4))
    return "-".join(map(str, ("S-1", int.from_bytes(sid[2:8], "big"), *parts)))


@pytest.mark.parametrize(
    ("forest", "entries"),
    [
        (AD, active_directory.ENTRIES),
        (OTHER, active_directory.OTHER_ENTRIES),
        (AD, samba.user("audit") + AD_TANGLE),
    ],
    ids=["everything special", "other forest", "tangle"],
)
def test_security_groups_are_those_of_the_token(
    sambas: Sambas, forest: Forest, entries: str
) -> None:
    """A distribution group grants nothing, nor does what is reached by one alone."""
    with sambas(entries, forest) as running:
        reading = of_forest(running)
        of_mail = with_state(reading, "distribution")
        found = closed([reading], counts=lambda row: of_mail.isdisjoint((row[1], row[3])))
        names = locators(reading)
        told = {account: token_groups(running, names[account]) for account in found}
    assert len(told) > 5
    assert found == told


def test_members_of_another_forest_are_in_its_groups_and_in_what_holds_them(sambas: Sambas) -> None:
    """What no controller can say by itself: one forest asked for accounts of the other."""
    with (
        sambas(active_directory.ENTRIES) as ad,
        sambas(active_directory.OTHER_ENTRIES, OTHER) as other,
    ):
        readings = join([of_forest(ad, "ad"), of_forest(other, "other")])
    found = closed(readings)
    ids = {
        (row[0], row[2]): row[1]
        for reading in readings
        for name in ("accounts", "groups")
        for row in reading.tables[name].rows()
    }
    for account, groups in (
        (("other", "bea"), {("ad", "partners")}),
        (("other", "bob"), {("other", "ops"), ("other", "visitors"), ("ad", "partners")}),
        (("ad", "ann"), {("other", "visitors"), ("ad", "through-mail-list")}),
        (("ad", "primary"), {("ad", "staff"), ("other", "visitors")}),
    ):
        assert {ids[group] for group in groups} <= found[ids[account]]
    assert ids["ad", "partners"] not in found[ids["ad", "ann"]]
    assert ids["other", "visitors"] not in found[ids["ad", "cat"]]


def member_of(url: str, bind_dn: str, password: str, suffix: str, ca_file: Path) -> Closed:
    """The names of groups that the server says each entry is in, by name, without case."""
    done = subprocess.run(
        [
            *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", url, "-E", "pr=100/noprompt"),
            *("-D", bind_dn, "-w", password, "-b", suffix, "(objectClass=*)", "memberOf"),
        ],
        capture_output=True,
        check=True,
        env={"LDAPTLS_CACERT": str(ca_file)},
    )
    found: Closed = {}
    for block in done.stdout.decode().split("\n\n"):
        values = [_value(line) for line in block.splitlines() if line and line[0] not in "# "]
        names = [value for name, value in values if name == "dn"]
        if names:
            found[names[0]] = {value for name, value in values if name == "memberOf"}
    return found


def _value(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    if name.endswith(":"):
        return name[:-1], base64.b64decode(value).decode().casefold()
    return name, value.casefold()


def by_name(reading: Reading, *ways: str) -> Closed:
    """As ``member_of``, by the analysis, with members by ``member`` and these ways alone."""
    others = {row[:4] for row in reading.tables["ways"].rows() if row[4] not in ways}
    names = locators(reading)
    found = closed([reading], counts=lambda row: row not in others)
    return {names[account]: {names[one] for one in groups} for account, groups in found.items()}


@pytest.mark.parametrize(
    "entries", [ds389.ENTRIES, DS_TANGLE], ids=["everything special", "tangle"]
)
def test_groups_are_those_that_389_computes(
    ds389s: Ds389s, server: Server, collect: Collect, entries: str
) -> None:
    """It loses some groups of a circle of three or more, and never has one too many."""
    with ds389s(entries) as running:
        bind_dn = f"cn=remedy,{DS_SUFFIX}"
        settings = server(running, "remedy", bind_dn=bind_dn)
        reading = collect(settings, kind=DirectoryKind.DS389, bases=(DS_SUFFIX,))
        url = f"ldaps://127.0.0.1:{running.tls_port}"
        told = member_of(url, bind_dn, "remedy-secret", DS_SUFFIX, running.ca_file)
    found = by_name(reading, "uniqueMember")
    assert len(found) > 20
    circle = {ds389.group_dn(f"circle{number}") for number in (1, 2, 3)}
    for account, groups in found.items():
        assert told[account] <= groups
        assert groups - told[account] <= circle


@pytest.mark.parametrize(
    "entries", [openldap.ENTRIES, SLAPD_TANGLE], ids=["everything special", "tangle"]
)
def test_groups_are_those_that_slapd_computes(
    slapds: Slapds, server: Server, collect: Collect, entries: str
) -> None:
    with slapds(entries, overlays=slapd.NESTED_MEMBER_OF) as running:
        reading = collect(server(running, "remedy"))
        url = f"ldaps://127.0.0.1:{running.tls_port}"
        bind_dn = f"cn=remedy,{slapd.SUFFIX}"
        told = member_of(url, bind_dn, "remedy-secret", slapd.SUFFIX, running.ca_file)
    found = by_name(reading, "memberURL")
    assert len(found) > 20
    assert found == {account: told[account] for account in found}
