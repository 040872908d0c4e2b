"""The answers: who decided, on whose access, and what was signed off."""

from collections.abc import Mapping

from accessreview.evidence.inspection import Inspection, require
from accessreview.model.access import AccountRef
from accessreview.model.review import ItemState, Outcome, ReviewItem, SignOff
from accessreview.model.snapshot import Snapshot


def decisions(inspection: Inspection) -> str:
    package = inspection.package
    identities = _identities(package.reviewed)
    signed = 0
    for item in package.items:
        _require_independent(item, identities)
        require(
            (item.state in _UNDECIDED) or item.decision is not None,
            f"Item {item.id} is {item.state} without a decision.",
        )
        if item.decision is None:
            continue
        require(
            item.decision.reviewer == item.reviewer,
            f"Item {item.id} was decided by somebody other than its reviewer.",
        )
        require(
            item.decision.outcome is not Outcome.REVOKE or bool(item.decision.justification),
            f"Item {item.id} is revoked without a reason.",
        )
        signed += item.state is ItemState.SIGNED
    return f"{signed} signed decisions, none by the person concerned."


# What was decided and not signed off is no answer; the decision stays readable.
_UNDECIDED = frozenset({ItemState.OPEN, ItemState.UNANSWERED})


def _identities(snapshot: Snapshot) -> Mapping[AccountRef, str]:
    accounts = snapshot["accounts"]
    columns = (accounts[name] for name in ("source", "id", "identity"))
    return {
        AccountRef(source, id_): identity or f"{source}/{id_}"
        for source, id_, identity in zip(*columns, strict=True)
    }


def _require_independent(item: ReviewItem, identities: Mapping[AccountRef, str]) -> None:
    for account in (*item.accounts, *(chain.account for chain in item.access.chains)):
        require(
            identities.get(account) == item.subject and account in item.accounts,
            f"Item {item.id} is about an account that is not one of {item.subject}'s.",
        )
    own = {item.subject, *(f"{account.source}/{account.id}" for account in item.accounts)}
    require(
        bool(item.reviewer) and item.reviewer not in own,
        f"Item {item.id} is reviewed by the very person it is about.",
    )


def sign_offs(inspection: Inspection) -> str:
    package = inspection.package
    signed = {
        item.id: item
        for item in package.items
        if item.state is ItemState.SIGNED and item.decision is not None
    }
    rows = {
        item.id: row
        for item, row in zip(package.items, package.item_rows, strict=True)
        if item.id in signed
    }
    covered: set[str] = set()
    for sign_off in package.sign_offs:
        who = f"The sign-off of {sign_off.reviewer}"
        require(sign_off.campaign == package.campaign.id, f"{who} is of another campaign.")
        require(
            all(id_ in signed for id_ in sign_off.items),
            f"{who} covers an item that is not signed.",
        )
        mine = [signed[id_] for id_ in sign_off.items]
        _require_own(sign_off, mine, who)
        require(
            inspection.statement([rows[id_] for id_ in sign_off.items]) == sign_off.statement,
            f"{who} was made over other decisions.",
        )
        require(not covered.intersection(sign_off.items), f"{who} covers an item a second time.")
        covered.update(sign_off.items)
    missing = sorted(set(signed) - covered)
    require(not missing, f"The signed decision on item {missing[:1]} is covered by no sign-off.")
    return f"{len(covered)} decisions are covered by their reviewers' sign-offs."


def _require_own(sign_off: SignOff, mine: list[ReviewItem], who: str) -> None:
    require(
        all(item.reviewer == sign_off.reviewer for item in mine),
        f"{who} covers items of somebody else.",
    )
    revoked = sum(
        item.decision is not None and item.decision.outcome is Outcome.REVOKE for item in mine
    )
    require(
        (sign_off.kept, sign_off.revoked) == (len(mine) - revoked, revoked),
        f"{who} counts other answers than it covers.",
    )
