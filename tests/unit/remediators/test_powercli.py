"""The script for a person: what it removes, and that no name in it can become code."""

import re
from dataclasses import replace

import pytest

from accessreview.model.access import EntityRef
from accessreview.model.remediation import PermissionRemoval
from accessreview.remediators.powercli import script

REMOVAL = PermissionRemoval(
    entity=EntityRef("vc1", "vm-17"),
    entity_type="VirtualMachine",
    place="North/web",
    principal=r"CORP\operators",
    is_group=True,
    role="-974337264",
    role_name="operators",
    propagate=False,
)
SERVERS = {"vc1": "vc1.example"}

_CALL = re.compile(r"^(?:Remove-ReviewedPermission|Write-Warning|\$server = )", re.MULTILINE)
_LITERAL = re.compile(r"'((?:[^']|'')*)'")


def _calls(text: str) -> str:
    first = _CALL.search(text)
    return text[first.start() :] if first else ""


def _principal(text: str) -> str:
    """The value of ``-Principal``, read as PowerShell reads it."""
    expression = re.split(" -IsGroup ", text.rpartition("-Principal ")[2])[0]
    value, rest = "", expression.strip("()")
    while rest:
        if literal := _LITERAL.match(rest):
            value += literal[1].replace("''", "'")
        else:
            literal = re.match(r"\[char\]0x([0-9A-F]{4})", rest)
            assert literal, rest
            value += chr(int(literal[1], 16))
        rest = rest[literal.end() :].removeprefix(" + ")
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def test_a_removal_names_everything_that_was_reviewed() -> None:
    calls = _calls(script([REMOVAL], SERVERS))

    assert calls == (
        "$server = Connect-VIServer -Server 'vc1.example'\n\n"
        "Remove-ReviewedPermission -Server $server -Type 'VirtualMachine' -Id 'vm-17'"
        " -Place 'North/web' `\n"
        r"    -Principal 'CORP\operators' -IsGroup $true -RoleId '-974337264'"
        " -RoleName 'operators' -Propagate $false\n"
    )


def test_the_script_shows_only_unless_it_is_told_to_execute() -> None:
    text = script([REMOVAL], SERVERS)

    shows = text.index("if (-not $Execute)")
    assert "param([switch] $Execute)" in text
    assert shows < text.index("$manager.RemoveEntityPermission(")


@pytest.mark.parametrize(("hosts", "known"), [({"vc1"}, "root"), (set(), r"vc1\root")])
def test_a_host_is_asked_for_its_own_accounts_by_their_own_names(
    hosts: set[str], known: str
) -> None:
    text = script([replace(REMOVAL, principal=r"vc1\root")], SERVERS, hosts)

    assert _principal(text) == known


def test_what_is_not_as_reviewed_is_left_alone_by_the_script() -> None:
    text = script([REMOVAL], SERVERS)

    for field in ("Principal -cne $Principal", "RoleId -ne $RoleId", "Propagate -ne $Propagate"):
        assert text.index(f"$found[0].{field}") < text.index("if (-not $Execute)")


@pytest.mark.parametrize(
    "principal",
    [
        "CORP\\o'brien",
        "CORP\\'; Remove-Item -Recurse C:\\ #",
        "CORP\\\u2019; Remove-Item C:\\ \u2018",
        "CORP\\\u201a\u201b",
        "CORP\\$(Get-Date) `n $env:PATH",
        "CORP\\line\r\nRemove-Item C:\\",
        "CORP\\Zo\u00eb \U0001f600",
        "\u2019",
        "",
    ],
)
def test_no_name_can_become_code(principal: str) -> None:
    text = script([replace(REMOVAL, principal=principal)], SERVERS)

    assert text.isascii()
    assert _calls(text).count("\n") == _calls(script([REMOVAL], SERVERS)).count("\n")
    assert _principal(text) == principal


def test_each_vcenter_is_connected_to_before_its_own_removals() -> None:
    other = replace(REMOVAL, entity=EntityRef("vc2", "vm-17"))
    text = script([other, REMOVAL, replace(REMOVAL, principal=r"CORP\a")], SERVERS)

    assert _CALL.findall(text) == [
        "$server = ",
        "Remove-ReviewedPermission",
        "Remove-ReviewedPermission",
        "$server = ",
        "Remove-ReviewedPermission",
    ]
    assert "-Server 'vc2'" in text


def test_a_global_permission_is_for_a_person() -> None:
    text = script([replace(REMOVAL, entity=EntityRef("vc1", ""), place="all")], SERVERS)

    assert "Write-Warning 'Remove by hand, under Administration, Global Permissions:" in text
    assert "that ends it in every vCenter of the domain'" in text
    assert "Remove-ReviewedPermission -Server $server" not in text
