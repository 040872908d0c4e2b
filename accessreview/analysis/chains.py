"""By which memberships an account comes to be a principal: one shortest chain each."""

from dataclasses import dataclass

from accessreview.analysis.estate import Estate
from accessreview.model.access import GroupRef
from accessreview.model.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class MembershipChain:
    """``via``: login, group names, last the principal as spelled; ``groups``: all of the groups."""

    via: tuple[str, ...]
    groups: tuple[GroupRef, ...]


class AccountChains:
    """All shortest chains of one account, found by one walk outwards from its direct groups.

    Among equally short chains the one wins whose groups come first by name, nearest group first.
    """

    def __init__(self, estate: Estate, account: int) -> None:
        self._estate = estate
        self._account = account
        self._inner: dict[int, int] = {}
        table = estate.snapshot["groups"]
        memberships = estate.memberships

        def by_name(group: int) -> tuple[str, str, str]:
            return table["name"][group], table["source"][group], table["id"][group]

        level = memberships.groups_of_account[account]
        for group in level:
            self._inner[group] = -1
        while level:
            following = []
            for group in sorted(level, key=by_name):
                if not memberships.reach[group]:
                    continue  # leads to no permission
                for outer in memberships.groups_of_group[group]:
                    if outer not in self._inner:
                        self._inner[outer] = group
                        following.append(outer)
            level = following

    def to(self, principal: int, spelled: str) -> MembershipChain:
        """The chain to a principal that names the account or a group it is in.

        Raises:
            NotFoundError: it names neither.
        """
        login = self._estate.snapshot["accounts"]["login"][self._account]
        matches = self._estate.principals.matches[principal]
        if not self._estate.principals.is_group[principal]:
            return MembershipChain((login, spelled), ())
        ways = [self._way(group) for group in matches if group in self._inner]
        if not ways:
            raise NotFoundError(f"The account {login} is in no group that {spelled} names.")
        names = self._estate.snapshot["groups"]["name"]
        way = ways[0]
        if len(ways) > 1:  # the principal names several groups
            way = min(ways, key=lambda each: (len(each), [(names[g], g) for g in each]))
        groups = tuple(self._estate.group_ref(group) for group in way)
        return MembershipChain((login, *(names[group] for group in way[:-1]), spelled), groups)

    def _way(self, group: int) -> tuple[int, ...]:
        way = [group]
        while (inner := self._inner[way[-1]]) >= 0:
            way.append(inner)
        return tuple(reversed(way))
