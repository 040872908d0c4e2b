r"""Estates of a few memberships, for tests of who is in the groups that permissions name.

Names that begin with a capital are groups, the others accounts; ``partner/bob`` is of the directory
``partner``, any other of ``corp``. Each of ``named`` has a permission as ``CORP\name``.
"""

from collections.abc import Iterable, Mapping

from accessreview.analysis.estate import Estate, build_estate
from accessreview.model.snapshot import Snapshot, SourceKind
from accessreview.snapshot.compose import compose
from tests.snapshots import NOON, Rows, a_reading, a_source

Row = tuple[str, ...]
Pair = tuple[str, str]

BASE = "ou=all,dc=corp,dc=example"


def ref(name: str) -> tuple[str, str]:
    source, _, id_ = name.rpartition("/")
    return source or "corp", id_


def is_group(name: str) -> bool:
    return ref(name)[1][0].isupper()


def permitted(  # noqa: PLR0913 - each of them matters to some test
    members: Iterable[Pair],
    *,
    named: Iterable[str] = ("G",),
    ways: Mapping[Pair, str] | None = None,
    below: Mapping[str, str] | None = None,
    disabled: Iterable[str] = (),
    further: Rows | None = None,
    placed: bool = True,
) -> Snapshot:
    """A snapshot; entries lie below ``BASE`` unless ``below`` says where, or are not ``placed``.

    ``further`` are more rows by table.
    """
    members, named, disabled = tuple(members), tuple(named), tuple(disabled)
    every = sorted({name for pair in members for name in pair} | set(named) | set(disabled))
    groups = [name for name in every if is_group(name)]
    accounts = [name for name in every if not is_group(name)]
    rows: dict[str, list[Row]] = {
        "accounts": [
            (*ref(name), ref(name)[1], "", "", "human", str(name not in disabled).lower(), "")
            for name in accounts
        ],
        "groups": [(*ref(name), ref(name)[1]) for name in groups],
        "principal_names": [(*ref(name), principal(name)) for name in every],
        "members": [(*ref(group), *ref(member)) for group, member in members],
        "ways": [(*ref(group), *ref(member), way) for (group, member), way in (ways or {}).items()],
        "locators": [
            (*ref(name), f"cn={ref(name)[1]},{(below or {}).get(name, BASE)}")
            for name in every
            if placed
        ],
    }
    rows |= _vcenter(named)
    for table, more in (further or {}).items():
        rows[table] = [*rows.get(table, []), *more]
    kinds = dict.fromkeys(["corp", *(ref(name)[0] for name in every)], SourceKind.DIRECTORY)
    sources = [a_source(id_, kind) for id_, kind in {**kinds, "vc": SourceKind.VCENTER}.items()]
    return compose(NOON, [a_reading(source, _of(source.id, rows)) for source in sources])


def principal(name: str) -> str:
    source, id_ = ref(name)
    return f"{source.upper()}\\{id_}"


def estate_of(*members: Pair, **parts: object) -> Estate:
    return build_estate(permitted(members, **parts))  # type: ignore[arg-type] # checked by use


def number(estate: Estate, name: str = "G") -> int:
    """Of the principal that names a group or account."""
    return estate.principals.names.index(principal(name).casefold())


def _vcenter(named: Iterable[str]) -> dict[str, list[Row]]:
    return {
        "entities": [("vc", "root", "Folder", "Datacenters", "", "", "")],
        "roles": [("vc", "1", "Admin", "false")],
        "role_privileges": [("vc", "1", "Host.Config.Network")],
        "permissions": [
            ("vc", "root", principal(name), str(is_group(name)).lower(), "1", "true")
            for name in named
        ],
    }


def _of(source: str, rows: Rows) -> Rows:
    return {table: [row for row in some if row[0] == source] for table, some in rows.items()}
