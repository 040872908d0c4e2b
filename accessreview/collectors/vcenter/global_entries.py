"""What global permissions come to beside those of the inventory; pure.

A global permission that propagates is reported on the root folder of every vCenter as well, where
nothing tells it from an entry of the folder's own. It is kept once, as what it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from accessreview.collectors.vcenter.raw import RawPermission, RawRole, RawVCenter
from accessreview.model.principal import may_be_same
from accessreview.snapshot.gaps import Gaps

_GROUP, _USER = "GROUP", "USER"
_HALF, _WIDTH = 1 << 31, 32


@dataclass(frozen=True, slots=True)
class GlobalEntry:
    """A global permission as its interface tells it; ``roles`` are ids or names."""

    principal: str
    is_group: bool
    roles: tuple[str, ...]
    propagate: bool


def page_of(answer: object) -> tuple[list[GlobalEntry], str]:
    """The global permissions of one page of the REST list, and the marker of the next one.

    Those that name an object are of the inventory and left out. Raises ValueError for what is no
    such page.
    """
    match answer:
        case {"items": list(items), **more} if isinstance(more.get("marker") or "", str):
            marker = str(more.get("marker") or "")
            return [entry for item in items for entry in _entry(item)], marker
        case _:
            raise ValueError("a page without items")


def _entry(item: object) -> Iterator[GlobalEntry]:
    match item:
        case {"info": {"object": dict()}}:
            return
        case {
            "info": {
                "principal": {"type": str(kind), "name": str(name), **more},
                "role": str(role),
                "propagating": bool(propagates),
                **rest,
            }
        } if (
            rest.get("object") is None
            and kind.upper() in {_GROUP, _USER}
            and isinstance(more.get("domain", ""), str)
        ):
            domain = more.get("domain")
            principal = f"{domain}\\{name}" if domain else name
            yield GlobalEntry(principal, kind.upper() == _GROUP, (role,), propagates)
        case _:
            raise ValueError("no permission")


def with_global(
    raw: RawVCenter, entries: Iterable[GlobalEntry], root: str, gaps: Gaps, doubts: Gaps
) -> RawVCenter:
    """Put the global permissions beside the others, and take their mirrors off the root folder.

    An entry of the root folder is a mirror if a global one that propagates has its kind, its role,
    and its principal, which both may spell with another name of the domain. It stays spelled as on
    the root folder, as all other permissions are. What gives no role that was read is doubtful.
    """
    known = _Roles(raw.roles)
    on_root = [entry for entry in raw.permissions if entry.entity == root and entry.propagate]
    mirrors: set[RawPermission] = set()
    found = []
    for one in _merged(entries, gaps):
        ids, unknown = known.of(one.roles)
        if unknown or not ids:
            doubts.add("A global permission gives a role that was not read", one.principal)
        if not one.principal:
            doubts.add("A global permission names no principal", ", ".join(one.roles))
        elif ids:
            own = _mirrors(one, ids, on_root) if one.propagate else []
            mirrors.update(own)
            principal = own[0].principal if own else one.principal
            role = known.together(ids)
            found.append(RawPermission("", principal, one.is_group, role, one.propagate))
    kept = (entry for entry in raw.permissions if entry not in mirrors)
    return replace(raw, roles=known.all(), permissions=(*kept, *found))


def _merged(entries: Iterable[GlobalEntry], gaps: Gaps) -> Iterable[GlobalEntry]:
    """One a principal and kind, with all of its roles."""
    merged: dict[tuple[str, bool], GlobalEntry] = {}
    for entry in entries:
        key = entry.principal.casefold(), entry.is_group
        first = merged.setdefault(key, entry)
        if first.propagate != entry.propagate:
            gaps.add(
                "A principal has global permissions with and without propagation, which are taken"
                " as one that propagates",
                entry.principal,
            )
        roles = tuple(dict.fromkeys((*first.roles, *entry.roles)))
        merged[key] = replace(first, roles=roles, propagate=first.propagate or entry.propagate)
    return merged.values()


def _mirrors(
    one: GlobalEntry, ids: Sequence[int], on_root: Iterable[RawPermission]
) -> list[RawPermission]:
    """Spelled alike, or else with another name of the domain if that can only be one principal."""
    alike = [entry for entry in on_root if entry.is_group == one.is_group and entry.role in ids]
    folded = one.principal.casefold()
    exact = [entry for entry in alike if entry.principal.casefold() == folded]
    if exact:
        return exact
    near = [entry for entry in alike if may_be_same(entry.principal, one.principal)]
    return near if len({entry.principal.casefold() for entry in near}) == 1 else []


class _Roles:
    """The roles of a vCenter, found by id or name, and those made of several."""

    def __init__(self, roles: Sequence[RawRole]) -> None:
        self._of_id: dict[int, RawRole] = {}
        for role in roles:
            self._of_id.setdefault(role.id, role)
        self._read = tuple(roles)
        self._made: dict[int, RawRole] = {}
        by_name: Mapping[str, int] = {role.name: role.id for role in self._of_id.values()}
        self._ids = {**by_name, **{str(number): number for number in self._of_id}}

    def of(self, names: Iterable[str]) -> tuple[tuple[int, ...], bool]:
        """The ids of those that were read, and whether there were others."""
        ids = [self._ids.get(name) for name in names]
        return tuple(sorted({one for one in ids if one is not None})), None in ids

    def together(self, ids: Sequence[int]) -> int:
        """The one role, or else one made of all: a permission of a snapshot gives one role.

        Its id is made of theirs and has more bits than vCenter's, so that it never means another.
        """
        if len(ids) == 1:
            return ids[0]
        number = 1
        for one in ids:
            number = (number << _WIDTH) + one + _HALF
        parts = [self._of_id[one] for one in ids]
        privileges = dict.fromkeys(each for part in parts for each in part.privileges)
        name = " + ".join(part.name for part in parts)
        self._made[number] = RawRole(number, name, system=False, privileges=tuple(privileges))
        return number

    def all(self) -> tuple[RawRole, ...]:
        return (*self._read, *self._made.values())
