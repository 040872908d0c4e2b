"""The edges of what is stated in a snapshot: inventory, roles, permissions, memberships, powers.

BloodHound keeps one edge of a kind between two nodes; none is written twice here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from accessreview.analysis.estate import Estate
from accessreview.analysis.principals import resolve_principals
from accessreview.model.opengraph import NETWORKS, EdgeKind, entity_node
from accessreview.model.snapshot import Snapshot
from accessreview.opengraph.names import (
    ObjectNodes,
    principal_node,
    privilege_node,
    role_node,
    source_node,
)
from accessreview.opengraph.nodes import Value, as_number, told
from accessreview.opengraph.replaced import Replaced

Edge = dict[str, object]


def make_edge(start: str, kind: EdgeKind, end: str, **properties: Value) -> Edge:
    """An edge as it stands in the file; what is empty is left out."""
    edge: Edge = {
        "kind": kind,
        "start": {"match_by": "id", "value": start},
        "end": {"match_by": "id", "value": end},
    }
    if properties := told(properties):
        edge["properties"] = properties
    return edge


def edges_of(estate: Estate, objects: ObjectNodes) -> Iterator[Edge]:
    """All but those that ``held.py`` adds."""
    snapshot = estate.snapshot
    kinds = {(source, ident): kind for source, ident, kind, *_ in snapshot["entities"].rows()}
    yield from _inventory(snapshot, kinds)
    for source, role, privilege in snapshot["role_privileges"].rows():
        yield make_edge(
            role_node(source, role), EdgeKind.HAS_PRIVILEGE, privilege_node(source, privilege)
        )
    yield from _permissions(estate, kinds)
    yield from _powers(snapshot, kinds)
    for group_source, group, source, member in snapshot["members"].rows():
        yield make_edge(objects[source, member], EdgeKind.MEMBER_OF, objects[group_source, group])
    yield from _matches(estate, objects)


Kinds = Mapping[tuple[str, str], str]


def _entity(kinds: Kinds, source: str, ident: str) -> str:
    """The node of an entity; of the vCenter itself where there is none."""
    if not ident:
        return source_node(source, "vcenter")
    return entity_node(source, kinds[source, ident], ident)


def _inventory(snapshot: Snapshot, kinds: Kinds) -> Iterator[Edge]:
    for source, ident, kind, _, parent, second, acl_of in snapshot["entities"].rows():
        node = entity_node(source, kind, ident)
        if parent or kind == "Folder":
            above = _entity(kinds, source, parent)
            line = "both" if parent and parent == second else "first"
            yield make_edge(above, EdgeKind.CONTAINS, node, line=line)
        if second and second != parent:
            above = _entity(kinds, source, second)
            yield make_edge(above, EdgeKind.CONTAINS, node, line="second")
        if acl_of:
            owner = _entity(kinds, source, acl_of)
            yield make_edge(node, EdgeKind.SHARES_PERMISSIONS_OF, owner)
    for source, placed, on in snapshot["placements"].rows():
        entity, place = _entity(kinds, source, placed), _entity(kinds, source, on)
        match kinds[source, on]:
            case "HostSystem":
                yield make_edge(place, EdgeKind.HOSTS, entity)
            case "Datastore":
                yield make_edge(entity, EdgeKind.USES_DATASTORE, place)
            case kind if kind in NETWORKS:
                yield make_edge(entity, EdgeKind.USES_NETWORK, place)
            case _:
                yield make_edge(entity, EdgeKind.PLACED_ON, place)


def _permissions(estate: Estate, kinds: Kinds) -> Iterator[Edge]:
    snapshot = estate.snapshot
    names = {(source, role): name for source, role, name, _ in snapshot["roles"].rows()}
    replaced = Replaced(estate)
    for row, entry in enumerate(snapshot["permissions"].rows()):
        source, entity, principal, group, role, propagate = entry
        yield make_edge(
            principal_node(source, principal, is_group=group == "true"),
            EdgeKind.HAS_PERMISSION,
            _entity(kinds, source, entity),
            roleId=as_number(role),
            roleName=names[source, role],
            propagate=propagate == "true",
            principal=principal,
            replaces=[_entity(kinds, source, above) for above in replaced.by(row)],
        )


def _powers(snapshot: Snapshot, kinds: Kinds) -> Iterator[Edge]:
    powers = snapshot.annex.get("powers")
    together: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for source, entity, power, principal, group, _ in () if powers is None else powers.rows():
        start = principal_node(source, principal, is_group=group == "true")
        together[start, _entity(kinds, source, entity)].append(power)
    for (start, end), held in together.items():
        yield make_edge(start, EdgeKind.HAS_POWER, end, powers=sorted(set(held)))


def _matches(estate: Estate, objects: ObjectNodes) -> Iterator[Edge]:
    """Whom each principal names; none for an orphan, several for an ambiguous one."""
    snapshot, told_of = estate.snapshot, set[str]()
    for table in (snapshot["permissions"], snapshot.annex.get("powers")):
        if table is None:
            continue
        principals = resolve_principals(
            table, snapshot["principal_names"], estate.account_keys, estate.group_keys
        )
        spelled = zip(table["source"], table["principal"], principals.of_permission, strict=True)
        for source, principal, number in spelled:
            is_group = principals.is_group[number]
            end = principal_node(source, principal, is_group=is_group)
            if end in told_of:
                continue
            told_of.add(end)
            kind = EdgeKind.GROUP_OF if is_group else EdgeKind.USER_OF
            for match in principals.matches[number]:
                ref = estate.group_ref(match) if is_group else estate.account_ref(match)
                yield make_edge(objects[ref.source, ref.id], kind, end)
