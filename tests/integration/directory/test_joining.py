"""Two real forests and an OpenLDAP that name each other's people, collected together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.snapshot import Coverage, Snapshot, SourceKind
from accessreview.services.collection import Collection
from accessreview.snapshot.persons import PersonMapping, PersonRules
from tests.directory_seeds.active_directory import BEA_SID, ENTRIES, NOBODYS_SID, OTHER_ENTRIES
from tests.directory_seeds.ldif import entry
from tests.fakes import FixedClock, fresh_database
from tests.integration.directory.conftest import Sambas, Slapds
from tests.servers.samba import AD, ADDRESSES, OTHER, Forest, Samba
from tests.servers.slapd import SUFFIX, Slapd, person
from tests.unit.services.conftest import collected

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]
PARTNERS_PEOPLE = person("a.partner", "givenName:  ANN ") + entry(
    f"cn=guests,ou=groups,{SUFFIX}",
    *("objectClass: groupOfNames", "cn: guests", f"member: uid=a.partner,ou=people,{SUFFIX}"),
    # spelled as no directory would spell it
    f"member: cn=ANN, ou=People,{AD.base.lower()}",
)


@dataclass
class Estate:
    """Three directories and what is collected of them."""

    ad: Samba
    other: Samba
    collection: Collection
    clock: FixedClock

    def collect(self) -> Snapshot:
        return collected(self.collection, self.clock)


def source(id_: str, kind: DirectoryKind, base: str, **server: object) -> DirectorySource:
    usual: dict[str, object] = {"name": id_, "timeout_seconds": 20, "deadline_seconds": 120}
    return DirectorySource(
        DirectorySettings(
            id=id_,
            server=ServerSettings(**(usual | server)),  # type: ignore[arg-type] # checked by use
            schema=DirectorySchema(kind=kind, bases=(base,), person_attributes=("givenName",)),
        )
    )


def of_forest(id_: str, samba: Samba, forest: Forest) -> DirectorySource:
    return source(
        id_,
        DirectoryKind.ACTIVE_DIRECTORY,
        forest.base,
        host=samba.address,
        ca_file=samba.ca_file,
        bind_dn=f"audit@{forest.domain}",
        password=lambda: "audit-secret",
    )


def of_partner(slapd: Slapd) -> DirectorySource:
    return source(
        "partner",
        DirectoryKind.OPENLDAP,
        SUFFIX,
        host="127.0.0.1",
        port=slapd.tls_port,
        ca_file=slapd.ca_file,
        bind_dn=f"cn=audit,{SUFFIX}",
        password=lambda: "audit-secret",
    )


@contextmanager
def running(folder: Path, sambas: Sambas, slapds: Slapds) -> Iterator[Estate]:
    database, clock = fresh_database(folder), FixedClock()
    with (
        sambas(ENTRIES) as ad,
        sambas(OTHER_ENTRIES, OTHER) as other,
        slapds(PARTNERS_PEOPLE) as slapd,
    ):
        collection = Collection(
            database=database,
            sources=(of_forest("ad", ad, AD), of_forest("other", other, OTHER), of_partner(slapd)),
            kinds=dict.fromkeys(("ad", "other", "partner"), SourceKind.DIRECTORY),
            clock=clock,
            persons=PersonRules(("givenName",), (PersonMapping("other", "bob", "partner's bob"),)),
        )
        yield Estate(ad, other, collection, clock)
    database.close()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, sambas: Sambas, slapds: Slapds) -> Snapshot:
    with running(tmp_path_factory.mktemp("joined"), sambas, slapds) as estate:
        return estate.collect()


@pytest.fixture
def estate(tmp_path: Path, sambas: Sambas, slapds: Slapds) -> Iterator[Estate]:
    with running(tmp_path, sambas, slapds) as made:
        yield made


def named(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Accounts and groups as ``source/name``, by source and id."""
    return {
        (row[0], row[1]): f"{row[0]}/{row[2]}"
        for table in ("accounts", "groups")
        for row in snapshot[table].rows()
    }


def members(snapshot: Snapshot, group: str) -> set[str]:
    names = named(snapshot)
    return {
        names[row[2], row[3]]
        for row in snapshot["members"].rows()
        if names[row[0], row[1]] == group
    }


def outsiders(snapshot: Snapshot, group: str) -> set[str]:
    names = named(snapshot)
    rows = snapshot.annex["outsiders"].rows()
    return {row[2] for row in rows if names[row[0], row[1]] == group}


def gaps(snapshot: Snapshot, source_id: str) -> str:
    """All that is said of a source, and first how complete it is."""
    (found,) = (each for each in snapshot.sources if each.id == source_id)
    return " ".join((found.coverage, *found.gaps))


def coverage(snapshot: Snapshot) -> dict[str, Coverage]:
    return {each.id: each.coverage for each in snapshot.sources}


def test_members_of_other_directories_are_found(snapshot: Snapshot) -> None:
    assert members(snapshot, "ad/partners") == {"ad/ben", "other/bea", "other/ops"}
    assert members(snapshot, "other/visitors") == {"other/bob", "ad/ann", "ad/staff"}
    assert members(snapshot, "partner/guests") == {"partner/a.partner", "ad/ann"}
    assert outsiders(snapshot, "ad/lost-partners") == {NOBODYS_SID}
    assert coverage(snapshot) == dict.fromkeys(("ad", "other", "partner"), Coverage.FULL)
    assert f"{NOBODYS_SID.rpartition('-')[0]} (1, such as {NOBODYS_SID}" in gaps(snapshot, "ad")


def test_accounts_are_joined_by_attribute_value_and_mapping(snapshot: Snapshot) -> None:
    names = named(snapshot)
    joins = {names[row[0], row[1]]: row[2:] for row in snapshot.annex["joins"].rows()}
    assert joins["ad/ann"] == ("17", "attribute", "employeeID")
    assert joins["other/bea"] == ("17", "attribute", "employeeID")
    assert joins["partner/a.partner"] == ("17", "other-source", "givenname ann, as ann (ad)")
    assert joins["other/bob"] == ("partner's bob", "mapping", "the mapping names it")
    identities = {f"{row[0]}/{row[2]}": row[7] for row in snapshot["accounts"].rows()}
    assert {identities[name] for name in ("ad/ann", "other/bea", "partner/a.partner")} == {"17"}


def test_nobody_is_lost_while_a_directory_fails_and_nobody_gone_is_kept(estate: Estate) -> None:
    estate.collect()
    estate.other.kill()
    failed = estate.collect()
    assert members(failed, "ad/partners") == {"ad/ben", "other/bea", "other/ops"}
    assert members(failed, "other/visitors") == {"other/bob", "ad/ann", "ad/staff"}
    assert coverage(failed)["ad"] is Coverage.FULL
    assert coverage(failed)["other"] is Coverage.PARTIAL

    estate.other.start()
    estate.ad.kill()
    estate.other.change(f"dn: CN=bea,{OTHER.people}\nchangetype: delete\n")
    deleted = estate.collect()
    assert members(deleted, "ad/partners") == {"ad/ben", "other/ops"}
    assert outsiders(deleted, "ad/partners") == {BEA_SID}
    assert members(deleted, "other/visitors") == {"other/bob", "ad/ann", "ad/staff"}

    estate.ad.start()
    whole = estate.collect()
    assert members(whole, "ad/partners") == {"ad/ben", "other/ops"}
    assert gaps(whole, "ad").startswith("partial")
    assert f"{BEA_SID} in partners, not in other" in gaps(whole, "ad")
    assert coverage(whole)["other"] is Coverage.FULL
