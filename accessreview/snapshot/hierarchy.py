"""The inventory as a graph: shared permission lists, and parents that never lead in a circle."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from accessreview.model.columns import Table
from accessreview.model.errors import InputError
from accessreview.model.keys import Keys
from accessreview.snapshot.located import located
from accessreview.snapshot.problem import Problem, Problems, shown

Nodes = NDArray[np.intp]

_STEPS_SHOWN = 8


def check_hierarchy(entities: Table, keys: Keys) -> Iterator[Problems]:
    """Check what ``acl_of`` may name, and that every walk upwards ends.

    Nodes are rows of ``entities``; ``keys`` finds them. References that lead nowhere are left to
    their own rule.
    """
    parent, second, acl = (
        keys.rows(entities["source"], entities[column]).astype(np.intp)
        for column in ("parent", "second_parent", "acl_of")
    )
    shares = acl >= 0
    yield located(
        entities,
        np.flatnonzero(shares & (acl[acl] >= 0)),
        "acl_of",
        "has an acl_of of its own; name the entity at its end",
    )
    nodes = np.arange(len(entities))
    circles = _circles(entities, np.r_[nodes, nodes], np.r_[parent, second])
    yield circles
    if not circles:
        # What is really walked: an entity that shares a list is replaced by the one it names.
        above = np.r_[parent, second]
        replaced = np.where((above >= 0) & shares[above], acl[above], above)
        replaced[np.r_[shares, shares]] = -1
        yield _circles(entities, np.r_[nodes, nodes], replaced)


def _circles(entities: Table, below: Nodes, above: Nodes) -> Problems:
    leads = above >= 0
    below, above = below[leads], above[leads]
    if not len(below):
        return Problems()
    size = len(entities)
    graph = coo_array((np.ones(len(below), dtype=bool), (below, above)), shape=(size, size))
    _, circle = connected_components(graph, directed=True, connection="strong")
    inside = circle[below] == circle[above]  # only steps within one strong component go around
    if not inside.any():
        return Problems()
    step: dict[int, int] = dict(zip(below[inside].tolist(), above[inside].tolist(), strict=True))
    starts: dict[int, int] = {}
    for row in sorted(step):
        starts.setdefault(int(circle[row]), row)
    rows = list(starts.values())
    return Problems(
        tuple(_problem(entities, row, step) for row in rows[: InputError.LIMIT]), len(rows)
    )


def _problem(entities: Table, start: int, step: dict[int, int]) -> Problem:
    seen: dict[int, None] = {}
    row = start
    while row not in seen:
        seen[row] = None
        row = step[row]
    way = list(seen)
    way = [*way[way.index(row) :], row]
    names = [shown(entities["id"][node]) for node in way[:_STEPS_SHOWN]]
    more = "" if len(way) <= _STEPS_SHOWN else " → …"
    return Problem(
        "entities",
        way[0],
        "id",
        entities["id"][way[0]],
        f"is above itself: {' → '.join(names)}{more}",
    )
