"""The privilege recorder of vCenter 8.0 and later: which privileges were asked for by whom.

It gives no times, and each distinct check once, so a check was seen some time between two looks.
Where its buffer ran over, or it was begun anew, the window begins anew as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.model.canonical import plain
from accessreview.model.event import SeenUse, Watch, Watched
from accessreview.model.snapshot import Use
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.rest import RefusedRequestError, RestSession

_PATH = "/api/vcenter/authorization/privilege-checks"
_TOLD_BY_ALL = frozenset({"System.Anonymous", "System.View", "System.Read"})
"""Asked for at every turn, which says nothing of use."""
_PAGES = 1000
_UNKNOWN_MARKER = 400
"""What a recorder that was begun anew answers to a marker of before."""


@dataclass(frozen=True, slots=True)
class _Page:
    items: tuple[object, ...]
    marker: str
    is_truncated: bool


def follow_checks(rest: RestSession, known: Watch, there: datetime) -> Watched:
    """Go on at the marker; without one, begin at what is recorded last, for nothing tells when."""
    if known.since is None or known.until is None:
        return _begun(rest, known, there, "")
    with rest.step("reading checks of privileges"):
        try:
            pages = tuple(_pages(rest, known.marker))
        except RefusedRequestError as refused:
            if refused.status != _UNKNOWN_MARKER:
                raise
            return _begun(rest, known, there, "the recorder no longer knows where it was left")
    uses = tuple(_uses(known, pages, there))
    watch = replace(known, until=there, marker=pages[-1].marker, trouble="")
    if any(page.is_truncated for page in pages):
        watch = replace(watch, since=there, gap=_missing(known, there, "its buffer ran over"))
    return Watched(uses=uses, watches=(watch,))


def _begun(rest: RestSession, known: Watch, there: datetime, why: str) -> Watched:
    with rest.step("asking for the last check of a privilege"):
        marker = rest.get(f"{_PATH}/latest")
        if not isinstance(marker, str):
            raise NoVCenterError("the answer is no marker of checks")
    gap = _missing(known, there, why) if why else ""
    return Watched(
        watches=(replace(known, since=there, until=there, marker=marker, gap=gap, trouble=""),)
    )


def _missing(known: Watch, there: datetime, why: str) -> str:
    between = f"between {plain(known.until)} and {plain(there)}"
    return f"Checks of privileges {between} may be missing: {why}."


def _pages(rest: RestSession, marker: str) -> Iterator[_Page]:
    for _ in range(_PAGES):
        iterate = {"marker": marker, "timeout_ms": 0}
        page = _page(rest.post(_PATH, {"iterate": iterate}, {"action": "list"}))
        yield page
        if not page.items or page.marker == marker:
            return
        marker = page.marker
    raise NoVCenterError("the checks of privileges do not end")


def _page(answer: object) -> _Page:
    match answer:
        case {"items": list(items), "marker": str(marker), "truncated": bool(is_truncated)}:
            return _Page(tuple(items), marker, is_truncated)
        case _:
            raise NoVCenterError("the answer is no list of checks")


def _uses(known: Watch, pages: tuple[_Page, ...], there: datetime) -> Iterator[SeenUse]:
    for page in pages:
        for item in page.items:
            match item:
                case {
                    "principal": {"name": str(name), "domain": str(domain)},
                    "privilege": str(privilege),
                } if privilege not in _TOLD_BY_ALL:
                    yield SeenUse(
                        source=known.source,
                        principal=f"{domain}\\{name}" if domain else name,
                        use=Use.PRIVILEGE_CHECK,
                        detail=privilege,
                        first=known.until or there,
                        last=there,
                        count=1,
                    )
                case _:
                    pass  # one of a session that nobody signed in to
