"""``whatif`` prints what a file of changes gives and takes, and refuses what is no change."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accessreview.bundles.writer import write_bundle
from accessreview.cli import main
from tests.estates import snapshot_of

RULES = """
[ruleset]
id = "t"
version = "1"
[duty.power]
title = "Power"
any_of = ["VirtualMachine.*"]
[[rule]]
id = "R1"
kind = "reach"
duty = "power"
max_objects = 0
severity = "high"
title = "Any machine"
"""

ROOT = {
    "change": "permission",
    "vcenter": "vc",
    "entity": "root",
    "principal": "CORP\\\\ops",
    "is_group": True,
    "role": "1",
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    snapshot = snapshot_of(
        {
            "accounts": [("dir", "u1", "u1", "u1", "", "human", "true", "")],
            "groups": [("dir", "ops", "ops")],
            "members": [("dir", "ops", "dir", "u1")],
            "principal_names": [("dir", "ops", "CORP\\ops"), ("dir", "u1", "CORP\\u1")],
            "entities": [
                ("vc", "root", "Folder", "root", "", "", ""),
                ("vc", "vm", "VirtualMachine", "vm", "root", "", ""),
            ],
            "roles": [("vc", "1", "power", "false"), ("vc", "5", "none", "false")],
            "role_privileges": [("vc", "1", "VirtualMachine.Interact.PowerOn")],
            "permissions": [
                ("vc", "root", "CORP\\ops", "true", "1", "true"),
                ("vc", "vm", "CORP\\u1", "false", "5", "true"),
            ],
        }
    )
    write_bundle(snapshot, tmp_path / "bundle")
    (tmp_path / "rules.toml").write_text(RULES)
    return tmp_path / "bundle"


def whatif(bundle: Path, *rows: object) -> Result:
    file, rules = bundle.parent / "changes.jsonl", bundle.parent / "rules.toml"
    lines = (each if isinstance(each, str) else json.dumps(each) for each in rows)
    file.write_text("\n".join(lines))
    words = ["whatif", str(bundle), "--ruleset", str(rules), "--change", str(file)]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def told(bundle: Path, *rows: object) -> list[dict[str, object]]:
    result = whatif(bundle, *rows)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_taking_away_a_restriction_gives_access(bundle: Path) -> None:
    removal = {
        "change": "permission",
        "vcenter": "vc",
        "entity": "vm",
        "principal": "corp\\U1",
        "is_group": False,
        "present": False,
    }
    assert told(bundle, removal) == [
        {
            "effect": "gained",
            "rule": "R1",
            "kind": "reach",
            "severity": "high",
            "identity": "dir/u1",
            "places": 2,
        },
        {
            "effect": "lost",
            "rule": "R1",
            "kind": "reach",
            "severity": "high",
            "identity": "dir/u1",
            "places": 1,
        },
        {
            "effect": "gained",
            "account_source": "dir",
            "account": "u1",
            "vcenter": "vc",
            "entity": "vm",
            "entities": 1,
            "privileges": ["VirtualMachine.Interact.PowerOn"],
        },
    ]


def test_changes_are_made_one_after_another(bundle: Path) -> None:
    leaves = {
        "change": "membership",
        "group_source": "dir",
        "group": "ops",
        "member_source": "dir",
        "member": "u1",
        "present": False,
    }
    role = {"change": "role", "vcenter": "vc", "role": "5", "privileges": ["VirtualMachine.X"]}
    effects = [
        (row["effect"], row.get("entity", row.get("identity")), row.get("privileges"))
        for row in told(bundle, leaves, "", role)
    ]
    assert effects == [
        ("gained", "vm", ["VirtualMachine.X"]),
        ("lost", "root", ["VirtualMachine.Interact.PowerOn"]),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("nonsense", "row 1: this is not JSON"),
        ({"change": "moon"}, 'row 1: a row is an object with "change" one of'),
        ({"change": "role", "vcenter": "vc"}, "row 1: it lacks role, privileges."),
        (
            {"change": "role", "vcenter": "vc", "role": "1", "privileges": [], "color": "red"},
            "row 1: it has color, which means nothing here.",
        ),
        ({**ROOT, "role": ""}, "row 1: it lacks role, which a permission that is given must have."),
        ({**ROOT, "is_group": "yes"}, "row 1: "),
        ({**ROOT, "role": "77"}, "row 1: vc has no role 77."),
        ({**ROOT, "entity": "moon"}, "row 1: No entity moon was read from vc."),
        ("", "has no change in it."),
    ],
)
def test_what_is_no_change_is_refused_with_its_row(
    bundle: Path, row: object, sentence: str
) -> None:
    result = whatif(bundle, row)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""
