"""A list of who is in the groups of vCenter's own directory."""

from pathlib import Path

import pytest

from accessreview.collectors.offline.sso_members import SsoMembersSettings, SsoMembersSource
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Coverage, Reading
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from tests.snapshots import NOON, PEOPLE, SOURCES, a_reading
from tests.unit.collectors.offline.exported import now, rows

LIST = """Group,Member,IsGroup
Administrators,VSPHERE.LOCAL\\Administrator,False
Administrators,CORP\\ops,True
administrators,nested@vsphere.local,True
Nested,vsphere.local\\svc-backup,False
SystemConfiguration.BashShellAdministrators,corp\\Ann,False
CAAdmins,,
"""


def read(folder: Path, text: str = LIST) -> Reading:
    path = folder / "sso.csv"
    path.write_text(text)
    settings = SsoMembersSettings(id="sso", name="SSO", path=path, domain="vsphere.local")
    return SsoMembersSource(settings).collect(now)


def test_a_list_becomes_groups_accounts_and_powers(tmp_path: Path) -> None:
    reading = read(tmp_path)

    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())
    assert {row[1] for row in rows(reading, "groups")} == {
        "Administrators",
        "nested",
        "SystemConfiguration.BashShellAdministrators",
        "CAAdmins",
    }
    assert {row[1] for row in rows(reading, "accounts")} == {"Administrator", "svc-backup"}
    assert set(rows(reading, "members")) == {
        ("administrators", "sso", "administrator"),
        ("administrators", "sso", "nested"),
        ("nested", "sso", "svc-backup"),
    }
    assert set(rows(reading, "outsiders")) == {
        ("administrators", r"CORP\ops", "elsewhere", "named by the list"),
        (
            "systemconfiguration.bashshelladministrators",
            r"corp\Ann",
            "elsewhere",
            "named by the list",
        ),
    }
    assert ("administrators", r"vsphere.local\Administrators") in rows(reading, "principal_names")
    assert ("administrators", "Administrators@vsphere.local") in rows(reading, "principal_names")
    assert {(row[1], row[2]) for row in rows(reading, "powers")} == {
        ("sso-administration", r"vsphere.local\Administrators"),
        ("appliance-shell", r"vsphere.local\SystemConfiguration.BashShellAdministrators"),
        ("certificate-authority", r"vsphere.local\CAAdmins"),
    }


def test_members_of_other_directories_are_found_there_by_name(tmp_path: Path) -> None:
    joined = join([read(tmp_path), a_reading(SOURCES[1], PEOPLE)])

    snapshot = compose(NOON, joined)
    assert {row[1:] for row in snapshot["members"].rows() if row[0] == "sso"} >= {
        ("administrators", "corp", "g1"),
        ("systemconfiguration.bashshelladministrators", "corp", "a1"),
    }
    assert joined[0].source.coverage is Coverage.FULL


def test_who_is_found_nowhere_may_be_somebody_known(tmp_path: Path) -> None:
    (joined,) = join([read(tmp_path)])

    assert joined.source.coverage is Coverage.PARTIAL
    assert r"CORP\ops in Administrators" in joined.source.gaps[0]


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        (
            "Group,Member,IsGroup\nCAAdmins,Administrator,False\n",
            "A group that every domain has is not in the list: Administrators.",
        ),
        (
            "Group,Member,IsGroup\nAdministrators,Nested,True\n",
            "A group is a member, and the list does not say who is in it: Nested.",
        ),
    ],
)
def test_a_list_that_cannot_be_whole_is_partial(tmp_path: Path, text: str, gap: str) -> None:
    reading = read(tmp_path, text)

    assert (reading.source.coverage, reading.source.gaps) == (Coverage.PARTIAL, (gap,))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Group,Member\nAdministrators,a\n", "the columns Group, Member, IsGroup are expected"),
        ("Group,Member,IsGroup\n,a,False\n", r"sso\.csv, line 2: no name is no group of"),
        ("Group,Member,IsGroup\nCORP\\x,a,False\n", r"line 2: CORP\\x is no group of vsphere"),
        ("Group,Member,IsGroup\nx,a,maybe\n", "line 2: IsGroup is maybe; True or False expected"),
        (
            "Group,Member,IsGroup\nx,a,False\nx,A,True\n",
            "line 3: a is a group here and an account in another row",
        ),
        ("Group,Member,IsGroup\nx,a,False", "it is cut off"),
    ],
    ids=["column", "no group", "other domain", "kind", "two kinds", "cut off"],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(tmp_path, text)
