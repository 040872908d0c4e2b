"""Every rule of the bundle, each broken alone in an otherwise sound snapshot."""

from collections.abc import Sequence

import pytest

from accessreview.model.errors import InputError
from accessreview.model.snapshot import Source, SourceKind
from accessreview.snapshot.check import check
from accessreview.snapshot.problem import Problems
from tests.snapshots import INVENTORY, PEOPLE, SOURCES, Rows, a_source, tables_of

SOUND = {**INVENTORY, **PEOPLE}


def check_with(
    *rows: tuple[str, ...], table: str, sources: Sequence[Source] | None = SOURCES
) -> Problems:
    return check(sources, tables_of({**SOUND, table: [*SOUND.get(table, ()), *rows]}))


def sentences(problems: Problems) -> list[str]:
    return [problem.sentence(problem.table, lambda row: row + 2) for problem in problems.first]


def test_a_sound_snapshot_has_no_problems() -> None:
    assert not check(SOURCES, tables_of(SOUND))


@pytest.mark.parametrize(
    ("table", "row", "sentence"),
    [
        (
            "entities",
            ("vc", "x", "", "X", "root", "", ""),
            "entities row 7: type “” may not be empty.",
        ),
        (
            "entities",
            ("vc", "x", "Folder", "X", "none", "", ""),
            "entities row 7: parent “none” is no entity of source “vc”.",
        ),
        (
            "entities",
            ("vc", "x", "Folder", "X", "root", "none", ""),
            "entities row 7: second_parent “none” is no entity of source “vc”.",
        ),
        (
            "entities",
            ("vc", "x", "Folder", "X", "root", "", "none"),
            "entities row 7: acl_of “none” is no entity of source “vc”.",
        ),
        (
            "entities",
            ("vc", "x", "Folder", "X", "dc", "", "vms"),
            "entities row 7: acl_of “vms” has an acl_of of its own; name the entity at its end.",
        ),
        (
            "entities",
            ("vc", "dc", "Datacenter", "again", "", "", ""),
            "entities row 7: source/id “vc/dc” repeats the key of row 3.",
        ),
        (
            "entities",
            ("corp", "x", "Folder", "X", "", "", ""),
            (
                "entities row 7: source “corp” is a source of another kind; "
                "this table takes esxi or vcenter."
            ),
        ),
        (
            "entities",
            ("vc", "x", "Folder", "a\0b", "", "", ""),
            "entities row 7: name “a\\x00b” is not text in UTF-8 without NUL.",
        ),
        (
            "entities",
            ("vc", "x", "Folder", "caf\udce9", "", "", ""),
            "entities row 7: name “caf\\xe9” is not text in UTF-8 without NUL.",
        ),
        (
            "placements",
            ("vc", "vm", "none"),
            "placements row 3: on “none” is no entity of source “vc”.",
        ),
        (
            "placements",
            ("vc", "none", "host"),
            "placements row 3: entity “none” is no entity of source “vc”.",
        ),
        (
            "roles",
            ("vc", "8", "X", "yes"),
            "roles row 4: system “yes” is neither true nor false.",
        ),
        (
            "roles",
            ("other", "8", "X", "false"),
            "roles row 4: source “other” is no source of this snapshot.",
        ),
        (
            "role_privileges",
            ("vc", "9", "System.View"),
            "role_privileges row 4: role “9” is no role of source “vc”.",
        ),
        (
            "permissions",
            ("vc", "dc", "corp\\OPS", "true", "-1", "false"),
            (
                "permissions row 4: source/entity/principal/is_group “vc/dc/corp\\OPS/true” "
                "repeats the key of row 2."
            ),
        ),
        (
            "permissions",
            ("vc", "none", "x", "true", "7", "true"),
            "permissions row 4: entity “none” is no entity of source “vc”.",
        ),
        (
            "permissions",
            ("vc", "", "x", "true", "9", "true"),
            "permissions row 4: role “9” is no role of source “vc”.",
        ),
        (
            "permissions",
            ("vc", "", "x", "True", "7", "true"),
            "permissions row 4: is_group “True” is neither true nor false.",
        ),
        (
            "permissions",
            ("vc", "", "", "true", "7", "true"),
            "permissions row 4: principal “” may not be empty.",
        ),
        (
            "accounts",
            ("corp", "a3", "x", "", "", "robot", "true", ""),
            "accounts row 4: kind “robot” is not one of human, service, unknown.",
        ),
        (
            "accounts",
            ("corp", "a3", "x", "", "", "human", "", ""),
            "accounts row 4: enabled “” is neither true nor false.",
        ),
        (
            "accounts",
            ("vc", "a3", "x", "", "", "human", "true", ""),
            (
                "accounts row 4: source “vc” is a source of another kind; "
                "this table takes directory or esxi."
            ),
        ),
        (
            "groups",
            ("corp", "a1", "ann"),
            "groups row 4: id “a1” is the id of an account of the same source.",
        ),
        (
            "principal_names",
            ("corp", "none", "X"),
            "principal_names row 4: id “none” is no account or group of source “corp”.",
        ),
        (
            "members",
            ("corp", "a1", "corp", "a2"),
            "members row 4: group “a1” is no group of source “corp”.",
        ),
        (
            "members",
            ("corp", "g1", "corp", "none"),
            "members row 4: member “none” is no account or group of source “corp”.",
        ),
        (
            "members",
            ("corp", "g1", "corp", ""),
            "members row 4: member “” may not be empty.",
        ),
        (
            "members",
            ("corp", "g1", "corp", "a1"),
            (
                "members row 4: group_source/group/member_source/member “corp/g1/corp/a1” "
                "repeats the key of row 2."
            ),
        ),
        (
            "responsibles",
            ("corp", "g1", "owner", "corp", "none"),
            "responsibles row 3: responsible “none” is no account or group of source “corp”.",
        ),
        (
            "locators",
            ("corp", "g2", ""),
            "locators row 3: locator “” may not be empty.",
        ),
        (
            "powers",
            ("vc", "none", "host-access", "root", "false", ""),
            "powers row 2: entity “none” is no entity of source “vc”.",
        ),
        (
            "facts",
            ("corp", "", "version", "9"),
            (
                "facts row 2: source “corp” is a source of another kind; "
                "this table takes esxi or vcenter."
            ),
        ),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else str(value)[:50],
)
def test_a_broken_rule_names_table_row_column_and_value(
    table: str, row: tuple[str, ...], sentence: str
) -> None:
    assert sentences(check_with(row, table=table)) == [sentence]


def test_the_same_principal_as_user_and_as_group_is_no_repetition() -> None:
    row = ("vc", "dc", "CORP\\ops", "false", "7", "true")

    assert not check_with(row, table="permissions")


def test_a_whole_source_has_powers_and_facts_without_an_entity() -> None:
    assert not check_with(("corp", "", "act-as", "CORP\\ops", "true", ""), table="powers")
    assert not check_with(("vc", "", "version", "9.0.0"), table="facts")


def test_a_key_may_differ_by_case_alone_where_case_counts() -> None:
    assert not check_with(("corp", "G1", "other"), table="groups")


def test_groups_may_contain_each_other() -> None:
    assert not check_with(("corp", "g1", "corp", "g2"), table="members")


def test_a_member_may_come_from_another_directory() -> None:
    other = a_source("other", SourceKind.DIRECTORY)
    account = ("other", "o1", "eve", "", "", "human", "true", "")
    rows = {
        **SOUND,
        "accounts": [*SOUND["accounts"], account],
        "members": [("corp", "g1", "other", "o1")],
    }

    assert not check([*SOURCES, other], tables_of(rows))
    rows["members"] = [("corp", "g1", "corp", "o1")]
    assert check([*SOURCES, other], tables_of(rows)).total == 1


def test_a_host_has_inventory_and_accounts_of_its_own() -> None:
    host = a_source("esx", SourceKind.ESXI)
    rows: Rows = {
        "entities": [("esx", "ha-root", "Folder", "", "", "", "")],
        "accounts": [("esx", "root", "root", "", "", "unknown", "true", "")],
    }

    assert not check([host], tables_of(rows))


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        ([], ": no source is listed: nothing was read."),
        ([*SOURCES, a_source("vc")], ": source “vc” is listed twice."),
        ([*SOURCES, a_source("")], ": source “” has no id."),
        (
            [*SOURCES, a_source("x", gaps=("\ud800",))],
            ": source “x” has an id, a name or a gap that is not text.",
        ),
    ],
    ids=["none", "twice", "nameless", "no text"],
)
def test_sources_are_checked_themselves(sources: list[Source], sentence: str) -> None:
    rows = SOUND if sources else {}

    assert sentences(check(sources, tables_of(rows))) == [sentence]


def test_unknown_sources_are_not_held_against_the_rows() -> None:
    assert not check(None, tables_of(SOUND))


def test_references_into_a_table_that_lacks_rows_are_not_followed() -> None:
    rows = {**SOUND, "accounts": []}

    assert check(SOURCES, tables_of(rows)).total == 3
    assert not check(SOURCES, tables_of(rows), {"accounts"})


def test_the_first_problems_are_listed_in_order_and_all_are_counted() -> None:
    rows = [("corp", "g1", "corp", f"none-{number:03}") for number in range(150)]

    problems = check_with(*rows, table="members")

    assert problems.total == 150
    assert len(problems.first) == InputError.LIMIT
    assert [problem.row for problem in problems.first] == list(range(2, 102))


def test_problems_of_several_rules_are_listed_by_table_and_row() -> None:
    rows = {
        **SOUND,
        "roles": [("vc", "-1", "Admin", "x"), *SOUND["roles"][1:]],
        "members": [("corp", "none", "corp", "a1"), ("corp", "g1", "corp", "none")],
        "entities": [*SOUND["entities"], ("vc", "x", "", "", "none", "", "")],
    }

    found = [(each.table, each.row) for each in check(SOURCES, tables_of(rows)).first]

    assert found == [("entities", 5), ("entities", 5), ("roles", 0), ("members", 0), ("members", 1)]
