"""Where the collecting account does not see everything, from what came and what was refused; pure.

A permission may stand on something that does not come, so each such place is named with why.
"""

from collections.abc import Collection, Iterator, Mapping

from accessreview.collectors.vcenter.raw import RawEntity, RawVCenter

READ = "System.Read"


def blind_spots(
    raw: RawVCenter, unreadable: Collection[str], user: str
) -> Mapping[str, tuple[str, ...]]:
    """Why not everything is seen, by the id of the entity on or below which it is not.

    ``unreadable`` are entities that the account may not read by vCenter's own word, ``user`` is
    how vCenter names the account.
    """
    found: dict[str, list[str]] = {}
    for entity, reason in _all(raw, unreadable, user):
        found.setdefault(entity, []).append(reason)
    return {entity: tuple(dict.fromkeys(reasons)) for entity, reasons in found.items()}


def blinded(raw: RawVCenter, user: str) -> tuple[str, ...]:
    """The entities where a permission of the account's own lets it read nothing."""
    blind = {role.id for role in raw.roles if READ not in role.privileges}
    return tuple(
        entry.entity
        for entry in raw.permissions
        if entry.role in blind
        and not entry.is_group
        and entry.entity
        and entry.principal.casefold() == user.casefold()
    )


def _all(raw: RawVCenter, unreadable: Collection[str], user: str) -> Iterator[tuple[str, str]]:
    there = {entity.id for entity in raw.entities}
    for entity in raw.entities:
        if entity.id in unreadable:
            yield entity.id, f"the account may not read it ({READ})"
        if entity.refused:
            yield entity.id, f"it does not show {', '.join(entity.refused)}"
        yield from _around(entity, there)
    yield from _by_permissions(raw, there, user)


def _around(entity: RawEntity, there: Collection[str]) -> Iterator[tuple[str, str]]:
    below = [one for one in (*entity.children, *entity.acl_children) if one not in there]
    if below and entity.type != "VirtualMachine":
        yield entity.id, f"{len(below)} in it did not come, such as {below[0]}"
    for one in (entity.parent, entity.resource_pool, entity.parent_vapp, entity.parent_folder):
        if one and one not in there:
            yield one, f"it did not come, and {entity.id} is in it"


def _by_permissions(
    raw: RawVCenter, there: Collection[str], user: str
) -> Iterator[tuple[str, str]]:
    for entry in raw.permissions:
        if entry.entity and entry.entity not in there:
            yield entry.entity, "it did not come, and has a permission"
    for one in blinded(raw, user):
        yield one, f"a permission takes {READ} from the account there"
