"""``effective`` by person and region, ``who`` and ``contributes``, against the documented cases."""

import json
from pathlib import Path

import pytest

from accessreview.bundles.writer import write_bundle
from tests.estates import small_snapshot, snapshot_of
from tests.unit.cli.printed import Row, printed, run

VECTORS = Path(__file__).parents[2] / "data" / "vectors"
DOCUMENTED = VECTORS / "documented"
EXPECTED = [json.loads(line) for line in (DOCUMENTED / "expected.jsonl").read_text().splitlines()]
RULESET = VECTORS / "random" / "ruleset.toml"


def rows(*arguments: object) -> list[Row]:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return printed(result)


@pytest.fixture
def restricted(tmp_path: Path) -> Path:
    """A group that restricts within a wider one, and a user called as a group is."""
    snapshot = small_snapshot(
        [("root", "Folder", "", "", ""), ("a", "Folder", "root", "", "")],
        roles={"full": ["VM.A", "VM.B"], "some": ["VM.A"]},
        permissions=[
            ("root", "wide", "full", True),
            ("a", "narrow", "some", True),
            ("a", "v", "some", True),
        ],
        members=[("wide", "u"), ("narrow", "u"), ("narrow", "w")],
        accounts={"u": "p", "v": "", "w": "p"},
        disabled=["w"],
    )
    write_bundle(snapshot, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_person_can_do_what_is_documented() -> None:
    held = {
        (row["vcenter"], row["entity"]): row["privileges"]
        for row in rows("effective", DOCUMENTED, "--identity", "person-1")
    }
    assert list(held) == sorted(held)
    for row in EXPECTED:
        assert held.get((row["vcenter"], row["entity"]), []) == row["privileges"], row["why"]


def test_regions_say_the_same_in_fewer_rows() -> None:
    for choice in (["--account", "u1"], ["--identity", "person-1"], []):
        whole = rows("effective", DOCUMENTED, *choice)
        regions = rows("effective", DOCUMENTED, *choice, "--regions")
        told: dict[tuple[str, str, str], list[str]] = {}
        for row in whole:
            key = row.get("account", "person-1"), row["vcenter"], "\n".join(row["privileges"])
            told.setdefault(key, []).append(row["entity"])
        assert len(regions) == len(told) < len(whole)
        for row in regions:
            key = row.get("account", "person-1"), row["vcenter"], "\n".join(row["privileges"])
            assert (row["entities"], row["first"]) == (len(told[key]), told[key][0])
            assert sum(row["types"].values()) == row["entities"]


def test_a_persons_access_is_narrowed_to_one_entity(bundle: Path) -> None:
    everything = rows("effective", bundle, "--identity", "p1")
    one = rows("effective", bundle, "--identity", "p1", "--vcenter", "vc", "--entity", "vm")
    assert one == [row for row in everything if row["entity"] == "vm"]
    assert one[0] == {
        "identity": "p1",
        "vcenter": "vc",
        "entity": "vm",
        "privileges": ["VirtualMachine.Interact.PowerOn"],
    }
    assert rows("effective", bundle, "--identity", "p1", "--entity", "vm") == one


def test_who_names_everybody_that_is_documented() -> None:
    for row in EXPECTED:
        found = [
            each
            for each in rows("who", DOCUMENTED, row["vcenter"], row["entity"])
            if each["account"] == "u1"
        ]
        assert [each["privileges"] for each in found] == (
            [row["privileges"]] if row["privileges"] else []
        ), row["why"]


def test_who_shows_the_permissions_behind_it(bundle: Path) -> None:
    (row,) = rows("who", bundle, "vc", "vm")
    assert row == {
        "identity": "p1",
        "account_source": "corp",
        "account": "a1",
        "enabled": True,
        "privileges": ["VirtualMachine.Interact.PowerOn"],
        "entities": 1,
        "alone": 1,
        "permissions": [
            {
                "on_entity": "dc",
                "principal": "CORP\\ops",
                "is_group": True,
                "role": "7",
                "role_name": "Operator",
                "propagates": True,
            }
        ],
    }


def test_who_can_be_asked_for_a_privilege_a_role_and_everything_below(bundle: Path) -> None:
    assert [row["entities"] for row in rows("who", bundle, "vc", "-")] == [1]
    below = rows("who", bundle, "vc", "root", "--subtree")
    assert [(row["entities"], row["privileges"]) for row in below] == [
        (5, ["Host.Config", "VirtualMachine.Interact.PowerOn"])
    ]
    some = rows("who", bundle, "vc", "-", "--subtree", "--privilege", "Host.*")
    assert [(row["entities"], row["privileges"]) for row in some] == [(2, ["Host.Config"])]
    assert rows("who", bundle, "vc", "", "--subtree", "--role", "admin") == some
    assert rows("who", bundle, "vc", "vm", "--role", "-1") == []


def test_who_holds_a_duty_counts_enabled_accounts_unless_told_otherwise(
    tmp_path: Path, restricted: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[ruleset]\nid = "r"\nversion = "1"\n'
        '[duty.both]\ntitle = "Both"\nany_of = ["VM.*"]\nat_least = 2\n'
        '[duty.one]\ntitle = "One"\nany_of = ["VM.A"]\n'
    )

    def asked(*arguments: str) -> list[tuple[str, bool]]:
        found = rows("who", restricted, "vc", *arguments, "--ruleset", rules)
        return [(row["account"], row["enabled"]) for row in found]

    assert asked("root", "--duty", "both") == [("u", True)]
    assert asked("a", "--duty", "both") == []
    assert asked("a", "--duty", "one") == [("v", True), ("u", True)]
    assert asked("a", "--duty", "one", "--all") == [("v", True), ("u", True), ("w", False)]


def test_a_page_is_a_part_of_the_whole_and_says_so(restricted: Path) -> None:
    whole = run("who", restricted, "vc", "a", "--all")
    lines = whole.stdout.splitlines()
    assert (len(lines), whole.stderr) == (3, "")
    first = run("who", restricted, "vc", "a", "--all", "--limit", "2")
    assert first.stdout.splitlines() == lines[:2]
    assert first.stderr == "Of 3 accounts, accounts 1 to 2 are shown; --offset 2 goes on.\n"
    second = run("who", restricted, "vc", "a", "--all", "--limit", "2", "--offset", "2")
    assert second.stdout.splitlines() == lines[2:]
    assert second.stderr == "Of 3 accounts, accounts 3 to 3 are shown.\n"
    beyond = run("who", restricted, "vc", "a", "--all", "--offset", "9")
    assert (beyond.stdout, beyond.stderr) == ("", "Of 3 accounts, none are shown.\n")


def test_contributes_tells_what_a_group_gives_and_hides(restricted: Path) -> None:
    found = rows("contributes", restricted, "--group", "NARROW")
    part = {"vcenter": "vc", "first": "a", "entities": 1}
    assert found == [
        {
            "identity": "p",
            "account_source": "dir",
            "account": "u",
            "enabled": True,
            "alone": [],
            "another": [part | {"privileges": ["VM.A"]}],
            "hides": [part | {"privileges": ["VM.B"]}],
        },
        {
            "identity": "p",
            "account_source": "dir",
            "account": "w",
            "enabled": False,
            "alone": [part | {"privileges": ["VM.A"]}],
            "another": [],
            "hides": [],
        },
    ]
    assert rows("contributes", restricted, "--group", "dir/narrow") == found
    assert rows("contributes", restricted, "--group", "d\\narrow", "--limit", "1") == found[:1]
    key = ("--permission", "vc", "a", "D\\narrow")
    assert rows("contributes", restricted, *key) == found
    assert rows("contributes", restricted, *key, "--kind", "group") == found
    by_role = rows("contributes", restricted, "--role", "vc", "some")
    assert [row["account"] for row in by_role] == ["v", "u", "w"]


def test_a_name_of_several_things_lists_them(tmp_path: Path) -> None:
    tables: dict[str, list[tuple[str, ...]]] = {
        "accounts": [("dir", "a1", "x", "x", "", "human", "true", "")],
        "groups": [("dir", "g1", "ops"), ("dir", "g2", "Ops")],
        "roles": [("vc", "1", "R", "false"), ("vc", "2", "r", "false")],
        "principal_names": [("dir", "a1", "CORP\\x"), ("dir", "g1", "CORP\\x")],
        "permissions": [
            ("vc", "", "CORP\\x", "true", "1", "true"),
            ("vc", "", "CORP\\x", "false", "2", "true"),
        ],
    }
    write_bundle(snapshot_of(tables), tmp_path / "twice")

    def refused(*arguments: str) -> str:
        result = run(arguments[0], tmp_path / "twice", *arguments[1:])
        assert (result.exit_code, result.stdout) == (5, "")
        return result.stderr

    assert "give one of dir/g1, dir/g2" in refused("contributes", "--group", "OPS")
    assert "give one of the ids 1, 2" in refused("contributes", "--role", "vc", "R")
    assert "give one of the ids 1, 2" in refused("who", "vc", "-", "--role", "R")
    assert "say which by --kind" in refused("contributes", "--permission", "vc", "-", "corp\\x")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["who", "B", "nix", "vm"], 5, "No vCenter nix is in this snapshot."),
        (["who", "B", "vc", "nix"], 5, "No entity nix was read from vc."),
        (["who", "B", "vc", "vm", "--role", "nix"], 5, "No role of vc has the id or name “nix”."),
        (["who", "B", "vc", "vm", "--duty", "d"], 2, "--duty and --ruleset go together."),
        (["who", "B", "vc", "vm", "--role", "7", "--privilege", "*"], 2, "Give one of --duty"),
        (["who", "B", "vc", "vm", "--duty", "nix", "--ruleset", RULESET], 5, "has no duty nix."),
        (["effective", "B", "--identity", "nix"], 5, "No account of this snapshot belongs to nix."),
        (["effective", "B", "--identity", "p1", "--vcenter", "nix"], 5, "No vCenter nix"),
        (["effective", "B", "--identity", "p1", "--entity", "nix"], 5, "No entity nix"),
        (["effective", "B", "--identity", "p1", "--account", "a1"], 2, "either --account or"),
        (["effective", "B", "--regions", "--entity", "vm"], 2, "leave out --entity"),
        (["contributes", "B"], 2, "Give one of --group, --role and --permission."),
        (["contributes", "B", "--group", "g1", "--kind", "user"], 2, "goes with --permission"),
        (["contributes", "B", "--group", "nix"], 5, "No group has the id or name “nix”"),
        (["contributes", "B", "--role", "nix", "7"], 5, "No vCenter nix"),
        (["contributes", "B", "--permission", "vc", "nix", "x"], 5, "No entity nix"),
        (
            ["contributes", "B", "--permission", "vc", "vm", "x"],
            5,
            "vc has no permission of x on vm",
        ),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(
    bundle: Path, arguments: list[object], code: int, sentence: str
) -> None:
    result = run(*(bundle if each == "B" else each for each in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in result.stderr
