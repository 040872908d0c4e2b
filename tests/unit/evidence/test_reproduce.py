"""What was computed is computed again from the package alone, and lies about it are told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from accessreview.bundles.files import bundle_files, read_bundle_files
from accessreview.cli import main
from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Snapshot
from accessreview.snapshot.compose import seal as seal_snapshot
from tests.forgery import Forgery, Row
from tests.unit.evidence.conftest import (
    Story,
    cancelled,
    closed,
    compared,
    partly_read,
    residue,
    violations,
)

Forge = Callable[[Story], Forgery]


def _reproduced(data: bytes, folder: Path) -> tuple[int, dict[str, Row], str]:
    (folder / "package.zip").write_bytes(data)
    result = CliRunner().invoke(main, ["evidence", "reproduce", str(folder / "package.zip")])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {row["what"]: row for row in rows}, result.stderr


@pytest.mark.parametrize("story", [closed, compared, residue, partly_read, cancelled, violations])
def test_an_honest_package_is_reproduced(
    built: Callable[[Story], bytes], tmp_path: Path, story: Story
) -> None:
    code, rows, told = _reproduced(built(story), tmp_path)
    assert (code, told) == (0, "")
    assert list(rows) == ["findings", "items", "unresolved", "removals", "sample", "agreement"]
    assert all(row["compared"] == row["equal"] for row in rows.values())
    assert rows["findings"]["compared"] > 0
    assert rows["items"]["compared"] > 0


def _told(forgery: Forgery, folder: Path, what: str) -> Row:
    code, rows, told = _reproduced(forgery.sealed(), folder)
    assert code == 11
    assert told.strip().endswith(f"{what}."), told
    return rows[what]


def test_a_finding_left_out_and_one_altered_are_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(closed)
    forgery.change_rows("findings.jsonl", lambda rows: rows[0].update(severity="low"))
    row = _told(forgery, tmp_path, "findings")
    assert [each["severity"] for each in row["only_recorded"]] == ["low"]
    forgery = forge(closed)
    left_out = forgery.rows("findings.jsonl")[0]
    forgery.change_rows("findings.jsonl", lambda rows: rows.pop(0))
    assert _told(forgery, tmp_path, "findings")["only_computed"] == [left_out]


def test_a_finding_listed_twice_is_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(closed)
    forgery.change_rows("findings.jsonl", lambda rows: rows.append(rows[0]))
    row = _told(forgery, tmp_path, "findings")
    assert (row["compared"], row["equal"], len(row["only_recorded"])) == (4, 3, 1)


def test_access_that_nobody_was_asked_about_is_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(closed)
    forgery.change_rows("items.jsonl", lambda rows: rows.pop())
    row = _told(forgery, tmp_path, "items")
    assert [each["subject"] for each in row["only_computed"]] == ["eve"]


def test_access_described_smaller_than_it_is_is_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(closed)
    forgery.change_item("amy", lambda row: row["access"]["privileges"].pop())
    row = _told(forgery, tmp_path, "items")
    assert len(row["only_computed"]) == len(row["only_recorded"]) == 1


def test_an_unresolved_principal_that_is_not_stated_is_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(closed)
    orphan = {"vcenter": "vc", "principal": "CORP\\nobody", "is_group": False, "matches": []}
    forgery.change("population.json", lambda row: row["unresolved"].append(orphan))
    assert _told(forgery, tmp_path, "unresolved")["only_recorded"] == [orphan]


def test_a_removal_called_gone_is_judged_again(forge: Forge, tmp_path: Path) -> None:
    """Everything agrees that it is gone, and only the later snapshot shows that it is not."""
    forgery = forge(closed)
    (digest,) = forgery.value("manifest.json")["after"]
    later = _with_member(_snapshot(forgery, f"after/{digest}/"), ("dir", "vma", "dir", "dan"))
    forgery.files = {n: d for n, d in forgery.files.items() if not n.startswith("after/")}
    forgery.files |= {
        f"after/{later.digest}/{name}": data
        for name, data in bundle_files(later, annex=True).items()
    }
    for name in ("items.jsonl", "removals.jsonl", "audit.jsonl", "manifest.json"):
        old, new = digest.encode(), later.digest.encode()
        forgery.files[name] = forgery.files[name].replace(old, new)
    forgery.files["items.csv"] = forge(closed).files["items.csv"]
    forgery.chain_again()
    assert forgery.failing() == {}
    row = _told(forgery, tmp_path, "removals")
    assert [each["verdict"] for each in row["only_recorded"]] == ["gone"]
    assert [each["verdict"] for each in row["only_computed"]] == ["left"]


def _snapshot(forgery: Forgery, prefix: str) -> Snapshot:
    return read_bundle_files(
        {
            name.removeprefix(prefix): data
            for name, data in forgery.files.items()
            if name.startswith(prefix)
        }
    )


def _with_member(snapshot: Snapshot, row: tuple[str, ...]) -> Snapshot:
    members = Table.of(TABLES["members"], [*snapshot["members"].rows(), row])
    tables = {**snapshot.tables, **snapshot.annex, "members": members}
    return seal_snapshot(snapshot.taken_at, snapshot.sources, tables)


def test_a_package_whose_seal_is_broken_is_not_taken_apart(
    built: Callable[[Story], bytes], tmp_path: Path
) -> None:
    data = bytearray(built(closed))
    data[100] ^= 1
    code, rows, told = _reproduced(bytes(data), tmp_path)
    assert (code, rows) == (11, {})
    assert told == "A byte of the file was changed since it was sealed.\n"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("ruleset.toml", b"\xff", "ruleset.toml"),
        ("population.json", b"{}", "does not say which principals"),
        ("findings.jsonl", b"{}", "ends in the middle of a line"),
        ("snapshot/manifest.json", b"{}", "manifest.json"),
        ("items.jsonl", b"{}\n", "items.jsonl line 1 has a field that is missing or misshapen"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    forge: Forge, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    forgery = forge(closed)
    forgery.files[name] = data
    code, rows, told = _reproduced(forgery.sealed(), tmp_path)
    assert code in {2, 11}
    assert rows == {}
    assert sentence in told
