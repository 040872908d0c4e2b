"""Reading what hosts tell of themselves through their vCenter.

Properties come for all hosts at once. What only a method tells is asked host by host, and only
where the account may ask it: who is let in by a host itself takes a privilege that changes much.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.host_rows import (
    CONSOLE,
    OF_DOMAIN,
    HostAccess,
    RawHost,
    Untold,
    rows_of,
)
from accessreview.collectors.vcenter.parts import Part, PartRows, Visit
from accessreview.collectors.vcenter.retrieve import (
    FilterSpec,
    ObjectSpec,
    PropertySpec,
    ReadEntity,
    read_pages,
    retrieve,
)
from accessreview.model.diagnosis import Told, ok, warning
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.reference import entity, id_of
from accessreview.vsphere.session import Session

_LET_IN = "Global.Settings"
_WHOM = "Local accounts and exceptions from lockdown"
_STATE, _VERSION = "runtime.connectionState", "summary.config.product.version"
_ACCESS = "configManager.hostAccessManager"
_OPTIONS = "configManager.advancedOption"
_DOMAIN = "configManager.authenticationManager"
_OF_HOST = (_STATE, _VERSION, _ACCESS, _OPTIONS, _DOMAIN)
_LOCKDOWN, _INFO = "lockdownMode", "info"

_AWAY = {
    "disconnected": "they are disconnected from vCenter",
    "notResponding": "they do not answer vCenter",
}

Value = TypeVar("Value")


def read_hosts(visit: Visit) -> PartRows:
    """Facts and powers of all hosts of the inventory that was read."""
    names = {one.id: one.name for one in visit.raw.entities if one.type == "HostSystem"}
    return rows_of(_read(visit.session, names, visit.gaps))


def _read(session: Session, names: Mapping[str, str], gaps: Gaps) -> tuple[RawHost, ...]:
    if not names:
        return ()
    untold = Untold()
    hosts = tuple(_Hosts(session, names, untold).read())
    untold.tell(gaps, len(names))
    return hosts


HOSTS = Part("Hosts", read_hosts)


def examine_hosts(session: Session) -> Iterator[Told]:
    """What the hosts tell, for whoever looks for what is wrong."""
    with session.step("looking for the hosts"):
        found = retrieve(session, {vim.HostSystem: ("name",)})
    names = {
        id_of(one.reference): str(one.values.get("name", ""))
        for one in found
        if isinstance(one.reference, vim.HostSystem)
    }
    gaps = Gaps()
    _read(session, names, gaps)
    yield from map(warning, gaps.sentences())
    if not gaps.sentences():
        yield ok(f"All {len(names)} hosts tell how they are set, and whom they let in.")


class _Hosts:
    def __init__(self, session: Session, names: Mapping[str, str], untold: Untold) -> None:
        self._session = session
        self._names = names
        self._untold = untold

    def read(self) -> Iterator[RawHost]:
        references = [entity(self._session, vim.HostSystem, one) for one in self._names]
        with self._session.step("reading the hosts"):
            found = self._properties({vim.HostSystem: _OF_HOST}, references)
            hosts = [host for host in found if self._is_connected(host)]
            managers = self._managers(hosts)
            may_be_asked = self._may_be_asked(hosts)
        for host in hosts:
            with self._session.step(f"reading the host {self._name(host)}"):
                yield self._host(host, managers, may_be_asked)

    def _id(self, host: ReadEntity) -> str:
        return id_of(host.reference)

    def _name(self, host: ReadEntity) -> str:
        return self._names[self._id(host)]

    def _properties(
        self, paths: Mapping[Any, tuple[str, ...]], references: Iterable[Any]
    ) -> list[ReadEntity]:
        objects = [ObjectSpec(obj=one, skip=False) for one in references]
        if not objects:
            return []
        spec = FilterSpec(
            objectSet=objects,
            propSet=[
                PropertySpec(type=kind, all=False, pathSet=list(some))
                for kind, some in paths.items()
            ],
            reportMissingObjectsInResults=True,
        )
        return list(read_pages(self._session.content.propertyCollector, spec))

    def _is_connected(self, host: ReadEntity) -> bool:
        state = host.values.get(_STATE, "connected")
        if state == "connected":
            return True
        why = _AWAY.get(str(state), f"vCenter finds them {state}")
        self._untold.add("What they tell", why, self._name(host))
        return False

    def _managers(self, hosts: Iterable[ReadEntity]) -> Mapping[str, ReadEntity]:
        """What the hosts' managers say of themselves, by the managers' ids."""
        paths = {
            vim.host.HostAccessManager: (_LOCKDOWN,),
            vim.host.AuthenticationManager: (_INFO,),
        }
        managers = (host.values.get(path) for host in hosts for path in (_ACCESS, _DOMAIN))
        found = self._properties(paths, filter(None, managers))
        return {id_of(one.reference): one for one in found}

    def _may_be_asked(self, hosts: Sequence[ReadEntity]) -> frozenset[str]:
        """The hosts that may tell this account whom they let in themselves."""
        if not hosts:
            return frozenset()
        try:
            answers = self._session.authorization.HasPrivilegeOnEntities(
                [host.reference for host in hosts], self._session.key, [_LET_IN]
            )
        except vmodl.MethodFault:
            return frozenset(map(self._id, hosts))  # each will say for itself
        return frozenset(
            id_of(answer.entity)
            for answer in answers
            if all(one.isGranted for one in answer.privAvailability)
        )

    def _host(
        self, host: ReadEntity, managers: Mapping[str, ReadEntity], may_be_asked: frozenset[str]
    ) -> RawHost:
        lockdown = self._of_manager(host, (_ACCESS, _LOCKDOWN, "The lockdown mode"), managers)
        info = self._of_manager(host, (_DOMAIN, _INFO, "The domain"), managers)
        domain = None if info is None else _joined(info)
        version = host.values.get(_VERSION)
        access: Any = host.values.get(_ACCESS)
        if self._id(host) not in may_be_asked:
            self._untold.add(_WHOM, f"the account needs {_LET_IN} there", self._name(host))
            access = None
        return RawHost(
            id=self._id(host),
            version=None if version is None else str(version),
            lockdown=None if lockdown is None else str(lockdown),
            domain=domain,
            options=self._options(host, (CONSOLE, *(OF_DOMAIN if domain != "" else ()))),
            access=self._asked(host, _WHOM, access and access.RetrieveAccessEntries, _entry),
            exceptions=self._asked(host, _WHOM, access and access.QueryLockdownExceptions, str),
        )

    def _of_manager(
        self, host: ReadEntity, wanted: tuple[str, str, str], managers: Mapping[str, ReadEntity]
    ) -> Any:  # noqa: ANN401 - whatever pyVmomi has for that property
        """``wanted`` is the manager, its property, and what that is called."""
        path, name, what = wanted
        reference: Any = host.values.get(path)
        told = managers.get(id_of(reference)) if reference else None
        if told and name in told.values:
            return told.values[name]
        refused = host.refused.get(path) or (told.refused.get(name) if told else "")
        why = f"vCenter answered {refused}" if refused else "it is not told"
        self._untold.add(what, why, self._name(host))
        return None

    def _options(self, host: ReadEntity, names: Iterable[str]) -> Mapping[str, str]:
        manager: Any = host.values.get(_OPTIONS)
        found: dict[str, str] = {}
        for name in names:
            ask = manager and partial(manager.QueryView, name)
            for told in self._asked(host, f"The setting {name}", ask, lambda one: one) or ():
                if told.key == name:
                    found[name] = str(told.value)
        return found

    def _asked(
        self,
        host: ReadEntity,
        what: str,
        ask: Callable[[], Iterable[Any]] | None,
        made: Callable[[Any], Value],
    ) -> tuple[Value, ...] | None:
        """What the method answers; None, with the reason noted, where it cannot be asked."""
        if ask is None:
            return None
        try:
            return tuple(made(one) for one in ask())
        except vmodl.MethodFault as fault:
            self._untold.add(what, _reason(fault), self._name(host))
            return None


def _entry(one: Any) -> HostAccess:  # noqa: ANN401 - as above
    return HostAccess(str(one.principal), bool(one.group), str(one.accessMode))


def _joined(info: Any) -> str:  # noqa: ANN401 - as above
    """The domain that the host is in; empty for none."""
    for store in info.authConfig:
        if isinstance(store, vim.host.ActiveDirectoryInfo) and store.enabled:
            return str(store.joinedDomain or "")
    return ""


def _reason(fault: vmodl.MethodFault) -> str:
    match fault:
        case vim.fault.NoPermission():
            return f"the account needs {fault.privilegeId} there"
        case vim.fault.InvalidName():
            return "they do not have it"
        case _:
            return f"vCenter answered {type(fault).__name__.rpartition('.')[2]}"
