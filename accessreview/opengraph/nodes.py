"""The nodes of the graph of a snapshot, one after the other."""

from collections import defaultdict
from collections.abc import Iterator

from accessreview.model.canonical import plain
from accessreview.model.opengraph import NodeKind, entity_node, kind_of_type
from accessreview.model.snapshot import Snapshot, Source
from accessreview.opengraph.names import (
    ObjectNodes,
    principal_node,
    privilege_node,
    role_node,
    source_node,
)

Value = str | int | bool | list[str]
Node = dict[str, object]

_LARGEST = 1 << 53
"""Beyond, a number is not the same in every reader of JSON."""


def make_node(ident: str, *kinds: str, **properties: Value) -> Node:
    """A node as it stands in the file; what is empty is left out."""
    return {"id": ident, "kinds": list(kinds), "properties": told(properties)}


def told(properties: dict[str, Value]) -> dict[str, Value]:
    """Without empty texts and lists, which say nothing."""
    return {name: value for name, value in properties.items() if value not in ("", [])}


def as_number(text: str) -> Value:
    """A whole number as such, any other id as text."""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and str(int(text)) == text:
        return int(text) if abs(int(text)) < _LARGEST else text
    return text


def nodes_of(snapshot: Snapshot, objects: ObjectNodes) -> Iterator[Node]:
    """All but those that ``held.py`` adds."""
    for source in snapshot.sources:
        yield _source(snapshot, source)
    yield from _entities(snapshot)
    yield from _roles(snapshot)
    yield from _principals(snapshot)
    yield from _accounts(snapshot, objects)
    yield from _groups(snapshot, objects)


def _source(snapshot: Snapshot, source: Source) -> Node:
    is_directory = source.kind == "directory"
    return make_node(
        source_node(source.id, source.kind),
        NodeKind.DIRECTORY if is_directory else NodeKind.VCENTER,
        name=source.name,
        source=source.id,
        sourcekind=source.kind.value,
        coverage=source.coverage.value,
        gaps=list(source.gaps),
        started=str(plain(source.started_at)),
        finished=str(plain(source.finished_at)),
        snapshot=snapshot.digest,
    )


def _entities(snapshot: Snapshot) -> Iterator[Node]:
    for source, ident, kind, name, parent, *_ in snapshot["entities"].rows():
        is_root = kind == "Folder" and not parent
        yield make_node(
            entity_node(source, kind, ident),
            *((NodeKind.ROOT_FOLDER,) if is_root else ()),
            kind_of_type(kind),
            name=name,
            displayname=name,
            moid=ident,
            managedtype=kind,
            source=source,
        )


def _roles(snapshot: Snapshot) -> Iterator[Node]:
    for source, ident, name, system in snapshot["roles"].rows():
        yield make_node(
            role_node(source, ident),
            NodeKind.ROLE,
            name=name,
            displayname=name,
            roleId=as_number(ident),
            system=system == "true",
            source=source,
        )
    table = snapshot["role_privileges"]
    for source, privilege in dict.fromkeys(zip(table["source"], table["privilege"], strict=True)):
        yield make_node(
            privilege_node(source, privilege),
            NodeKind.PRIVILEGE,
            name=privilege,
            privId=privilege,
            source=source,
        )


def _principals(snapshot: Snapshot) -> Iterator[Node]:
    """Those that permissions and powers name, spelled as they come first."""
    known: dict[str, Node] = {}
    permissions, powers = snapshot["permissions"], snapshot.annex.get("powers")
    named = [(row[0], row[2], row[3]) for row in permissions.rows()]
    if powers is not None:
        named.extend((row[0], row[3], row[4]) for row in powers.rows())
    for source, principal, group in named:
        is_group = group == "true"
        ident = principal_node(source, principal, is_group=is_group)
        if ident not in known:
            domain, _, user = principal.rpartition("\\")
            known[ident] = make_node(
                ident,
                NodeKind.GROUP if is_group else NodeKind.USER,
                name=principal,
                displayname=principal,
                username=user,
                domain=domain,
                isGroup=is_group,
                source=source,
            )
    yield from known.values()


def _accounts(snapshot: Snapshot, objects: ObjectNodes) -> Iterator[Node]:
    names = _names(snapshot)
    for source, ident, login, display, mail, kind, enabled, identity in snapshot["accounts"].rows():
        spelled = names.get((source, ident), [])
        yield make_node(
            objects[source, ident],
            NodeKind.ACCOUNT,
            name=_name(login, spelled),
            displayname=display,
            login=login,
            mail=mail,
            accountkind=kind,
            enabled=enabled == "true",
            identity=identity,
            names=spelled,
            source=source,
            sourceid=ident,
        )


def _groups(snapshot: Snapshot, objects: ObjectNodes) -> Iterator[Node]:
    names = _names(snapshot)
    for source, ident, name in snapshot["groups"].rows():
        spelled = names.get((source, ident), [])
        yield make_node(
            objects[source, ident],
            NodeKind.DIRECTORY_GROUP,
            name=_name(name, spelled),
            displayname=name,
            login=name,
            names=spelled,
            source=source,
            sourceid=ident,
        )


def _names(snapshot: Snapshot) -> dict[tuple[str, str], list[str]]:
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for source, ident, name in snapshot["principal_names"].rows():
        found[source, ident].append(name)
    return found


def _name(login: str, spelled: list[str]) -> str:
    """As BloodHound calls an object of Active Directory, ``LOGIN@DOMAIN``, if it is called so."""
    beginning = f"{login}@".casefold()
    found = (name for name in spelled if name.casefold().startswith(beginning))
    return next(found, login).upper()
