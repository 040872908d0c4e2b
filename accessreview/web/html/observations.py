"""Observations: what should be known beside the violations, as a list and one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from flask import Blueprint, Response, request

from accessreview.model.errors import NotFoundError
from accessreview.model.observation import ObservationKind
from accessreview.services.authorization import Capability
from accessreview.services.queries.observations import ObservationKey, ObservedList, OneObserved
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import choice_in, page_number
from accessreview.web.page import Page, render
from accessreview.web.text import label

bp = Blueprint("observations", __name__, url_prefix="/observations")

_ADVICE: Mapping[ObservationKind, str] = MappingProxyType(
    {
        ObservationKind.MORE_THAN_SHOWN: "Everything shown here takes the directory's word for who"
        " is in a group. Let the identity source find the group, or put these accounts into it"
        " directly; until then they are not kept out by it.",
        ObservationKind.BLIND_SPOT: "Give the account Read-only everywhere, as a user entry that"
        " propagates, and look for No access on these places, for it or for a group it is in.",
        ObservationKind.OUT_OF_BAND_CHANGE: "Ask whoever made it on whose behalf. What was not"
        " meant goes back: in vCenter at once, or by the next review.",
        ObservationKind.POWER_OUTSIDE_PERMISSIONS: "Ask who answers for the vCenter whether each of"
        " them needs it, and take the others out of the group, or off the host.",
        ObservationKind.HOSTS_BY_DOMAIN: "Set esxAdminsGroupAutoAdd to false and esxAdminsGroup to"
        " a name that nobody guesses, remove what the group was given on the hosts, and watch who"
        " may create groups in the domain.",
        ObservationKind.PAST_LOCKDOWN: "Take people off the exceptions and out of DCUI.Access,"
        " which should name root alone.",
        ObservationKind.NOT_LOCKED_DOWN: "Turn lockdown on, normal or strict, once somebody can get"
        " in should vCenter fail.",
        ObservationKind.ANOTHER_OBJECT: "If the new one was not meant to have it, remove the"
        " permission. Whoever answered for the former one has not answered for this one.",
        ObservationKind.RENAMED: "Give the permission to the new name, or remove it, before"
        " somebody is given the former name.",
        ObservationKind.COUNTED_DIFFERENTLY: "Here they count as members, because one setting of"
        " the identity source would make them so. If they need the access, let the identity source"
        " find the group; if not, take them out of it.",
        ObservationKind.NOT_DERIVED: "Here they count as members. Whether they are, only the"
        " identity provider or a whole snapshot can tell.",
        ObservationKind.EVERYBODY: "Name a group of those who need it in its place.",
        ObservationKind.ORPHAN: "Add a source for the directory, or remove the permission.",
        ObservationKind.AMBIGUOUS_PRINCIPAL: "Rename one of them, or give each directory the"
        " prefix that vCenter knows it by.",
        ObservationKind.UNRESOLVED_MEMBERS: "Add a source for their directory, let the account"
        " that reads see them, or take them out of the group.",
        ObservationKind.DORMANT_PRIVILEGE: "Take accounts that are not coming back out of the"
        " groups, and remove permissions that name them.",
        ObservationKind.AMBIGUOUS_PERSONS: "Say in the mapping of persons whose they are.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsPage(Page):
    template: ClassVar[str] = "observations/index.html"
    found: ObservedList
    kind: ObservationKind | None
    vcenter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPage(Page):
    template: ClassVar[str] = "observations/show.html"
    one: OneObserved
    advice: str
    address: Mapping[str, str]


@bp.get("")
@needs(Capability.SEE_FINDINGS)
def index() -> Response:
    kind = choice_in(ObservationKind, request.args.get("kind", ""))
    vcenter = request.args.get("vcenter", "")
    found = application().queries.observations.page(authorization(), kind, vcenter, page_number())
    return render(ObservationsPage(title="Observations", found=found, kind=kind, vcenter=vcenter))


@bp.get("/one")
@needs(Capability.SEE_FINDINGS)
def show() -> Response:
    names = ("kind", "vcenter", "principal", "as")
    address = {name: request.args.get(name, "") for name in names}
    kind = choice_in(ObservationKind, address["kind"])
    if kind is None:
        raise NotFoundError("There is no such observation.")
    key = ObservationKey(kind, address["vcenter"], address["principal"], address["as"] == "group")
    one = application().queries.observations.one(authorization(), key, page_number())
    return render(
        ObservationPage(title=label(kind), one=one, advice=_ADVICE[kind], address=address)
    )
