"""Reading global permissions, by whichever interface the vCenter has for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from accessreview.collectors.vcenter.global_entries import GlobalEntry, page_of, with_global
from accessreview.collectors.vcenter.parts import PartRows
from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.model.diagnosis import Told, ok, warning, without_label
from accessreview.model.errors import AccessReviewError
from accessreview.model.snapshot import Fact
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.inventory_service import global_access
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.rest import RestSession, open_rest
from accessreview.vsphere.session import Session
from accessreview.vsphere.settings import VCenterSettings

_LIST = "/api/vcenter/authorization/permissions"
_PAGE = 1000
_FIRST_WITH_REST = 9
_SHARE = 0.25
"""Of the time for all: what is slow here leaves enough for the rest."""
_NOT_READ = (
    "Global permissions are not read as such: those that propagate are seen on the root folder,"
    " the others give no access to the inventory."
)
NOT_ASKED_FOR = (
    f"{_NOT_READ} Before vCenter 9 they are told to SSO administrators only (setting"
    " global_permissions)."
)
"""Carried by every reading without them, and lowers no coverage; see ``docs/decisions``."""


class Interface(StrEnum):
    """By what global permissions were read; the value of the fact about them."""

    REST = "rest"
    INVENTORY_SERVICE = "inventory-service"


@dataclass(frozen=True, slots=True)
class WithGlobalPermissions:
    """A vCenter's values with its global permissions among them, as far as they could be read.

    ``gaps`` lower no coverage: what was read before is still right.
    """

    raw: RawVCenter
    gaps: tuple[str, ...]
    tables: PartRows


def with_global_permissions(
    session: Session, raw: RawVCenter, account: VCenterSettings | None
) -> WithGlobalPermissions:
    """Read them with ``account``, or else with the account of the session.

    From version 9 on they are asked of the public interface. Before, only of the private one, and
    only if there is an account for it.
    """
    by_rest = _major(session) >= _FIRST_WITH_REST
    if account is None and not by_rest:
        return WithGlobalPermissions(raw, (NOT_ASKED_FOR,), {})
    interface = Interface.REST if by_rest else Interface.INVENTORY_SERVICE
    settings = account or session.settings
    try:
        entries = _read(session, settings, interface)
    except AccessReviewError as error:
        why = without_label(str(error), settings.label)
        return WithGlobalPermissions(raw, (f"{_NOT_READ} Asked for them: {why}",), {})
    gaps, doubts = Gaps(), Gaps()
    merged = with_global(raw, entries, id_of(session.content.rootFolder), gaps, doubts)
    merged = replace(merged, gaps=(*merged.gaps, *doubts.sentences()))
    facts = ("", Fact.GLOBAL_PERMISSIONS.value, interface.value)
    return WithGlobalPermissions(merged, gaps.sentences(), {"facts": [facts]})


def examine_global_permissions(account: VCenterSettings | None, session: Session) -> Iterator[Told]:
    """Whether they can be read, for whoever looks for what is wrong."""
    found = with_global_permissions(session, RawVCenter((), (), ()), account)
    yield from map(warning, found.gaps)
    if found.tables:
        yield ok("The global permissions can be read.")


def _read(
    session: Session, settings: VCenterSettings, interface: Interface
) -> tuple[GlobalEntry, ...]:
    seconds = settings.deadline_seconds * _SHARE
    deadline = session.deadline.part(settings.timeout_seconds, seconds)
    if interface is Interface.REST:
        with open_rest(settings, session.error, deadline) as rest:
            return tuple(_listed(rest))
    return tuple(
        GlobalEntry(one.principal, one.is_group, tuple(map(str, one.roles)), one.propagate)
        for one in global_access(settings, session.error, deadline)
    )


def _major(session: Session) -> int:
    number = session.content.about.version.partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _listed(rest: RestSession) -> Iterator[GlobalEntry]:
    seen, marker = set[str](), ""
    while True:
        iterate = {"page_size": _PAGE, **({"marker": marker} if marker else {})}
        with rest.step("reading the global permissions"):
            answer = rest.post(_LIST, {"iterate": iterate}, {"action": "list"})
            entries, marker = _page(answer)
            if marker in seen:
                raise NoVCenterError("its list of permissions leads back to where it was")
        yield from entries
        if not marker:
            return
        seen.add(marker)


def _page(answer: object) -> tuple[list[GlobalEntry], str]:
    try:
        return page_of(answer)
    except ValueError as error:
        raise NoVCenterError(f"the answer is no list of permissions ({error})") from None
