"""The ids of nodes: stable from one snapshot to the next, and BloodHound's own where it has one."""

import re
from collections.abc import Iterator

from accessreview.model.columns import Table
from accessreview.model.snapshot import Snapshot

_DOMAIN_SID = re.compile(r"S-1-5-21(-[0-9]{1,10}){4}")
"""Of an object of an Active Directory; the well-known ones are the same in every domain."""


def source_node(source: str, kind: str) -> str:
    return f"{'directory' if kind == 'directory' else 'vcenter'}:{source}"


def role_node(source: str, role: str) -> str:
    return f"role:{source}:{role}"


def privilege_node(source: str, privilege: str) -> str:
    return f"privilege:{source}:{privilege}"


def principal_node(source: str, principal: str, *, is_group: bool) -> str:
    """By the name without case: vCenter tells no two principals apart by it."""
    return f"{'group' if is_group else 'user'}:{source}:{principal.casefold()}"


class ObjectNodes:
    """The node of every account and group by source and id.

    The SID if an Active Directory gave one and no other object has it: BloodHound knows the object
    by it, and takes what is said here for more of the same node.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        sids = _known_sids(snapshot)
        taken: set[str] = set()
        self._nodes: dict[tuple[str, str], str] = {}
        for table, word in (
            (snapshot["accounts"], "account"),
            (snapshot["groups"], "directory_group"),
        ):
            for key in _keys(table):
                sid = sids.get(key, key[1].upper())
                if not _DOMAIN_SID.fullmatch(sid) or sid in taken:
                    sid = f"{word}:{key[0]}:{key[1]}"
                taken.add(sid)
                self._nodes[key] = sid

    def __getitem__(self, key: tuple[str, str]) -> str:
        return self._nodes[key]


def _known_sids(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    identifiers = snapshot.annex.get("identifiers")
    if identifiers is None:
        return {}
    return {
        (source, ident): value.upper()
        for source, ident, scheme, value in identifiers.rows()
        if scheme == "sid"
    }


def _keys(table: Table) -> Iterator[tuple[str, str]]:
    yield from zip(table["source"], table["id"], strict=True)
