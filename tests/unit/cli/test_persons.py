"""``persons``, of a bundle and of the latest snapshot."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accessreview.bundles.writer import write_bundle
from accessreview.cli import main
from tests.unit.cli.conftest import Installation

JOINS = [
    ("dir", "amy-adm", "amy", "pattern", "admin_pattern: belongs to amy"),
    ("dir", "backup", "dir/backup", "ambiguous", "shares mail x with dan (lab)"),
]
AMBIGUOUS = {
    "account_source": "dir",
    "account": "backup",
    "login": "backup",
    "identity": "dir/backup",
    "by": "ambiguous",
    "detail": "shares mail x with dan (lab)",
}


@pytest.fixture
def joined(installation: Installation) -> Installation:
    installation.company.rows["joins"] = list(JOINS)
    return installation


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["persons", *words])


def test_joins_of_a_bundle_are_listed(joined: Installation) -> None:
    result = run(str(joined.bundle()))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["account"], first["identity"], first["by"]) == ("amy-adm", "amy", "pattern")
    assert second == AMBIGUOUS


def test_only_ambiguous_ones_are_listed_when_asked(joined: Installation) -> None:
    result = run(str(joined.bundle()), "--ambiguous")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [AMBIGUOUS]


def test_a_bundle_without_its_annex_is_said_to_record_none(
    joined: Installation, tmp_path: Path
) -> None:
    write_bundle(joined.company.snapshot(), tmp_path / "bare")
    result = run(str(tmp_path / "bare"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "a bundle without its annex never does" in result.stderr


def test_without_a_bundle_it_is_the_latest_snapshot(joined: Installation) -> None:
    assert "no snapshot yet" in joined.refused(5, "persons")
    joined.run("import", str(joined.bundle()))
    assert joined.run("persons", "--ambiguous") == [AMBIGUOUS]
