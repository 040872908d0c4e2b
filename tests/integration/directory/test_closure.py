"""Who is in which group, through all groups, is what each server itself says of its own."""

import base64
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Reading
from accessreview.snapshot.joining import join
from tests.directory_seeds import active_directory, ds389, openldap, vmdir
from tests.directory_seeds.ldif import entry
from tests.directory_seeds.tangles import PEOPLE as TANGLED
from tests.directory_seeds.tangles import tangle
from tests.integration.directory.closures import Closed, closed, of_forest
from tests.integration.directory.conftest import Collect, Ds389s, Sambas, Server, Slapds
from tests.servers import samba, slapd
from tests.servers.ds389 import SUFFIX as DS_SUFFIX
from tests.servers.samba import AD, ADDRESSES, OTHER, Forest, Samba

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])]

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


def locators(reading: Reading) -> dict[str, str]:
    """Distinguished names, without case, by id."""
    return {row[1]: row[2].casefold() for row in reading.tables["locators"].rows()}


def with_state(reading: Reading, state: str) -> set[str]:
    return {row[1] for row in reading.tables["states"].rows() if row[2] == state}


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


def ids_by_name(readings: Sequence[Reading]) -> dict[tuple[str, str], str]:
    return {
        (row[0], row[2]): row[1]
        for reading in readings
        for name in ("accounts", "groups")
        for row in reading.tables[name].rows()
    }


def test_members_of_another_forest_are_in_its_groups_and_in_what_holds_them(sambas: Sambas) -> None:
    """What no controller can say by itself: one forest asked for accounts of the other."""
    with (
        sambas(active_directory.ENTRIES) as ad,
        sambas(active_directory.OTHER_ENTRIES, OTHER) as other,
    ):
        readings = join([of_forest(ad, "ad"), of_forest(other, "other")])
    found, ids = closed(readings), ids_by_name(readings)
    for account, groups in (
        (("other", "bea"), {("ad", "partners")}),
        (("other", "bob"), {("other", "ops"), ("other", "visitors"), ("ad", "partners")}),
        (("ad", "ann"), {("other", "visitors"), ("ad", "through-mail-list")}),
        (("ad", "primary"), {("ad", "staff"), ("other", "visitors")}),
    ):
        assert {ids[group] for group in groups} <= found[ids[account]]
    assert ids["ad", "partners"] not in found[ids["ad", "ann"]]
    assert ids["other", "visitors"] not in found[ids["ad", "cat"]]


def test_groups_of_vcenters_own_directory_have_members_of_every_other(
    sambas: Sambas, slapds: Slapds, server: Server, collect: Collect
) -> None:
    """By SID and by UUID; a stand-in by slapd, for no such directory can be had."""
    carl = slapd.person("carl", f"entryUUID: {vmdir.CARL_UUID}")
    with (
        sambas(active_directory.ENTRIES) as ad,
        slapds(carl) as corp,
        slapds(vmdir.ENTRIES, settings=vmdir.SCHEMA) as sso,
    ):
        readings = join(
            [
                of_forest(ad, "ad"),
                collect(server(corp)),
                collect(server(sso), "sso", kind=DirectoryKind.VMDIR, dns_names=("vsphere.local",)),
            ]
        )
    found, ids = closed(readings), ids_by_name(readings)
    administrators = ids["sso", "Administrators"]
    for account, is_operator in (
        (("sso", "administrator"), False),
        (("sso", "vpxd"), True),
        (("ad", "ann"), False),
        (("ad", "primary"), True),
        (("corp", "carl"), True),
    ):
        assert administrators in found[ids[account]]
        assert (ids["sso", "Operators"] in found[ids[account]]) is is_operator
    assert administrators not in found[ids["ad", "ben"]]


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
