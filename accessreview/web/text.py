"""Words for the values that pages show: states, severities, times and numbers for a person."""

from collections.abc import Mapping, Sized
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from accessreview.model.snapshot import State
from accessreview.services.queries.conditions import AccountCondition, Condition
from accessreview.services.queries.uses import Seen

_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "in_review": "In review",
        "in_remediation": "Access being removed",
        "closed_with_residue": "Closed, not everything removed",
        "not_known": "Not known",
        "handed_over": "Handed over",
        "unanswered": "Not answered",
        "decided": "Answered",
        "signed": "Signed off",
        "executed": "Carried out",
        "verified": "Proven gone",
        "reopened": "Back again",
        "gone": "Proven gone",
        "left": "Still there",
        "full": "Complete",
        "partial": "Incomplete",
        "vcenter": "vCenter",
        "esxi": "ESXi host",
        "group_owner": "Owner of the group",
        "mapping": "By assignment",
        "rerouted": "Chosen by an administrator",
        "all": "All access",
        "attribute": "By an attribute of its own",
        "pattern": "By the pattern of administrators",
        "other-source": "By a value in another directory",
        "ambiguous": "Could be several persons",
        "foreign": "Of another domain",
        "elsewhere": "Outside of what is read",
        "everybody": "Whoever there is",
        "other": "Neither account nor group",
        "hidden": "Hidden from the account that reads",
        "dangling": "No entry found",
        "violations": "Access behind violations",
        "more-than-shown": "Can do more than is shown",
        "blind-spot": "Blind spots",
        "power-outside-permissions": "Power without a permission",
        "hosts-by-domain": "Hosts that go by a group's name",
        "past-lockdown": "Gets past lockdown",
        "not-locked-down": "Hosts without lockdown",
        "authorization": "Events of permissions and logins",
        "action": "Other events",
        "session": "Sessions",
        "privilege-check": "Checks of privileges",
        "out-of-band-change": "Changed past the review",
        "another-object": "The name means another object",
        "renamed": "Renamed since",
        "counted-differently": "vCenter counts fewer",
        "not-derived": "vCenter may count fewer",
        "everybody-holds-it": "Whoever there is holds it",
        "not-comparable": "Not to be compared",
        "untrustworthy": "Not believed",
        "not-asked": "Not asked",
        "orphan": "Names nobody known",
        "ambiguous-principal": "Names several",
        "unresolved-members": "Members not known",
        "dormant-privilege": "Disabled, with privileges",
        "ambiguous-persons": "Not clear whose accounts",
    }
)


def label(value: StrEnum | str) -> str:
    """The word a person reads for an enumerated value."""
    return _LABELS.get(str(value), str(value).replace("_", " ").capitalize())


def when(moment: datetime) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC"


def day(moment: datetime) -> str:
    return f"{moment:%d %b %Y}"


_CONDITIONS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.DISABLED: ("disabled", "disabled since {}"),
        State.EXPIRED: ("expired", "expired on {}"),
        State.LOCKED: ("locked", "locked since {}"),
        State.PASSWORD_EXPIRED: ("password expired", "password expired on {}"),
        State.MUST_CHANGE_PASSWORD: ("must change the password", "must change the password"),
        State.NEVER_USED: ("never used", "never used since it was made on {}"),
        State.USED: ("used", "last used about {}"),
        State.MANAGED_SERVICE: ("managed service account", "managed service account"),
        State.SERVICE_PRINCIPAL: ("service account", "service account"),
        State.COMPUTER: ("computer", "computer"),
        State.PASSWORD_NEVER_EXPIRES: ("password never expires", "password never expires"),
    }
)
"""Without and with the day since when it is so."""


def condition(one: Condition, account: AccountCondition) -> str:
    """What is remarkable of an account, in a few words."""
    plain, dated = _CONDITIONS.get(one.state, (label(one.state).lower(),) * 2)
    words = dated.format(day(one.since)) if one.since else plain
    is_ignored = one.state is State.EXPIRED and account.enabled
    return f"{words}, which its directory does not enforce" if is_ignored else words


def seen(one: Seen) -> str:
    """When somebody was last seen using a vCenter: never more than what was watched tells."""
    if one.since is None:
        words = f"Use of {one.vcenter} is not watched."
        return f"{words[:-1]}; last seen on {day(one.last)}." if one.last else words
    if one.last is None:
        return f"Not seen using {one.vcenter}; watched only since {day(one.since)}."
    return f"Last seen using {one.vcenter} on {day(one.last)} (watched since {day(one.since)})."


def number(value: int) -> str:
    """Digits in groups of three, by a space that does not break."""
    return f"{value:,}".replace(",", "\u202f")


def counted(things: int | Sized, one: str, many: str = "") -> str:
    """A number, or how many things there are, with its noun: ``1 item``, ``12 items``."""
    count = things if isinstance(things, int) else len(things)
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> int:
    """Whole percent, rounded down, so that 100 means all; all of nothing is 100."""
    return 100 if whole == 0 else part * 100 // whole


FILTERS = MappingProxyType(
    {
        "label": label,
        "when": when,
        "day": day,
        "number": number,
        "counted": counted,
        "share": share,
        "condition": condition,
        "seen": seen,
    }
)
