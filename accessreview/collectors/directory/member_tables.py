"""Memberships as tables, by column: there are millions, and a row of each would be a waste."""

from collections.abc import Collection, Iterable
from itertools import chain

import numpy as np

from accessreview.collectors.directory.members import Membership
from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import ANNEX, TABLES


def member_tables(source: str, membership: Membership) -> dict[str, Table]:
    """``members`` and ``ways`` by name."""
    every, ways = membership.members, membership.ways
    return {
        "members": Table(TABLES["members"], _columns(source, every, every.values())),
        "ways": Table(
            ANNEX["ways"],
            {
                **_columns(source, [group for group, _ in ways], ways.values()),
                "way": _each([way for _, way in ways], ways.values()),
            },
        ),
    }


def _columns(
    source: str, groups: Iterable[str], members: Collection[Collection[str]]
) -> dict[str, Column]:
    """Each group beside each of its members."""
    sources = _each([source] * len(members), members)
    return {
        "group_source": sources,
        "group": _each(groups, members),
        "member_source": sources,
        "member": Column.of(chain.from_iterable(members)),
    }


def _each(values: Iterable[str], members: Iterable[Collection[str]]) -> Column:
    """A value as often as there are members beside it."""
    column = Column.of(values)
    return Column(np.repeat(column.codes, [*map(len, members)]), column.values)
