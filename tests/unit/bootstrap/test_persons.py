from pathlib import Path

import pytest

from accessreview.bootstrap.persons import person_rules
from accessreview.model.errors import InputError
from accessreview.settings import load_settings
from accessreview.snapshot.persons import PersonMapping, PersonRules

HEAD = "source,account,identity\n"
SOURCES = """
[[source]]
kind = "ldif"
id = "corp"
directory = "openldap"
path = "corp.ldif"

[[source]]
kind = "govc"
id = "vc"
roles_and_permissions = "access.json"
inventory = "inventory.json"
"""


def rules(folder: Path, persons: str) -> PersonRules:
    config = folder / "accessreview.toml"
    config.write_text(f"[persons]\n{persons}\n{SOURCES}", encoding="utf-8")
    return person_rules(load_settings(config))


def mapped(folder: Path, rows: str) -> PersonRules:
    (folder / "persons.csv").write_text(rows, encoding="utf-8")
    return rules(folder, 'mapping = "persons.csv"')


def test_without_settings_nothing_is_joined(tmp_path: Path) -> None:
    assert rules(tmp_path, "") == PersonRules()


def test_the_attributes_and_the_mapping_are_taken_over(tmp_path: Path) -> None:
    assert rules(tmp_path, 'join_by = ["mail", "employeeNumber"]').join_by == (
        "mail",
        "employeeNumber",
    )
    found = mapped(tmp_path, "\ufeff" + HEAD + "corp, adm-ann ,E1\n\ncorp,ann,E1\n")
    assert found.mapping == (
        PersonMapping("corp", "adm-ann", "E1"),
        PersonMapping("corp", "ann", "E1"),
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("corp,ann", "row 2: it has 2 fields, not 3."),
        ("corp,,E1", "row 2: it names no account."),
        (",ann,E1", "row 2: it names no source."),
        ("corp,ann, ", "row 2: it names no identity."),
        ("lab,ann,E1", "row 2: no source that is a directory has the id lab."),
        ("vc,ann,E1", "row 2: no source that is a directory has the id vc."),
        (
            "corp,ann,E1\ncorp,bob,E2\ncorp,ann,E2",
            "row 4: an earlier row gives ann of corp to E1.",
        ),
    ],
    ids=["fields", "account", "source", "identity", "unknown", "vcenter", "twice"],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        mapped(tmp_path, HEAD + row)


def test_a_mapping_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mapping of persons .*none\.csv cannot be read"):
        rules(tmp_path, 'mapping = "none.csv"')
    with pytest.raises(InputError, match="has to read source,account,identity"):
        mapped(tmp_path, "source,login,identity\n")
