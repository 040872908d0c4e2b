"""The same removals as a PowerCLI script for a person to read and run.

Whatever comes from outside stands in string literals of ASCII alone, never in a comment or in
code: PowerShell takes four typographic quotes for the plain one, and older ones misread a file
without a byte order mark.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from accessreview.model.principal import on_host
from accessreview.model.remediation import PermissionRemoval

_HEAD = """\
# Removes vCenter permissions that a review revoked.
# As it stands it only shows what it would do; run it with -Execute to do it.
# Each permission is read again first, and left alone unless it is exactly as reviewed.
#Requires -Modules VMware.VimAutomation.Core
[CmdletBinding()]
param([switch] $Execute)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Read-Permission($Manager, $Reference, $Principal, $IsGroup) {
    $Manager.RetrieveEntityPermissions($Reference, $false) |
        Where-Object { $_.Principal -eq $Principal -and $_.Group -eq $IsGroup }
}

function Remove-ReviewedPermission(
    $Server, $Type, $Id, $Place, $Principal, $IsGroup, $RoleId, $RoleName, $Propagate
) {
    $what = '{0} with role {1} on {2} ({3} {4})' -f $Principal, $RoleName, $Place, $Type, $Id
    $manager = Get-View -Server $Server -Id $Server.ExtensionData.Content.AuthorizationManager
    $reference = New-Object VMware.Vim.ManagedObjectReference
    $reference.Type = $Type
    $reference.Value = $Id
    $found = @(Read-Permission $manager $reference $Principal $IsGroup)
    if ($found.Count -eq 0) {
        Write-Output ('Gone already: ' + $what)
        return
    }
    if ($found.Count -ne 1 -or $found[0].Principal -cne $Principal -or
        $found[0].RoleId -ne $RoleId -or $found[0].Propagate -ne $Propagate) {
        Write-Warning ('Not as reviewed, left alone: ' + $what)
        return
    }
    if (-not $Execute) {
        Write-Output ('Would remove: ' + $what)
        return
    }
    $manager.RemoveEntityPermission($reference, $Principal, $IsGroup)
    if (@(Read-Permission $manager $reference $Principal $IsGroup).Count -eq 0) {
        Write-Output ('Removed: ' + $what)
    } else {
        Write-Warning ('Still there after its removal: ' + $what)
    }
}
"""


def script(
    changes: Iterable[PermissionRemoval],
    servers: Mapping[str, str],
    hosts: Container[str] = frozenset(),
) -> str:
    """Write the script for ``changes``; ``servers`` gives the host name of each vCenter's id.

    ``hosts`` are the ids of those that are single hosts, which know their accounts by shorter
    names. A vCenter without a host name is called by its id. Global permissions, which this
    interface cannot remove, become warnings that say so.
    """
    by_vcenter: dict[str, list[PermissionRemoval]] = {}
    for change in sorted(changes):
        by_vcenter.setdefault(change.entity.vcenter, []).append(change)
    parts = [_HEAD]
    for vcenter, removals in by_vcenter.items():
        parts.append(f"$server = Connect-VIServer -Server {_text(servers.get(vcenter, vcenter))}\n")
        parts.extend(_call(_as_known(removal, hosts)) for removal in removals)
    return "\n".join(parts)


def _as_known(change: PermissionRemoval, hosts: Container[str]) -> PermissionRemoval:
    source = change.entity.vcenter
    own = on_host(source, change.principal) if source in hosts else change.principal
    return replace(change, principal=own)


def _call(change: PermissionRemoval) -> str:
    if not change.entity.id:
        warning = (
            f"Remove by hand, under Administration, Global Permissions: {change.principal}"
            f" with role {change.role_name}; that ends it in every vCenter of the domain"
        )
        return f"Write-Warning {_text(warning)}\n"
    return (
        "Remove-ReviewedPermission -Server $server"
        f" -Type {_text(change.entity_type)} -Id {_text(change.entity.id)}"
        f" -Place {_text(change.place)} `\n"
        f"    -Principal {_text(change.principal)} -IsGroup {_boolean(change.is_group)}"
        f" -RoleId {_text(change.role)} -RoleName {_text(change.role_name)}"
        f" -Propagate {_boolean(change.propagate)}\n"
    )


def _boolean(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "$true" if value else "$false"


def _text(value: str) -> str:
    """A PowerShell expression for ``value`` in printable ASCII, whatever it holds."""
    parts: list[str] = []
    plain = ""
    for unit in _utf16(value):
        if " " <= chr(unit) <= "~":
            plain += "''" if chr(unit) == "'" else chr(unit)
        else:
            parts += [f"'{plain}'", f"[char]0x{unit:04X}"]
            plain = ""
    parts.append(f"'{plain}'")
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def _utf16(value: str) -> Iterable[int]:
    encoded = value.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(encoded[at : at + 2], "big") for at in range(0, len(encoded), 2))
