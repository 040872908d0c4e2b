"""Files of changes, for ``whatif``: JSON Lines, read strictly."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from accessreview.analysis.estate import Estate
from accessreview.model.access import (
    AccountRef,
    EntityRef,
    GroupRef,
    Permission,
    PermissionKey,
)
from accessreview.model.change import (
    Change,
    MembershipChange,
    PermissionRemoved,
    PermissionSet,
    RoleChange,
)
from accessreview.model.decoding import decoded
from accessreview.model.errors import InputError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Membership:
    group_source: str
    group: str
    member_source: str
    member: str
    present: bool = True

    def change(self, estate: Estate) -> Change:
        member = AccountRef(self.member_source, self.member)
        is_group = estate.group_keys.row(member.source, member.id) is not None
        return MembershipChange(
            GroupRef(self.group_source, self.group),
            GroupRef(member.source, member.id) if is_group else member,
            self.present,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Permission:
    vcenter: str
    entity: str
    principal: str
    is_group: bool
    role: str = ""
    propagate: bool = True
    present: bool = True

    def change(self, _: Estate) -> Change:
        key = PermissionKey(EntityRef(self.vcenter, self.entity), self.principal, self.is_group)
        if self.present:
            return PermissionSet(Permission(key, self.role, self.propagate))
        return PermissionRemoved(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    vcenter: str
    role: str
    privileges: tuple[str, ...]

    def change(self, _: Estate) -> Change:
        return RoleChange(self.vcenter, self.role, frozenset(self.privileges))


_KINDS: Mapping[str, type[_Membership | _Permission | _Role]] = {
    "membership": _Membership,
    "permission": _Permission,
    "role": _Role,
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One row of a file of changes, not yet looked up in an estate."""

    place: str
    row: _Membership | _Permission | _Role

    def change(self, estate: Estate) -> Change:
        return self.row.change(estate)

    def refused(self, error: NotFoundError) -> InputError:
        """The error of a change to something that is not there, with the row named."""
        return InputError(f"{self.place}: {error}")


def read_changes(path: Path) -> tuple[ChangeRow, ...]:
    """Read a file of changes.

    Raises:
        InputError: lists every row that is no change, with the reason.
    """
    try:
        lines = path.read_bytes().decode().splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8: {error}.") from error
    rows, faults = [], []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(ChangeRow(f"{path}, row {number}", _row(line)))
            except ValueError as error:
                faults.append(f"{path}, row {number}: {error}.")
    if not rows and not faults:
        faults.append(f"{path} has no change in it.")
    if faults:
        raise InputError(*faults)
    return tuple(rows)


def _row(line: str) -> _Membership | _Permission | _Role:
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is not JSON: {error}") from error
    if not isinstance(plain, dict) or plain.get("change") not in _KINDS:
        raise ValueError(f'a row is an object with "change" one of {", ".join(_KINDS)}')
    kind = _KINDS[plain.pop("change")]
    known = {field.name: field.default is MISSING for field in fields(kind)}
    missing = [name for name, needed in known.items() if needed and name not in plain]
    unknown = sorted(plain.keys() - known)
    if missing or unknown:
        says = [f"it lacks {', '.join(missing)}"] * bool(missing)
        says += [f"it has {', '.join(unknown)}, which means nothing here"] * bool(unknown)
        raise ValueError(" and ".join(says))
    row = decoded(kind, plain)
    if isinstance(row, _Permission) and row.present and not row.role:
        raise ValueError("it lacks role, which a permission that is given must have")
    return row
