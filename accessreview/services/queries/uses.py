"""When somebody was last seen using a vCenter, and since when that one is watched at all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accessreview.analysis.concerned import annex
from accessreview.model.snapshot import Snapshot, Use


@dataclass(frozen=True, slots=True)
class Seen:
    """``since`` is the beginning of what was watched; without it, nothing is known of any use.

    ``last`` is the last use of any kind, None if there was none in that time. ``doubt`` says what
    may be missing of it.
    """

    vcenter: str
    last: datetime | None
    since: datetime | None
    doubt: str = ""


class Uses:
    """Looks people up, by the names that vCenters have for them, in what one snapshot tells."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._last: dict[tuple[str, str], datetime] = {}
        for source, principal, _, _, _, last, _ in annex(snapshot, "uses").rows():
            moment = datetime.fromisoformat(last)
            for name in spellings(principal):
                known = self._last.get((source, name), moment)
                self._last[source, name] = max(known, moment)
        windows: dict[str, dict[str, tuple[datetime, str]]] = defaultdict(dict)
        for source, use, since, _, gap in annex(snapshot, "windows").rows():
            windows[source][use] = datetime.fromisoformat(since), gap
        self._windows = {
            # Whoever does anything there has logged in, so that its window is the one that counts.
            source: found.get(Use.LOGIN) or min(found.values())
            for source, found in windows.items()
        }

    def of(self, vcenter: str, label: str, names: Iterable[str]) -> Seen:
        """The use of a vCenter by whoever has these names, called ``label`` in the answer."""
        folded = {spelled for name in names for spelled in spellings(name)}
        lasts = [self._last[vcenter, name] for name in folded if (vcenter, name) in self._last]
        since, doubt = self._windows.get(vcenter, (None, ""))
        return Seen(label, max(lasts, default=None), since, doubt)


def spellings(principal: str) -> tuple[str, ...]:
    r"""A name without case, in both forms that there are: ``DOMAIN\name`` and ``name@domain``."""
    folded = principal.casefold()
    domain, backslash, name = folded.partition("\\")
    if backslash:
        return folded, f"{name}@{domain}"
    name, at, domain = folded.rpartition("@")
    return (folded, f"{domain}\\{name}") if at else (folded,)
