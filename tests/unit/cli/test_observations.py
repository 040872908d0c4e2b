"""``observations``, of a bundle and of the latest snapshot, with and without identity sources."""

import json

from click.testing import CliRunner

from accessreview.bundles.writer import write_bundle
from accessreview.cli import main
from tests.unit.cli.conftest import Installation, Row

IDENTITY_SOURCES = """
[[source]]
kind = "vcenter"
id = "vc"
host = "vc.example"
username = "reader"
password_file = "secret"
[[source.identity_source]]
directory = "dir"
kind = "ad-over-ldap"
direct_groups_only = true
[[source]]
kind = "ldif"
id = "dir"
directory = "active-directory"
path = "dir.ldif"
"""
DORMANT: Row = {
    "kind": "dormant-privilege",
    "vcenter": "vc",
    "principal": "",
    "is_group": False,
    "detail": "1 account with privileges, disabled or expired: whoever enables one gives its "
    "privileges back.",
    "concerned": [{"source": "dir", "id": "eve", "name": "eve", "reason": "disabled"}],
    "concerned_total": 1,
}


def of_bundle(*words: str) -> list[Row]:
    result = CliRunner().invoke(main, ["observations", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def with_identity_sources(installation: Installation) -> None:
    config = installation.config.read_text("utf-8")
    installation.config.write_text(config + IDENTITY_SOURCES, "utf-8")
    (installation.folder / "secret").write_text("secret\n", "utf-8")


def make_amy_anew(installation: Installation) -> None:
    rows = installation.company.rows
    for table in ("accounts", "principal_names", "locators"):
        rows[table] = [
            (row[0], "new-adm", *row[2:]) if row[1] == "amy-adm" else row for row in rows[table]
        ]


def test_a_bundle_needs_neither_database_nor_configuration(installation: Installation) -> None:
    assert of_bundle(str(installation.bundle())) == [DORMANT]


def test_identity_sources_of_the_configuration_count_for_a_bundle(
    installation: Installation,
) -> None:
    with_identity_sources(installation)
    bundle = str(installation.bundle())
    (one,) = installation.run("observations", bundle, "--kind", "counted-differently")
    assert one["principal"] == "CORP\\VM Admins"
    assert one["concerned"] == [
        {
            "source": "dir",
            "id": "dan",
            "name": "dan",
            "reason": "Team is nested in VM Admins, and only direct groups count",
        }
    ]


def test_names_are_held_against_an_earlier_bundle(installation: Installation) -> None:
    before = str(installation.bundle())
    make_amy_anew(installation)
    now = str(installation.bundle())
    (one,) = of_bundle(now, "--previous", before, "--kind", "another-object")
    assert [each["id"] for each in one["concerned"]] == ["amy-adm", "new-adm"]
    assert of_bundle(now, "--previous", now) == [DORMANT]


def test_of_many_the_first_are_named_unless_all_are_asked_for(installation: Installation) -> None:
    installation.company.rows["outsiders"] = [
        ("dir", "hosts", f"uid={n:03}", "dangling", "no entry was found") for n in range(12)
    ]
    bundle = str(installation.bundle())
    (one,) = of_bundle(bundle, "--kind", "unresolved-members")
    assert (len(one["concerned"]), one["concerned_total"]) == (10, 12)
    (one,) = of_bundle(bundle, "--kind", "unresolved-members", "--all-concerned")
    assert len(one["concerned"]) == 12


def test_without_a_bundle_it_is_the_latest_snapshot_against_the_one_before(
    installation: Installation,
) -> None:
    assert installation.run("observations") == []
    installation.run("import", str(installation.bundle()))
    assert installation.run("observations") == [DORMANT]
    make_amy_anew(installation)
    installation.run("import", str(installation.bundle_of_the_next_second()))
    kinds = [row["kind"] for row in installation.run("observations", "--vcenter", "vc")]
    assert kinds == ["another-object", "dormant-privilege"]
    told = installation.refused(5, "observations", "--vcenter", "vc-2")
    assert "No source has the id vc-2; there are dir, vc." in told


def test_an_earlier_bundle_goes_with_a_bundle_only(installation: Installation) -> None:
    bundle = str(installation.bundle())
    assert "goes with a BUNDLE" in installation.refused(2, "observations", "--previous", bundle)


def test_a_bundle_without_its_annex_says_what_is_not_known(installation: Installation) -> None:
    with_identity_sources(installation)
    bare = installation.folder / "bare"
    write_bundle(installation.company.snapshot(), bare)
    (one,) = installation.run("observations", str(bare), "--kind", "not-derived")
    assert "groups of dir is not known" in one["detail"]
