"""Accounts by the person they belong to: ordered, counted and found by the person's name.

Works on the rows asked for and on the codes of canonical columns, whose values are sorted; names
are put together only where an account has no identity of its own and another's name could equal
or come between.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.model.errors import NotFoundError

Flags = NDArray[np.bool_]


def enabled_flags(estate: Estate) -> Flags:
    """Of every account, whether it may be used."""
    column = estate.snapshot["accounts"]["enabled"]
    yes = np.array([value == "true" for value in column.values], dtype=bool)
    return yes[column.codes] if len(column) else np.zeros(0, dtype=bool)


def identity_name(estate: Estate, account: int) -> str:
    """The identity of an account; one that names none is its own, ``source/id``."""
    accounts = estate.snapshot["accounts"]
    return accounts["identity"][account] or (
        f"{accounts['source'][account]}/{accounts['id'][account]}"
    )


def identity_numbers(estate: Estate, rows: Rows) -> Rows:
    """A number for the identity of each of these accounts, which sorts as its name does."""
    accounts = estate.snapshot["accounts"]
    column, sources, ids = accounts["identity"], accounts["source"], accounts["id"]
    named = column.codes[rows].astype(np.int64)
    if not len(column.values) or column.values[0]:
        return named
    alone = named == 0
    source = sources.codes[rows].astype(np.int64)
    used = [sources.values[code] for code in np.unique(source[alone]).tolist()]
    if not all(_apart(name, column.values) for name in used):
        names = [identity_name(estate, row) for row in rows.tolist()]
        numbers = {name: number for number, name in enumerate(sorted(set(names)))}
        return np.array([numbers[name] for name in names], dtype=np.int64)
    before, rank = (np.zeros(len(sources.values), dtype=np.int64) for _ in range(2))
    for position, name in enumerate(sorted(f"{name}/" for name in used)):
        code = bisect_left(sources.values, name[:-1])
        before[code], rank[code] = bisect_left(column.values, name), position
    width = len(ids.values)
    between = len(sources.values) * width
    numbers_alone = 2 * before[source] * between + rank[source] * width + ids.codes[rows]
    return np.where(alone, numbers_alone, (2 * named + 1) * between)


def _apart(source: str, identities: Sequence[str]) -> bool:
    """Whether no identity's name is among those that accounts of this source are given."""
    following = chr(ord("/") + 1)
    return "/" not in source and (
        bisect_left(identities, f"{source}/") == bisect_left(identities, f"{source}{following}")
    )


def accounts_of(estate: Estate, identity: str) -> tuple[int, ...]:
    """The rows of the identity's accounts, enabled or not, ascending.

    Raises:
        NotFoundError: no account belongs to such an identity.
    """
    accounts = estate.snapshot["accounts"]
    column = accounts["identity"]
    code = bisect_left(column.values, identity)
    found: set[int] = set()
    if identity and code < len(column.values) and column.values[code] == identity:
        found.update(np.flatnonzero(column.codes == code).tolist())
    for end in (position for position, letter in enumerate(identity) if letter == "/"):
        row = estate.account_keys.row(identity[:end], identity[end + 1 :])
        if row is not None and not column[row]:
            found.add(row)
    if not found:
        raise NotFoundError(f"No account of this snapshot belongs to {identity}.")
    return tuple(sorted(found))
