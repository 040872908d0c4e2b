"""``effective``, ``explain``, ``analyze`` and ``ruleset check``, against the vectors' answers."""

import gzip
import json
from pathlib import Path

import pytest

from tests.unit.cli.printed import Row, printed, run

VECTORS = Path(__file__).parents[2] / "data" / "vectors"
DOCUMENTED = VECTORS / "documented"
RANDOM = VECTORS / "random"
RULESET = RANDOM / "ruleset.toml"
CASES = sorted(RANDOM.glob("case-*"))


def test_effective_gives_the_documented_answers() -> None:
    result = run("effective", DOCUMENTED, "--account", "u1")
    held = {(row["vcenter"], row["entity"]): row["privileges"] for row in printed(result)}

    expected = [
        json.loads(line) for line in (DOCUMENTED / "expected.jsonl").read_text().splitlines()
    ]
    assert result.exit_code == 0
    assert len(expected) > 20
    for row in expected:
        assert held.get((row["vcenter"], row["entity"]), []) == row["privileges"], row["why"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_effective_gives_the_answers_of_the_reference(case: Path) -> None:
    def key(row: Row) -> tuple[str, ...]:
        return row["account_source"], row["account"], row["vcenter"], row["entity"]

    result = run("effective", case)

    with gzip.open(case / "effective.jsonl.gz", "rt") as lines:
        expected = [json.loads(line) for line in lines]
    assert result.exit_code == 0
    assert sorted(printed(result), key=key) == sorted(expected, key=key)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_analyze_gives_the_findings_of_the_reference(case: Path) -> None:
    def key(row: Row) -> tuple[str, ...]:
        return row["rule"], row.get("identity", ""), row.get("vcenter", ""), str(row["places"])

    result = run("analyze", case, "--ruleset", RULESET)

    expected = [json.loads(line) for line in (case / "findings.jsonl").read_text().splitlines()]
    assert result.exit_code == 0
    assert sorted(map(key, printed(result))) == sorted(map(key, expected))


def test_analyze_shows_example_places_with_the_grants_behind_them() -> None:
    found = printed(run("analyze", CASES[0], "--ruleset", RULESET))

    assert {"rule", "kind", "severity", "places", "examples"} <= set(found[0])
    examples = [example for row in found for example in row["examples"]]
    grants = [grant for each in examples for some in each["grants"].values() for grant in some]
    assert grants
    assert all(grant["decides"] and grant["via"][-1] == grant["principal"] for grant in grants)


def test_one_account_one_vcenter_and_one_entity_can_be_asked_for(bundle: Path) -> None:
    everything = printed(run("effective", bundle))

    by_login = printed(run("effective", bundle, "--account", "ANN", "--vcenter", "vc"))
    by_entity = printed(run("effective", bundle, "--account", "a1", "--entity", "vm"))

    assert by_login == everything
    assert [row["entity"] for row in everything] == ["dc", "host", "root", "vm", "vms"]
    assert by_entity == [row for row in everything if row["entity"] == "vm"]


def test_explain_lists_what_decides_and_what_lost(bundle: Path) -> None:
    found = printed(run("explain", bundle, "--account", "a1", "--vcenter", "vc", "--entity", "vm"))

    assert [(row["decides"], row["on_entity"], row["role"]) for row in found] == [
        (True, "dc", "7"),
        (False, "", "-1"),
    ]
    winner = found[0]
    assert winner["via"] == ["ann", "CORP\\ops"]
    assert winner["principal"] == "CORP\\ops"
    assert winner["role_name"] == "Operator"
    assert winner["propagates"] is True
    assert winner["path"] == "parent"
    assert "CORP\\ops" in found[1]["why"]


def test_an_identity_is_explained_by_its_enabled_accounts(bundle: Path) -> None:
    where = ("--vcenter", "vc", "--entity", "vm")
    accounts = bundle / "accounts.csv"
    text = accounts.read_text(encoding="utf-8").replace("service,false,", "service,false,p1")
    accounts.write_text(text, encoding="utf-8")
    _without_digests(bundle)

    by_identity = run("explain", bundle, "--identity", "p1", *where)

    assert printed(by_identity) == printed(run("explain", bundle, "--account", "ann", *where))
    assert by_identity.stderr.endswith("corp/a2 is disabled and gives p1 nothing.\n")
    assert run("explain", bundle, *where).exit_code == 2
    assert run("explain", bundle, "--identity", "p1", "--account", "ann", *where).exit_code == 2


def test_alternatives_are_further_chains_and_say_when_there_are_more(bundle: Path) -> None:
    _further_ways(bundle)
    asked = ("explain", bundle, "--account", "ann", "--vcenter", "vc", "--entity", "vm")

    everything, cut = (run(*asked, "--alternatives", number) for number in (9, 1))

    direct = ["ann", "CORP\\ops"]
    others = [["ann", "left", "CORP\\ops"], ["ann", "right", "CORP\\ops"]]
    grant, by_name = printed(everything)
    assert (grant["via"], grant["alternatives"], grant["alternatives_total"]) == (direct, others, 2)
    assert (by_name["alternatives"], by_name["alternatives_total"]) == ([], 0)
    assert "further chains" not in everything.stderr
    assert printed(cut)[0]["alternatives"] == others[:1]
    assert (
        "Of the further chains from ann to CORP\\ops, the first 1 of 2 are shown; "
        "--alternatives shows more."
    ) in cut.stderr.splitlines()


def _further_ways(bundle: Path) -> None:
    added = {
        "groups.csv": ["corp,g3,left", "corp,g4,right"],
        "members.csv": [f"corp,{group},corp,a1" for group in ("g3", "g4")]
        + [f"corp,g1,corp,{group}" for group in ("g3", "g4")],
    }
    for name, lines in added.items():
        text = (bundle / name).read_text(encoding="utf-8")
        (bundle / name).write_text(text + "\n".join((*lines, "")), encoding="utf-8")
    _without_digests(bundle)


def _without_digests(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_as_many_examples_are_shown_as_are_asked_for() -> None:
    counts = {
        number: [len(row["examples"]) for row in printed(result)]
        for number in (0, 1, 4)
        for result in (run("analyze", CASES[0], "--ruleset", RULESET, "--examples", number),)
    }

    assert set(counts[0]) == {0}
    assert set(counts[1]) == {1}
    assert max(counts[4]) == 4
    assert printed(run("analyze", CASES[0], "--ruleset", RULESET)) == printed(
        run("analyze", CASES[0], "--ruleset", RULESET, "--examples", 1)
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["effective", "--account", "nobody"], "“nobody”"),
        (["effective", "--vcenter", "none"], "none"),
        (["effective", "--entity", "none"], "none"),
        (["explain", "--account", "a1", "--vcenter", "vc", "--entity", "none"], "none"),
        (["explain", "--identity", "p9", "--vcenter", "vc", "--entity", "vm"], "“p9”"),
    ],
    ids=["account", "vcenter", "entity", "explained entity", "identity"],
)
def test_what_does_not_exist_is_named(bundle: Path, arguments: list[str], named: str) -> None:
    result = run(arguments[0], bundle, *arguments[1:])

    assert result.exit_code == 5
    assert result.stdout == ""
    assert named in result.stderr


def test_orphans_and_ambiguous_principals_are_told_of(bundle: Path) -> None:
    permissions = bundle / "permissions.csv"
    names = bundle / "principal_names.csv"
    permissions.write_bytes(
        permissions.read_bytes() + b"vc,root,CORP\\gone,true,7,true\r\nvc,root,x,true,7,true\r\n"
    )
    names.write_bytes(names.read_bytes() + b"corp,g1,x\r\ncorp,g2,X\r\n")
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest["files"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))

    result = run("effective", bundle)

    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        (
            "vc: the group CORP\\gone is an orphan: no directory knows such a group; "
            "it matches nobody."
        ),
        "vc: the group x is ambiguous and taken for all of corp/g1, corp/g2.",
    ]


@pytest.mark.parametrize(
    ("severity", "code"), [("critical", 0), ("high", 3), ("medium", 3), ("LOW", 3)]
)
def test_fail_on_ends_with_three_from_its_severity_on(
    bundle: Path, tmp_path: Path, severity: str, code: int
) -> None:
    ruleset = tmp_path / "rules.toml"
    ruleset.write_text(A_RULESET)

    result = run("analyze", bundle, "--ruleset", ruleset, "--fail-on", severity)

    assert result.exit_code == code
    assert [row["severity"] for row in printed(result)] == ["high"]


def test_a_ruleset_is_checked_and_its_doubtful_patterns_told_of(tmp_path: Path) -> None:
    ruleset = tmp_path / "rules.toml"
    ruleset.write_text(A_RULESET.replace("VirtualMachine.Interact.*", "Virtualmachine.*"))

    result = run("ruleset", "check", ruleset)

    *rules, digest = printed(result)
    assert result.exit_code == 0
    assert rules == [{"kind": "reach", "rule": "R1", "severity": "high"}]
    assert (digest["ruleset"], digest["version"]) == ("test", "1")
    assert "Virtualmachine.* matches no known privilege" in result.stderr


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"\xff", "is not text in UTF-8"), (b"[ruleset", ""), (b"", "")],
    ids=["not UTF-8", "cut off", "empty"],
)
def test_a_ruleset_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    ruleset = tmp_path / "rules.toml"
    ruleset.write_bytes(data)

    result = run("ruleset", "check", ruleset)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert str(ruleset) in result.stderr
    assert why in result.stderr


def test_a_ruleset_that_is_not_there_is_refused(bundle: Path, tmp_path: Path) -> None:
    result = run("analyze", bundle, "--ruleset", tmp_path / "none.toml")

    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/none.toml cannot be read: No such file or directory.\n"


A_RULESET = """
[ruleset]
id = "test"
version = "1"

[duty.power]
title = "Power"
types = ["VirtualMachine"]
any_of = ["VirtualMachine.Interact.*"]

[[rule]]
id = "R1"
kind = "reach"
duty = "power"
max_objects = 0
severity = "high"
title = "Somebody can switch machines"
"""
