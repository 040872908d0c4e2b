"""What people hold, as the analysis says it, in the words of the review."""

from collections.abc import Container, Iterable, Iterator

from accessreview.analysis.estate import Estate
from accessreview.analysis.holdings import Holding, Holdings, holdings
from accessreview.analysis.reached import accounts_matching, groups_named, memberships_leading_to
from accessreview.model.access import AccountRef, GroupRef, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.review import Chain
from accessreview.model.snapshot import Snapshot
from accessreview.review.changes import Directory, Route
from accessreview.review.people import People
from accessreview.review.scoping import HeldPermission
from accessreview.snapshot.tables import fields, rows_with


def held_permissions(estate: Estate) -> Iterator[HeldPermission]:
    """Every permission that names anybody's accounts, by identity."""
    for identity, held in holdings(estate):
        for holding in held:
            yield _held(identity, holding)


def _held(identity: str, holding: Holding) -> HeldPermission:
    groups = (group for each in holding.held_by for group in reversed(each.groups))
    return HeldPermission(
        subject=identity,
        permission=holding.permission,
        role_name=holding.role_name,
        privileges=holding.privileges,
        objects=holding.objects,
        chains=tuple(Chain(each.account, each.enabled, each.via) for each in holding.held_by),
        groups=tuple(dict.fromkeys(groups)),
    )


def routes_of(estate: Estate, identities: Iterable[str]) -> tuple[Route, ...]:
    """How every account of these identities reaches every permission it reaches.

    An identity that the estate does not know any more holds nothing.
    """
    everyone = Holdings(estate)
    routes: list[Route] = []
    known = frozenset(everyone.identities())
    for identity in sorted(known.intersection(identities)):
        for holding in everyone.of(identity):
            key = holding.permission.key
            named = groups_named(estate, key)
            routes.extend(
                Route(
                    subject=identity,
                    account=each.account,
                    permission=key,
                    role_name=holding.role_name,
                    groups=frozenset(memberships_leading_to(estate, each.account, named)),
                )
                for each in holding.held_by
            )
    return tuple(routes)


def identities_matching(estate: Estate, people: People, key: PermissionKey) -> frozenset[str]:
    """Whose accounts the permission names; nobody's when it is not there any more."""
    try:
        matching = accounts_matching(estate, key)
    except NotFoundError:
        return frozenset()
    return frozenset(people.identity(account) for account in matching)


def group_names(snapshot: Snapshot) -> dict[GroupRef, str]:
    return {GroupRef(source, id_): name for source, id_, name in snapshot["groups"].rows()}


def directory_of(snapshot: Snapshot, people: People, routes: Iterable[Route]) -> Directory:
    """The names in a snapshot; by what somebody is a member only for the accounts of ``routes``."""
    locators = snapshot.annex.get("locators")
    return Directory(
        logins={ref: account.login for ref, account in people.accounts.items()},
        groups=group_names(snapshot),
        locators={
            (source, id_): locator for source, id_, locator in (locators.rows() if locators else ())
        },
        ways=_ways(snapshot, {route.account.id for route in routes}),
    )


def _ways(
    snapshot: Snapshot, members: Container[str]
) -> dict[tuple[GroupRef, AccountRef], tuple[str, ...]]:
    """Of a few members, for there may be a row for every account: its primary group."""
    table, found = snapshot.annex.get("ways"), dict[tuple[GroupRef, AccountRef], tuple[str, ...]]()
    for row in fields(table, rows_with(table["member"], members)) if table else ():
        pair = GroupRef(row[0], row[1]), AccountRef(row[2], row[3])
        found[pair] = (*found.get(pair, ()), row[4])
    return found
