"""Names that permissions give, resolved to the accounts and groups that carry them."""

from dataclasses import dataclass

import numpy as np

from accessreview.analysis.keys import Keys, Rows
from accessreview.model.columns import Table
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts


@dataclass(frozen=True, slots=True, eq=False)
class Principals:
    """Every distinct principal of a permission: its name without case, and its kind.

    ``matches`` holds rows of ``groups`` where ``is_group``, else rows of ``accounts``; it is empty
    for an orphan. ``of_permission`` says which principal each row of ``permissions`` names.
    """

    names: tuple[str, ...]
    is_group: tuple[bool, ...]
    matches: tuple[tuple[int, ...], ...]
    of_permission: Rows

    def __len__(self) -> int:
        return len(self.names)


def resolve_principals(
    permissions: Table, principal_names: Table, accounts: Keys, groups: Keys
) -> Principals:
    """Number the principals of all permissions and find whom each names.

    A name known only as the other kind matches nobody (``docs/reference/bundle.md``).
    """
    numbers: dict[tuple[str, bool], int] = {}
    of_permission = [
        numbers.setdefault((name.casefold(), is_group == "true"), len(numbers))
        for name, is_group in zip(permissions["principal"], permissions["is_group"], strict=True)
    ]
    matches: list[set[int]] = [set() for _ in numbers]
    wanted = Texts(dict.fromkeys(name for name, _ in numbers))
    names = principal_names["name"]
    place = TextIndex(wanted).find(names.values.casefold())[names.codes]
    rows = np.flatnonzero(place >= 0)  # few of a directory's names have permissions
    sources, ids = principal_names["source"].take(rows), principal_names["id"].take(rows)
    for keys, is_group in ((accounts, False), (groups, True)):
        number_of = [numbers.get((name, is_group)) for name in wanted]
        found = keys.rows(sources, ids)
        for at, match in zip(place[rows].tolist(), found.tolist(), strict=True):
            number = number_of[at]
            if number is not None and match >= 0:
                matches[number].add(match)
    return Principals(
        names=tuple(name for name, _ in numbers),
        is_group=tuple(is_group for _, is_group in numbers),
        matches=tuple(tuple(sorted(found)) for found in matches),
        of_permission=np.array(of_permission, dtype=np.int64),
    )
