"""``collect`` and ``import``: a snapshot, what is found in it, and what could not be read."""

from pathlib import Path

from accessreview.sample import SAMPLE
from tests.unit.cli.conftest import Installation

LDIF = """
[[source]]
kind = "ldif"
id = "halden"
directory = "active-directory"
path = "{sample}/halden.ldf"
bases = ["DC=halden,DC=example"]
netbios_names = ["HALDEN"]
"""
WITHOUT_PASSWORD = """
[[source]]
kind = "openldap"
id = "corp"
host = "127.0.0.1"
bind_dn = "cn=audit"
password_file = "none"
bases = ["dc=corp"]
"""


def add_sources(installation: Installation, *sources: str) -> None:
    text = installation.config.read_text("utf-8") + "".join(sources)
    installation.config.write_text(text, encoding="utf-8")


def test_a_bundle_becomes_a_snapshot_that_is_judged(installation: Installation) -> None:
    *sources, last = installation.run("import", str(installation.bundle()))
    assert [(row["id"], row["coverage"]) for row in sources] == [("dir", "full"), ("vc", "full")]
    assert last["findings"] == 3
    actions = [row["action"] for row in installation.run("audit", "list")]
    assert actions[0] == "snapshot:import:store"


def test_a_bundle_that_is_refused_leaves_nothing(installation: Installation) -> None:
    bundle = installation.bundle()
    (bundle / "members.csv").write_bytes(b"")
    assert "members.csv" in installation.refused(2, "import", str(bundle))
    assert installation.run("audit", "list") == []


def test_sources_are_collected(installation: Installation) -> None:
    add_sources(installation, LDIF.format(sample=SAMPLE))
    source, last = installation.run("collect")
    assert (source["id"], source["coverage"], last["findings"]) == ("halden", "full", 0)


def test_a_source_without_its_password_does_not_blind_the_others(
    installation: Installation,
) -> None:
    add_sources(installation, LDIF.format(sample=SAMPLE), WITHOUT_PASSWORD)
    blind, seen, _ = installation.run("collect")
    assert (seen["id"], seen["coverage"]) == ("halden", "full")
    assert (blind["id"], blind["coverage"]) == ("corp", "partial")
    assert f"The secret in {installation.folder}/none cannot be read" in blind["gaps"][0]


def test_when_nothing_can_be_read_the_reason_is_told_and_recorded(
    installation: Installation,
) -> None:
    add_sources(installation, WITHOUT_PASSWORD)
    told = installation.refused(9, "collect")
    assert "nothing was stored" in told
    assert f"The secret in {installation.folder}/none cannot be read" in told
    (event,) = installation.run("audit", "list")
    assert event["action"] == "snapshot:collection:fail"


def test_without_a_source_there_is_nothing_to_collect(installation: Installation) -> None:
    assert "No source is configured" in installation.refused(4, "collect")


def test_a_database_that_is_not_there_is_made_by_another_command(tmp_path: Path) -> None:
    config = tmp_path / "accessreview.toml"
    config.write_text("", encoding="utf-8")
    assert "accessreview db upgrade" in Installation(tmp_path, config).refused(12, "collect")
