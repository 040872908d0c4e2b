"""Identities that are told the same, found for many at once.

What is told of a spot depends on the principals near it that each account is. A million identities
have hundreds of thousands of sets of principals, but near one spot they differ in a few.
"""

from collections.abc import Sequence

import numpy as np

from accessreview.analysis.membership import mask_of
from accessreview.analysis.sets import Numbers, Rows, Sets, distinct

Case = tuple[int, tuple[int, ...]]
"""A spot by number, and the principals near it that each account is, one after the other."""


def cases(
    classes: Sets, class_of: Numbers, accounts: Sets, spot_of: Rows, near: Sets
) -> tuple[list[Case], Rows]:
    """The different cases of identities with these ``accounts``, and which each identity is.

    ``classes`` are sets of principals, ``class_of`` gives the class of each of the accounts,
    ``spot_of`` the spot of each identity, and ``near`` the principals near each spot. Accounts at
    the end that are no principal near the spot are left out.
    """
    spots, owners = len(near), accounts.owners()
    pairs, pair_of = np.unique(spot_of[owners] * len(classes) + class_of, return_inverse=True)
    local, number = distinct(_near_only(classes, *np.divmod(pairs, len(classes)), near))
    position = np.arange(len(owners)) - accounts.starts[owners]
    places, place_of = np.unique(
        position * len(local) + number[pair_of].astype(np.int64), return_inverse=True
    )
    counts = number[pair_of] > 0
    found, which = distinct(
        Sets.of_pairs(
            np.concatenate((np.arange(len(accounts)), owners[counts])),
            np.concatenate((spot_of, spots + place_of[counts])),
            len(accounts),
        )
    )
    masks = [mask_of(local[one]) for one in range(len(local))]
    at, said = (part.tolist() for part in np.divmod(places, len(local)))
    return [
        (spot, _by_position([(at[place - spots], masks[said[place - spots]]) for place in rest]))
        for spot, *rest in (found[one] for one in range(1, len(found)))
    ], which.astype(np.int64) - 1


def _near_only(classes: Sets, spot: Rows, number: Rows, near: Sets) -> Sets:
    """The sets of these numbers, without the principals that are not near the spot beside each."""
    sets = classes.take(number)
    width = 1 + max(int(near.items.max(initial=0)), int(sets.items.max(initial=0)))
    known = np.append(near.owners() * width + near.items, -1)  # ascending but for the last
    keys = spot[sets.owners()] * width + sets.items
    is_near = known[np.searchsorted(known[:-1], keys)] == keys
    return Sets(np.append(0, np.cumsum(is_near))[sets.starts], sets.items[is_near])


def _by_position(masks: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    found = [0] * (1 + masks[-1][0] if masks else 0)
    for position, mask in masks:
        found[position] = mask
    return tuple(found)
