"""On files that OpenLDAP's ldapsearch and slapcat wrote of one small directory."""

import pytest

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.offline.ldif import read_ldif
from accessreview.collectors.offline.ldif_directory import LdifSettings, LdifSource
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage, Reading, SourceKind
from tests.unit.collectors.offline.exported import DATA, exported, now, rows


def _read(name: str) -> Reading:
    schema = DirectorySchema(
        kind=DirectoryKind.OPENLDAP, bases=("dc=lab,dc=example",), netbios_names=("LAB",)
    )
    path = DATA / "ldif" / f"{name}.ldif"
    return LdifSource(LdifSettings(id="lab", name="Lab", path=path, schema=schema)).collect(now)


@pytest.mark.parametrize("name", ["slapcat", "ldapsearch"])
def test_a_recorded_export_is_read_whole(name: str) -> None:
    reading = _read(name)

    assert (reading.source.kind, reading.source.coverage) == (SourceKind.DIRECTORY, Coverage.FULL)
    assert reading.source.gaps == ()
    assert {(row[1], row[2], row[6]) for row in rows(reading, "accounts")} == {
        ("zoe", "Zoë Brontë", "7001"),
        ("max", "Max Obi", ""),
    }
    assert len(rows(reading, "members")) == 2
    assert {row[1] for row in rows(reading, "responsibles")} == {"owner", "manager"}


def test_a_search_that_the_server_ended_is_partial() -> None:
    reading = _read("ldapsearch-cut")

    assert reading.source.coverage is Coverage.PARTIAL
    assert reading.source.gaps[0].endswith("was ended by the server: Size limit exceeded.")


def test_a_search_that_does_not_say_how_it_ended_is_partial() -> None:
    reading = _read("ldapsearch-L")

    assert reading.source.coverage is Coverage.PARTIAL
    assert "run ldapsearch without -L" in reading.source.gaps[0]


def test_a_file_that_was_cut_between_entries_is_seen_by_the_missing_end() -> None:
    text = (DATA / "ldif" / "ldapsearch.ldif").read_text("utf-8")
    start = text.index("# search result")

    gaps = read_ldif(exported(text[:start])).gaps

    assert any("does not go on to the end" in gap for gap in gaps)


def test_a_file_from_which_entries_were_taken_is_seen_by_their_number() -> None:
    text = (DATA / "ldif" / "ldapsearch.ldif").read_text("utf-8")
    first = text.index("dn: uid=max")
    without = text[:first] + text[text.index("\n\n", first) + 2 :]

    assert read_ldif(exported(without)).gaps == (
        "The file holds 5 entries where its search returned 6.",
    )


def test_parts_on_other_servers_are_gaps_but_for_those_without_people() -> None:
    text = (
        "dn: dc=x\ndc: x\n\n"
        "# refldap://ForestDnsZones.x/DC=ForestDnsZones,DC=x\n\n"
        "# refldap://x/CN=Configuration,DC=x\n\n"
        "# refldap://child.x/DC=child,DC=x\n\n"
    )

    assert read_ldif(exported(text)).gaps == (
        "A part of the directory lies on another server and was not read: child.x/DC=child,DC=x.",
    )
