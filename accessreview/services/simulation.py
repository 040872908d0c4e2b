"""What changes would do to the estate as last read: asked of the analysis, for the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import Estate
from accessreview.analysis.reached import accounts_matching, group_row, permission_row
from accessreview.analysis.simulate import AccessShift, SimulatedChange, simulate
from accessreview.model.access import AccountRef, EntityRef, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.remediation import Change, MembershipRemoval, PermissionRemoval
from accessreview.review.people import People
from accessreview.review.places import Places
from accessreview.review.safety import Gain, Safety

ADMINISTERING = "Authorization.ModifyPermissions"
"""Who holds this on the root of a vCenter can give access back, to themselves and others."""

_OWN_DOMAIN = "vsphere.local"


def permission_key(change: PermissionRemoval) -> PermissionKey:
    return PermissionKey(change.entity, change.principal, change.is_group)


def is_there(estate: Estate, change: Change) -> bool:
    """Whether the estate has the very membership or permission that the change removes."""
    try:
        match change:
            case PermissionRemoval():
                permission_row(estate, permission_key(change))
                return True
            case MembershipRemoval():
                direct = estate.memberships.groups_of_account[estate.account(change.member)]
                return group_row(estate, change.group) in direct
    except NotFoundError:
        return False


def safety_of(estate: Estate, people: People, places: Places) -> Safety:
    """The simulation of one estate, as the plan asks it."""
    simulation = _Simulation(estate, people, places, _administrators(estate, people, places))
    return Safety(
        is_there=partial(is_there, estate),
        gains=simulation.gains,
        affects=simulation.affects,
        locked_out=simulation.locked_out,
    )


@dataclass(frozen=True, slots=True)
class _Simulation:
    estate: Estate
    people: People
    places: Places
    administrators: Mapping[str, frozenset[AccountRef]]

    def gains(self, changes: Sequence[Change]) -> Sequence[Gain]:
        return tuple(
            Gain(shift.account, self._gain(shift)) for shift in self._after(changes).gained
        )

    def affects(self, change: Change) -> frozenset[AccountRef]:
        if isinstance(change, MembershipRemoval):
            return frozenset({change.member})
        if not is_there(self.estate, change):
            return frozenset()
        return frozenset(accounts_matching(self.estate, permission_key(change)))

    def locked_out(self, changes: Sequence[Change]) -> Mapping[str, frozenset[AccountRef]]:
        # Losing it on a part of the inventory counts like losing it on the root: erring on the
        # side of the last administrator costs a question, not a vCenter.
        losing = {
            (shift.entity.vcenter, shift.account)
            for shift in self._after(changes).lost
            if ADMINISTERING in shift.privileges
        }
        return {
            "Not done: by what is known, nobody would be left who can administer access in "
            f"{self.places.vcenters[vcenter]}.": accounts
            for vcenter, accounts in self.administrators.items()
            if all((vcenter, account) in losing for account in accounts)
        }

    def _after(self, changes: Sequence[Change]) -> SimulatedChange:
        present = [change for change in changes if is_there(self.estate, change)]
        return simulate(
            self.estate,
            without_members=[
                (change.group, change.member)
                for change in present
                if isinstance(change, MembershipRemoval)
            ],
            without_permissions=[
                permission_key(change)
                for change in present
                if isinstance(change, PermissionRemoval)
            ],
        )

    def _gain(self, shift: AccessShift) -> str:
        more = f" and {len(shift.privileges) - 1} more" if len(shift.privileges) > 1 else ""
        where = self.places.path(shift.entity)
        others = f" and {shift.entities - 1} more objects" if shift.entities > 1 else ""
        name = self.people.name(self.people.identity(shift.account))
        return (
            f"{name} ({self.people.login(shift.account)}) would gain {shift.privileges[0]}{more} "
            f"on {where}{others}."
        )


def _administrators(
    estate: Estate, people: People, places: Places
) -> Mapping[str, frozenset[AccountRef]]:
    """Enabled accounts that can administer access on a root, of vCenters where they are all."""
    found = {}
    for vcenter in estate.vcenters:
        roots = places.roots(vcenter)
        holders = frozenset(
            access.account
            for root in roots
            for access in effective_access(estate, vcenter=vcenter, entity=root.id)
            if ADMINISTERING in access.privileges and people.accounts[access.account].enabled
        )
        if holders and not _has_own_administrator(estate, roots):
            found[vcenter] = holders
    return found


def _has_own_administrator(estate: Estate, roots: Sequence[EntityRef]) -> bool:
    """Whether a principal of vCenter's own domain, which no directory holds, can administer."""
    above = {*roots, *(EntityRef(root.vcenter, "") for root in roots)}
    matches, principals = estate.principals.matches, estate.principals.of_permission.tolist()
    for row, principal in enumerate(principals):
        if not matches[principal] and _is_of_own_domain(estate.principals.names[principal]):
            permission = estate.permission(row)
            vcenter = estate.vcenters[permission.key.entity.vcenter]
            role = vcenter.role_ids.index(permission.role)
            if permission.key.entity in above and ADMINISTERING in vcenter.privileges[role]:
                return True
    return False


def _is_of_own_domain(folded: str) -> bool:
    return folded.startswith(f"{_OWN_DOMAIN}\\") or folded.endswith(f"@{_OWN_DOMAIN}")
