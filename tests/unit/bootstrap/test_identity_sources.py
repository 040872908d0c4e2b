"""How a vCenter resolves groups, from its settings."""

from pathlib import Path

import pytest

from accessreview.bootstrap.identity_sources import identity_sources_of
from accessreview.model.errors import ConfigurationError
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from accessreview.settings import Settings, load_settings

VCENTER = """
[[source]]
kind = "vcenter"
id = "vc"
host = "vc.example"
username = "reader"
password_file = "secret"
"""
DIRECTORY = """
[[source]]
kind = "ldif"
id = "corp"
directory = "active-directory"
path = "corp.ldif"
"""
OVER_LDAP = """
[[source.identity_source]]
directory = "corp"
kind = "ad-over-ldap"
"""


def loaded(folder: Path, *parts: str) -> Settings:
    file = folder / "accessreview.toml"
    file.write_text("".join(parts), "utf-8")
    return load_settings(file)


def test_bases_become_keys_and_everything_else_goes_as_it_is(tmp_path: Path) -> None:
    more = 'group_base = "OU=Groups, DC=corp,DC=example"\nwhole_domain = true\n'
    found = identity_sources_of(loaded(tmp_path, VCENTER, OVER_LDAP, more, DIRECTORY))
    assert found == {
        "vc": (
            IdentitySource(
                "corp",
                IdentitySourceKind.AD_OVER_LDAP,
                group_base="ou=groups,dc=corp,dc=example",
                whole_domain=True,
            ),
        )
    }


def test_without_any_there_is_nothing(tmp_path: Path) -> None:
    assert identity_sources_of(loaded(tmp_path, VCENTER, DIRECTORY)) == {}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((VCENTER, OVER_LDAP), "identity source corp of vc is no"),
        ((VCENTER, OVER_LDAP.replace("corp", "vc"), DIRECTORY), "identity source vc of vc is no"),
        ((VCENTER, OVER_LDAP, OVER_LDAP, DIRECTORY), "two identity sources for corp"),
        ((VCENTER, OVER_LDAP, 'user_base = "people"\n', DIRECTORY), "base “people” of an identity"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, parts: tuple[str, ...], sentence: str) -> None:
    settings = loaded(tmp_path, *parts)
    with pytest.raises(ConfigurationError, match=sentence):
        identity_sources_of(settings)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("ad-over-ldap", "foreign_groups = true"),
        ("integrated", 'group_base = "dc=corp"'),
        ("openldap", "direct_groups_only = true"),
        ("federated", 'user_base = "dc=corp"'),
    ],
)
def test_what_means_nothing_for_its_kind_is_refused(
    tmp_path: Path, kind: str, setting: str
) -> None:
    part = OVER_LDAP.replace("ad-over-ldap", kind)
    with pytest.raises(ConfigurationError, match=f"means nothing for the kind {kind}"):
        loaded(tmp_path, VCENTER, part, setting, "\n", DIRECTORY)
