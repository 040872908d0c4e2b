"""Words for the values that pages show: states, severities, times and numbers for a person."""

from collections.abc import Mapping, Sized
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

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
        "all": "All access",
        "violations": "Access behind violations",
    }
)


def label(value: StrEnum | str) -> str:
    """The word a person reads for an enumerated value."""
    return _LABELS.get(str(value), str(value).replace("_", " ").capitalize())


def when(moment: datetime) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC"


def day(moment: datetime) -> str:
    return f"{moment:%d %b %Y}"


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
    {"label": label, "when": when, "day": day, "number": number, "counted": counted, "share": share}
)
