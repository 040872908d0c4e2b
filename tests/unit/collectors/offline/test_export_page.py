"""The page with the commands that export a directory asks for all that is looked at."""

from pathlib import Path

import pytest

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.settings import DirectoryKind

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "export-ldif.md"


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (DirectoryKind.ACTIVE_DIRECTORY, "Active Directory"),
        (DirectoryKind.OPENLDAP, "OpenLDAP"),
        (DirectoryKind.DS389, "389 Directory Server and FreeIPA"),
        (DirectoryKind.FREEIPA, "389 Directory Server and FreeIPA"),
    ],
)
def test_each_command_names_every_attribute(kind: DirectoryKind, heading: str) -> None:
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    command = section.split("```")[1]
    named = set(command.replace(",", " ").replace('"', " ").split())
    asked = set(DirectorySchema(kind=kind).attributes)
    assert asked - named == set()
