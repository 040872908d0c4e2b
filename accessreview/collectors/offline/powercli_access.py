"""Roles and permissions as ``Get-VIRole`` and ``Get-VIPermission`` give them to ``Export-Csv``."""

import re
from collections.abc import Mapping, Sequence

from accessreview.collectors.offline.csv_rows import CsvRow, csv_rows
from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.vcenter.raw import RawPermission, RawRole
from accessreview.model.errors import InputError

GLOBAL = "Global"
"""What stands as ``EntityId`` of a global permission; vCenter's own ids have a type before."""

_PRIVILEGES_APART = re.compile(r"[\s,;|]+")
_PRIVILEGE = re.compile(r"\w[\w.\-]*", re.ASCII)
_ENTITY_ID = re.compile(r"[A-Z][A-Za-z]+-(\S+)", re.ASCII)


def read_roles(file: ExportFile) -> tuple[RawRole, ...]:
    """Read roles from the columns Id, Name, IsSystem and PrivilegeList.

    Raises:
        InputError: as of ``csv_rows``; also for an id that is no number, privileges that were not
            joined, and two roles of one name or id: then several servers were exported at once.
    """
    roles: list[RawRole] = []
    problems: list[str] = []
    for row in csv_rows(file, ("Id", "Name", "IsSystem", "PrivilegeList")):
        try:
            role = RawRole(_number(row, "Id"), row["Name"], row.boolean("IsSystem"), _rights(row))
        except InputError as error:
            problems.extend(error.problems)
            continue
        if any(role.id == other.id or role.name == other.name for other in roles):
            problems.append(
                f"{row.where}: a second role is called {role.name} or has the id {role.id}. Export"
                " one vCenter at a time, with -Server."
            )
        roles.append(role)
    if problems:
        raise InputError(*problems)
    return tuple(roles)


def read_permissions(file: ExportFile, roles: Sequence[RawRole]) -> tuple[RawPermission, ...]:
    """Read permissions from the columns EntityId, Principal, IsGroup, Role and Propagate.

    ``Role`` is the role's name. ``Uid``, where it is there, must be of one server in all rows.

    Raises:
        InputError: as of ``csv_rows``; also for an entity without its id, a role that is not
            among ``roles``, a name that lost characters, and rows of several servers.
    """
    by_name = {role.name: role.id for role in roles}
    permissions: list[RawPermission] = []
    problems: list[str] = []
    servers: dict[str, str] = {}
    for row in csv_rows(file, ("EntityId", "Principal", "IsGroup", "Role", "Propagate")):
        try:
            permissions.append(_permission(row, by_name))
        except InputError as error:
            problems.extend(error.problems)
        if row["Uid"]:
            servers.setdefault(row["Uid"].lstrip("/").partition("/")[0].casefold(), row.where)
    if len(servers) > 1:
        problems.append(
            f"{list(servers.values())[1]}: the rows come from several servers. Export one vCenter"
            " at a time, with -Server."
        )
    if problems:
        raise InputError(*problems)
    return tuple(permissions)


def entity_id(text: str, where: str, column: str) -> str:
    """``vm-42`` of ``VirtualMachine-vm-42``, as PowerCLI writes a reference.

    Raises:
        InputError: the type or the id is missing: a name alone does not tell entities apart.
    """
    match = _ENTITY_ID.fullmatch(text)
    if match is None:
        raise InputError(
            f"{where}: {column} is {text or 'empty'}; a type and an id as in VirtualMachine-vm-42"
            " expected."
        )
    return match[1]


def _permission(row: CsvRow, by_name: Mapping[str, int]) -> RawPermission:
    raw = row["EntityId"]
    entity = "" if raw == GLOBAL else entity_id(raw, row.where, "EntityId")
    principal = row["Principal"]
    if not principal:
        raise InputError(f"{row.where}: Principal is empty.")
    if "?" in principal or "\N{REPLACEMENT CHARACTER}" in principal:
        raise InputError(
            f"{row.where}: the principal {principal} has lost a character. Export again with"
            " -Encoding UTF8."
        )
    if row["Role"] not in by_name:
        raise InputError(
            f"{row.where}: the role {row['Role'] or '(empty)'} is not in the file of roles. Export"
            " both files at one time, from one vCenter."
        )
    return RawPermission(
        entity, principal, row.boolean("IsGroup"), by_name[row["Role"]], row.boolean("Propagate")
    )


def _number(row: CsvRow, column: str) -> int:
    try:
        return int(row[column])
    except ValueError as error:
        raise InputError(
            f"{row.where}: {column} is {row[column] or 'empty'}; a whole number expected."
        ) from error


def _rights(row: CsvRow) -> tuple[str, ...]:
    text = row["PrivilegeList"]
    privileges = tuple(filter(None, _PRIVILEGES_APART.split(text)))
    if text.startswith("System.") and text.endswith(("[]", "]")):
        raise InputError(
            f"{row.where}: PrivilegeList holds the name of a type. Join the list, as the manual's"
            " command does."
        )
    for privilege in privileges:
        if not _PRIVILEGE.fullmatch(privilege):
            raise InputError(f"{row.where}: {privilege} is no privilege.")
    return privileges
