"""Deciding roles of many principal sets on every region of a vCenter, as words of bits.

A state is ``words`` unsigned 64-bit integers: bit 0 of the first says that an entry decided, the
others stand for roles or whatever the caller gives each role. Two paths, or two accounts of one
person, add up by a plain bitwise or.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.keys import Rows, members_of
from accessreview.analysis.vcenter import Flags, Vcenter

Words = NDArray[np.uint64]
WORD = 64
CHUNK = 2048
"""How many principal sets are evaluated together at most; bounds memory, not results."""


def word_count(highest_bit: int) -> int:
    return highest_bit // WORD + 1


def chunk_size(vcenter: Vcenter, words: int) -> int:
    """As many principal sets as keep one state array below about 64 MiB."""
    return max(1, min(CHUNK, (1 << 23) // max(1, len(vcenter.regions) * words)))


def evaluate(vcenter: Vcenter, masks: Sequence[int], bit_of_role: Rows, words: int) -> Words:
    """States of shape (words, regions, masks).

    ``bit_of_role`` gives each role its bit, 0 for one that only decides.
    """
    regions, bearing = vcenter.regions, len(vcenter.regions.bearing)
    states = np.zeros((words, len(regions), len(masks)), dtype=np.uint64)
    own, passed = _own(vcenter, masks, bit_of_role, words)
    for region, above in enumerate(regions.inherits):
        inherited = states[:, region]
        for source in above:
            inherited |= passed[:, source]
        if region < bearing:
            decided = (own[0, region] & np.uint64(1)).astype(bool)
            onwards = (passed[0, region] & np.uint64(1)).astype(bool)
            passed[:, region] = np.where(onwards, passed[:, region], inherited)
            states[:, region] = np.where(decided, own[:, region], inherited)
    return states


def _own(
    vcenter: Vcenter, masks: Sequence[int], bit_of_role: Rows, words: int
) -> tuple[Words, Words]:
    """What each bearing node's entries say of the node itself, and what they pass on downwards."""
    bearing, entries = len(vcenter.regions.bearing), vcenter.entries
    shape = (words, bearing, len(masks))
    own, passed = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    if not len(entries) or not masks:
        return own, passed
    bit = bit_of_role[entries.role]
    region = vcenter.regions.of_entity[entries.node]
    column, principal = members_of(masks, vcenter.principals.bit_length())
    by_principal = np.argsort(entries.principal, kind="stable")
    sorted_principals = entries.principal[by_principal]
    start = np.searchsorted(sorted_principals, principal, side="left")
    count = np.searchsorted(sorted_principals, principal, side="right") - start
    column = np.repeat(column, count)
    ends = np.cumsum(count)
    offset = np.arange(len(column)) - np.repeat(ends - count, count)
    entry = by_principal[np.repeat(start, count) + offset]

    def scatter(target: Words, chosen: Flags, *, replace: bool) -> None:
        rows, columns = region[entry[chosen]], column[chosen]
        if replace:
            target[:, rows, columns] = 0
        at = rows * len(masks) + columns
        size = bearing * len(masks)
        flat = target.reshape(-1)
        one = np.uint64(1)
        bits = bit[entry[chosen]]
        np.bitwise_or.at(flat, at, one)
        value = one << (bits % WORD).astype(np.uint64)
        np.bitwise_or.at(flat, (bits // WORD) * size + at, value)

    for direct in (False, True):  # entries that name the account replace those of its groups
        kind = entries.direct[entry] == direct
        if kind.any():
            scatter(own, kind, replace=direct)
            scatter(passed, kind & entries.propagates[entry], replace=direct)
    return own, passed
