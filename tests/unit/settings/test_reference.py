"""The reference page names every setting, and its example can be loaded."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.bootstrap.sources import kinds_of, remediators_of, sources_of
from accessreview.settings import Settings, load_settings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "settings.md").read_text("utf-8")
FIRST_CELL = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def keys() -> Iterator[str]:
    """Every setting that is a value, and not a section of others."""
    schema = Settings.model_json_schema()
    for section in (schema, *schema["$defs"].values()):
        for name, field in section["properties"].items():
            if "$ref" not in str(field):
                yield name


def test_every_setting_has_a_row_and_every_row_is_a_setting() -> None:
    assert set(FIRST_CELL.findall(PAGE)) == set(keys())


@pytest.mark.parametrize("section", sorted(set(Settings.model_fields)))
def test_every_section_has_a_heading_or_a_row(section: str) -> None:
    assert f"`{section}`" in PAGE or f"[{section}]" in PAGE


@pytest.mark.parametrize(
    "kind",
    [
        *("vcenter", "esxi", "active-directory", "openldap", "389-ds", "freeipa", "vmdir", "ldap"),
        *("ansible", "govc", "object-save", "opengraph", "powercli", "sso-members", "ldif"),
    ],
)
def test_every_kind_of_source_has_a_heading(kind: str) -> None:
    assert re.search(rf'^### .*`kind = "{kind}"`', PAGE, re.MULTILINE)


def test_the_example_loads_and_can_be_put_together(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    file = tmp_path / "accessreview.toml"
    file.write_text(example, encoding="utf-8")
    settings = load_settings(file)
    assert [source.id for source in sources_of(settings)] == [
        "vc-main",
        "vc-lab",
        "corp",
        "partner",
    ]
    assert len(remediators_of(settings)) == 1
    assert set(kinds_of(settings)) == {"vc-main", "vc-lab", "corp", "partner"}
    assert settings.mail is not None
    assert settings.mail.password_file == tmp_path / "secrets" / "mail"
