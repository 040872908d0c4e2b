"""Roles and permissions as ``govc role.usage -json`` prints them, up to 0.30 and from 0.31 on."""

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.json_documents import documents
from accessreview.collectors.vcenter.raw import RawPermission, RawRole
from accessreview.model.errors import InputError


def read_access(file: ExportFile) -> tuple[tuple[RawRole, ...], tuple[RawPermission, ...]]:
    """Read the one document of the file.

    Raises:
        InputError: it is cut off, of another form, or leaves out what a row needs.
    """
    found = [document for _, document in documents(file)]
    match found:
        case [{"roles": list(roles), "permissions": list(permissions)}]:
            return _roles(file.name, roles), _permissions(file.name, permissions)
        case _:
            raise InputError(
                f"{file.name} is not what `govc role.usage -json` prints: one object with roles"
                " and permissions is expected. Give the command no role's name."
            )


def _roles(name: str, raw: list[object]) -> tuple[RawRole, ...]:
    roles: list[RawRole] = []
    problems: list[str] = []
    for number, entry in enumerate(raw, start=1):
        match entry:
            case {"roleid": int(role_id), "name": str(title), "system": bool(system), **rest} if (
                not isinstance(role_id, bool)
                and title
                and (privileges := _texts(rest.get("privilege"))) is not None
            ):
                roles.append(RawRole(role_id, title, system, privileges))
            case _:
                problems.append(
                    f"{name}, role {number}: roleId, name, system or privilege is missing or of"
                    " the wrong kind."
                )
    if problems:
        raise InputError(*problems)
    return tuple(roles)


def _permissions(name: str, raw: list[object]) -> tuple[RawPermission, ...]:
    permissions: list[RawPermission] = []
    problems: list[str] = []
    for number, entry in enumerate(raw, start=1):
        match entry:
            case {
                "entity": {"type": str(), "value": str(entity)},
                "principal": str(principal),
                "group": bool(is_group),
                "roleid": int(role_id),
                "propagate": bool(propagate),
            } if entity and principal and not isinstance(role_id, bool):
                permissions.append(RawPermission(entity, principal, is_group, role_id, propagate))
            case _:
                problems.append(
                    f"{name}, permission {number}: entity, principal, group, roleId or propagate"
                    " is missing or of the wrong kind."
                )
    if problems:
        raise InputError(*problems)
    return tuple(permissions)


def _texts(value: object) -> tuple[str, ...] | None:
    """A list of strings; ``null`` is Go's empty list; None for anything else."""
    if value is None:
        return ()
    if not isinstance(value, list):
        return None
    texts = tuple(item for item in value if isinstance(item, str) and item)
    return texts if len(texts) == len(value) else None
