"""Whose an account is."""

from dataclasses import replace

import pytest

from accessreview.model.errors import ConfigurationError
from tests.unit.collectors.directory.entries import OPENLDAP, account, group, person, read

SCHEMA = replace(OPENLDAP, admin_pattern="adm-(.+)")


def test_the_first_attribute_that_is_there_says_it() -> None:
    reading = read(
        OPENLDAP,
        person("ann", employeeID="7", employeeNumber="8"),
        person("ben", employeeNumber=" 9 "),
        person("cid"),
        group("g"),
    )
    assert [account(reading, login)["identity"] for login in ("ann", "ben", "cid")] == [
        "7",
        "9",
        "",
    ]


def test_an_administrators_account_belongs_to_the_ordinary_one() -> None:
    reading = read(
        SCHEMA, person("Ann", employeeID="7"), person("ADM-ann"), person("ben"), person("adm-ben")
    )
    assert account(reading, "ADM-ann")["identity"] == "7"
    assert account(reading, "adm-ben")["identity"] == "corp/ben"
    assert account(reading, "adm-ben")["kind"] == "human"


def test_its_own_attribute_goes_before_the_pattern() -> None:
    reading = read(SCHEMA, person("ann", employeeID="7"), person("adm-ann", employeeID="8"))
    assert account(reading, "adm-ann")["identity"] == "8"


def test_an_administrators_account_alone_is_a_person_of_its_own_and_remarked() -> None:
    reading = read(SCHEMA, person("adm-gone"), group("g"))
    assert account(reading, "adm-gone")["identity"] == ""
    assert any("adm-gone" in gap for gap in reading.source.gaps)


@pytest.mark.parametrize("pattern", ["adm-(", "adm-.*"])
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="administrators' accounts"):
        read(replace(OPENLDAP, admin_pattern=pattern), person("ann"))


def test_a_base_that_is_no_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"corp\.example is no distinguished name"):
        read(replace(OPENLDAP, bases=("corp.example",)), person("ann"))
