"""Places of a finding told to people: which duty is held where, and by which grants."""

from collections.abc import Mapping, Sequence

from accessreview.analysis.climb import Fate, climb
from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import AccountGrants
from accessreview.analysis.tally import Spot
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import EntityRef, Grant
from accessreview.model.duties import contributes, counts_on, holds
from accessreview.model.finding import Example
from accessreview.model.policy import Duty

ANYWHERE = EntityRef("", "")


class ExampleWriter:
    """Examples for one identity after another; what equal accounts share is found once."""

    def __init__(self, estate: Estate, duties: Mapping[str, Duty]) -> None:
        self._estate = estate
        self._duties = duties
        self._fates: dict[tuple[str, int, int], tuple[Fate, ...]] = {}
        self._parts: dict[tuple[str, int, str], bool] = {}
        self._answers: dict[tuple[str, frozenset[int], str], bool] = {}

    def turn_to(self, identity: str, accounts: Sequence[int]) -> None:
        """Write for this identity from now on."""
        self._identity = identity
        self._accounts = accounts
        self._grants: dict[int, AccountGrants] = {}
        self._told: dict[tuple[str, int, str], tuple[Grant, ...]] = {}

    def write(self, spot: Spot) -> Example:
        grants = {}
        for name, candidates in spot.where.items():
            for vcenter, entity in candidates:
                if self._held(vcenter, entity, self._duties[name]):
                    grants[name] = self._behind(vcenter, entity, name)
                    break
        if spot.vcenter is None:
            return Example(ANYWHERE, "anywhere", self._identity, grants)
        inventory = spot.vcenter.inventory
        label = inventory.label(spot.place) if spot.place else spot.vcenter.id
        place = EntityRef(spot.vcenter.id, inventory.ids[spot.place])
        return Example(place, label, self._identity, grants)

    def _deciding(self, vcenter: Vcenter, account: int, entity: int) -> tuple[Fate, ...]:
        mask = self._estate.memberships.principals_of(account) & vcenter.principals
        key = (vcenter.id, mask, entity)
        fates = self._fates.get(key)
        if fates is None:
            fates = tuple(fate for fate in climb(vcenter, mask, entity) if fate.decides)
            self._fates[key] = fates
        return fates

    def _held(self, vcenter: Vcenter, entity: int, duty: Duty) -> bool:
        if not counts_on(duty, vcenter.inventory.types[entity]):
            return False
        roles = frozenset(
            fate.entry.role
            for account in self._accounts
            for fate in self._deciding(vcenter, account, entity)
        )
        key = (vcenter.id, roles, duty.id)
        answer = self._answers.get(key)
        if answer is None:
            privileges = frozenset[str]().union(*(vcenter.privileges[role] for role in roles))
            answer = self._answers[key] = holds(duty, privileges)
        return answer

    def _behind(self, vcenter: Vcenter, entity: int, duty: str) -> tuple[Grant, ...]:
        """The deciding grants with a part in the duty, one a permission and account."""
        key = (vcenter.id, entity, duty)
        told = self._told.get(key)
        if told is None:
            fates = {
                (account, fate.entry.row): fate
                for account in self._accounts
                for fate in reversed(self._deciding(vcenter, account, entity))
                if self._has_part(vcenter, fate.entry.role, duty)
            }
            told = self._told[key] = tuple(
                self._of(account).tell(vcenter, entity, fates[account, row])
                for account, row in sorted(fates)
            )
        return told

    def _of(self, account: int) -> AccountGrants:
        if account not in self._grants:
            self._grants[account] = AccountGrants(self._estate, account)
        return self._grants[account]

    def _has_part(self, vcenter: Vcenter, role: int, duty: str) -> bool:
        key = (vcenter.id, role, duty)
        if key not in self._parts:
            self._parts[key] = contributes(self._duties[duty], vcenter.privileges[role])
        return self._parts[key]
