"""Looking, step by step, at the way to a vCenter and at what it lets the account read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from pyVmomi import vim

from accessreview.collectors.vcenter.retrieve import retrieve
from accessreview.collectors.vcenter.sight import unreadable_among
from accessreview.model.diagnosis import (
    Check,
    Step,
    Told,
    clock_difference,
    failed,
    in_turn,
    ok,
    warning,
)
from accessreview.model.errors import CollectionError
from accessreview.reach import Way
from accessreview.snapshot.gaps import listed
from accessreview.vsphere.reference import id_of, type_of
from accessreview.vsphere.session import Session, open_session
from accessreview.vsphere.settings import VCenterSettings

_READ = "System.Read"
_TOO_MUCH = ("Authorization.ModifyPermissions", "Authorization.ModifyRoles")
_LONGEST = 300
"""Seconds that the session may take."""


Look = Callable[[Session], Iterable[Told]]


def examine_vcenter(
    settings: VCenterSettings,
    writer: VCenterSettings | None,
    now: Callable[[], datetime],
    further: Mapping[str, Look] = MappingProxyType({}),
) -> Iterator[Check]:
    """Go the whole way to one vCenter and look around there; nothing is ever written.

    ``writer`` is how the separate account signs in that may carry out removals. ``further`` are
    more looks by the names of their steps.
    """
    with ExitStack() as stack:
        probe = _Probe(_bounded(settings), now, stack, further)
        steps = [probe.steps()]
        if writer:
            steps.append(iter([Step("remediation", lambda: _signs_in(_bounded(writer)))]))
        for each in steps:
            yield from in_turn(each, settings.label)


@dataclass(slots=True)
class _Probe:
    settings: VCenterSettings
    now: Callable[[], datetime]
    stack: ExitStack
    further: Mapping[str, Look]
    _sessions: list[Session] = field(default_factory=list)

    def steps(self) -> Iterator[Step]:
        yield Step("settings", self._settings)
        yield from Way(self.settings, self.settings.port, self.now).steps(encrypted=True)
        yield Step("sign-in", self._sign_in)
        yield Step("server", self._server)
        yield Step("clock", self._clock, needed=False)
        yield Step("rights", self._rights, needed=False)
        yield Step("roles", self._roles, needed=False)
        yield Step("inventory", self._inventory, needed=False)
        for name, look in self.further.items():
            yield Step(name, partial(self._look, look), needed=False)

    def _settings(self) -> Iterator[Told]:
        self.settings.password()
        yield ok(f"The password of {self.settings.username} can be read.")

    def _sign_in(self) -> Iterator[Told]:
        session = self.stack.enter_context(open_session(self.settings, CollectionError))
        self._sessions.append(session)
        yield ok(f"Signed in as {session.user}.")

    def _server(self) -> Iterator[Told]:
        about = self._session.content.about
        yield ok(f"It is a {about.fullName or about.name}.")

    def _clock(self) -> Iterator[Told]:
        session = self._session
        with session.step("asking for its time"):
            sessions = session.content.sessionManager
            current = sessions.currentSession if sessions else None
            told = current.loginTime if current else None
        yield clock_difference(told, self.now())

    def _rights(self) -> Iterator[Told]:
        session, asked = self._session, [_READ, *_TOO_MUCH]
        with session.step("asking what the account may do"):
            root = session.content.rootFolder
            answers = session.authorization.HasPrivilegeOnEntity(root, session.key, asked)
        may = {name for name, held in zip(asked, answers, strict=True) if held}
        if _READ not in may:
            yield failed(
                f"The account may not read the root folder ({_READ}): give it Read-only as a"
                " global permission that propagates."
            )
        elif too_much := sorted(may - {_READ}):
            yield warning(
                f"The account also holds {' and '.join(too_much)}: take that from it, for"
                " Read-only is enough."
            )
        else:
            yield ok("The account may read the root folder, and change no permission there.")

    def _roles(self) -> Iterator[Told]:
        session = self._session
        with session.step("reading roles and permissions"):
            roles = len(session.authorization.roleList)
            permissions = len(session.authorization.RetrieveAllPermissions())
        if permissions:
            yield ok(f"{roles} roles and {permissions} permissions.")
        else:
            yield failed(
                "Every vCenter has permissions, but none came: give the account Read-only as a"
                " global permission that propagates."
            )

    def _inventory(self) -> Iterator[Told]:
        session = self._session
        with session.step("reading the inventory"):
            entities = retrieve(session, {vim.ManagedEntity: ("name",)})
        hidden = sum(bool(entity.refused) for entity in entities)
        read = ((type_of(one.reference), id_of(one.reference)) for one in entities)
        unreadable = sorted(unreadable_among(session, read))
        if unreadable:
            yield warning(
                f"Not everything below {listed(unreadable, 5)} can be read: look for No access"
                " there, or for a permission that does not propagate."
            )
        elif hidden:
            yield warning(
                f"{hidden} of {len(entities)} entities do not tell their names: look for No"
                " access on them, or on a group that the account is in."
            )
        else:
            yield ok(f"{len(entities)} entities.")

    def _look(self, look: Look) -> Iterable[Told]:
        return look(self._session)

    @property
    def _session(self) -> Session:
        return self._sessions[-1]


def _signs_in(writer: VCenterSettings) -> Iterator[Told]:
    with open_session(writer, CollectionError):
        yield ok(f"{writer.username}, which may carry out removals, can sign in.")


def _bounded(settings: VCenterSettings) -> VCenterSettings:
    return replace(settings, deadline_seconds=min(settings.deadline_seconds, _LONGEST))
