"""Settings become sources and remediators, and nothing is read or connected to on the way."""

from pathlib import Path

import pytest

from accessreview.bootstrap.sources import (
    kinds_of,
    remediators_of,
    sources_of,
    thresholds_of,
    vcenter_hosts,
)
from accessreview.collectors.directory.source import DirectorySource
from accessreview.collectors.offline.ansible import AnsibleSource
from accessreview.collectors.offline.govc import GovcSource
from accessreview.collectors.offline.ldif_directory import LdifSource
from accessreview.collectors.offline.object_save import ObjectSaveSource
from accessreview.collectors.offline.opengraph import OpenGraphSource
from accessreview.collectors.offline.opengraph_directory import OpenGraphDirectory
from accessreview.collectors.offline.powercli import PowercliSource
from accessreview.collectors.offline.sso_members import SsoMembersSource
from accessreview.collectors.vcenter.host_source import HostSource
from accessreview.collectors.vcenter.hosts import HOSTS
from accessreview.collectors.vcenter.parts import Part
from accessreview.collectors.vcenter.source import PARTS, VCenterSource
from accessreview.model.errors import ConfigurationError
from accessreview.model.snapshot import SourceKind
from accessreview.remediators.directory import DirectoryRemediator
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.settings import Settings, load_settings

EVERY_KIND = """
[[source]]
kind = "vcenter"
id = "vc"
host = "vc.example"
username = "reader"
password_file = "reader"
[source.global_permissions]
username = "sso"
password_file = "sso"
[source.remediation]
username = "remover"
password_file = "remover"
untouchable = ["VSPHERE.LOCAL\\\\emergency"]

[[source]]
kind = "active-directory"
id = "corp"
host = "dc1.example"
bind_dn = "reader@example"
password_file = "reader"
bases = ["DC=example"]
group_filter = "(cn=x)"
[source.remediation]
username = "remover@example"
password_file = "remover"

[[source]]
kind = "govc"
id = "file-vc"
roles_and_permissions = "a.json"
inventory = "b.json"

[[source]]
kind = "ansible"
id = "asked-vc"
permissions = "answers.json"
inventory = "vinfo.csv"
inventory_of = "rvtools"

[[source]]
kind = "object-save"
id = "saved-vc"
folder = "saved"

[[source]]
kind = "opengraph"
id = "graph-vc"
path = "graph.json"

[[source]]
kind = "opengraph"
id = "graph-people"
path = "graph.json"
of = "vc.example"
part = "directory"

[[source]]
kind = "powercli"
id = "other-vc"
permissions = "a.csv"
roles = "b.csv"
inventory = "c.csv"

[[source]]
kind = "ldif"
id = "lab"
name = "Laboratory"
directory = "openldap"
path = "lab.ldif"
dangling_members = "deleted"

[[source]]
kind = "esxi"
id = "alone"
host = "esx.example"
username = "reader"
password_file = "reader"

[[source]]
kind = "sso-members"
id = "sso"
path = "sso.csv"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "accessreview.toml"
    file.write_text(EVERY_KIND, encoding="utf-8")
    return load_settings(file)


def test_every_kind_has_its_source(settings: Settings) -> None:
    assert [type(source) for source in sources_of(settings)] == [
        VCenterSource,
        DirectorySource,
        GovcSource,
        AnsibleSource,
        ObjectSaveSource,
        OpenGraphSource,
        OpenGraphDirectory,
        PowercliSource,
        LdifSource,
        HostSource,
        SsoMembersSource,
    ]


@pytest.mark.parametrize(("setting", "parts"), [("", (*PARTS, HOSTS)), ("hosts = false\n", PARTS)])
def test_hosts_are_asked_and_global_permissions_read_as_it_is_set(
    setting: str, parts: tuple[Part, ...], tmp_path: Path
) -> None:
    file = tmp_path / "accessreview.toml"
    file.write_text(EVERY_KIND.replace('id = "vc"\n', f'id = "vc"\n{setting}'), encoding="utf-8")
    source = sources_of(load_settings(file))[0]
    assert isinstance(source, VCenterSource)
    assert source.parts == parts
    assert source.global_account is not None
    assert (source.settings.username, source.global_account.username) == ("reader", "sso")


def test_a_vcenter_is_asked_for_what_it_had_and_nothing_is_looked_up_before(
    settings: Settings,
) -> None:
    asked: list[str] = []

    def last_seen(source: str) -> tuple[tuple[str, str], ...]:
        asked.append(source)
        return (("VirtualMachine", "vm-1"),)

    source = sources_of(settings, last_seen)[0]
    assert asked == []
    assert isinstance(source, VCenterSource)
    assert list(source.before()) == [("VirtualMachine", "vm-1")]
    assert asked == ["vc"]


def test_what_a_vcenter_may_lack_is_as_it_is_set(tmp_path: Path) -> None:
    file = tmp_path / "accessreview.toml"
    allowed = "[source.completeness]\ndrop_percent = 25\ndrop_least = 3\n"
    text = EVERY_KIND.replace("[source.remediation]\n", f"{allowed}[source.remediation]\n", 1)
    file.write_text(text, encoding="utf-8")
    found = thresholds_of(load_settings(file))["vc"]
    assert (found.drop_percent, found.drop_least) == (25, 3)


def test_what_each_is_is_known_without_asking_it(settings: Settings) -> None:
    vcenter, directory = SourceKind.VCENTER, SourceKind.DIRECTORY
    assert kinds_of(settings) == {
        "vc": vcenter,
        "file-vc": vcenter,
        "asked-vc": vcenter,
        "saved-vc": vcenter,
        "graph-vc": vcenter,
        "graph-people": directory,
        "other-vc": vcenter,
        "corp": directory,
        "lab": directory,
        "alone": SourceKind.ESXI,
        "sso": directory,
    }


def test_only_the_account_for_it_removes_and_only_where_there_is_one(settings: Settings) -> None:
    vcenter, directory = remediators_of(settings)
    assert isinstance(vcenter, VCenterRemediator)
    assert isinstance(directory, DirectoryRemediator)
    assert vcenter.settings.username == "remover"
    assert vcenter.untouchable == {"VSPHERE.LOCAL\\emergency"}
    assert (directory.source, directory.settings.bind_dn) == ("corp", "remover@example")


def test_a_password_is_read_anew_each_time(settings: Settings, tmp_path: Path) -> None:
    source = sources_of(settings)[0]
    assert isinstance(source, VCenterSource)
    with pytest.raises(ConfigurationError, match="reader cannot be read"):
        source.settings.password()
    for password in ("one", "two"):
        (tmp_path / "reader").write_text(password, encoding="utf-8")
        assert source.settings.password() == password


def test_a_filter_reaches_the_search(settings: Settings) -> None:
    source = sources_of(settings)[1]
    assert isinstance(source, DirectorySource)
    assert source.settings.schema.filters[1] == "(cn=x)"


def test_members_count_as_deleted_only_where_that_is_declared(settings: Settings) -> None:
    schemas = [
        source.settings.schema
        for source in sources_of(settings)
        if isinstance(source, DirectorySource | LdifSource)
    ]
    assert [each.dangling_members for each in schemas] == ["unknown", "deleted"]


def test_scripts_name_live_vcenters_by_host(settings: Settings) -> None:
    assert vcenter_hosts(settings) == {"vc": "vc.example", "alone": "esx.example"}
