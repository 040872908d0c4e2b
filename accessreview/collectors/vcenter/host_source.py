r"""A host without a vCenter as a source to collect from: its inventory, permissions and accounts.

Names of a host's own accounts mean others on every other host. They are written with the id of the
source before them, as a domain's are with the domain: ``esx-lab\root``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain

from pyVmomi import vim, vmodl

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.vcenter.hosts import HOSTS
from accessreview.collectors.vcenter.local_accounts import LocalAccount, account_rows, qualified
from accessreview.collectors.vcenter.parts import Part, PartRows, Visit, read_parts
from accessreview.collectors.vcenter.read import read_vcenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.diagnosis import Check, Step, Told, in_turn, ok, warning
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Reading, SourceKind
from accessreview.reach import Way
from accessreview.vsphere.session import Server, Session, open_session
from accessreview.vsphere.settings import VCenterSettings


@dataclass(frozen=True, slots=True)
class HostSource(ConfiguredSource[VCenterSettings]):
    """One live host, read with an account of its own."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read it in one session.

        Raises:
            CollectionError: it could not be read to the end; nothing of it is then known.
            ConfigurationError: the settings cannot be used.
        """
        started_at = now()
        with open_session(self.settings, CollectionError, Server.HOST) as session:
            raw = read_vcenter(session)
            more = read_parts((_ACCOUNTS, HOSTS), session, raw, now)
        source = self.as_read(SourceKind.ESXI, (started_at, now()), gaps=more.gaps)
        doubted = replace(raw, gaps=(*raw.gaps, *more.doubts))
        own, tables = qualified(self.id, doubted, more.tables)
        return translate(source, own, tables)


def examine_host(source: HostSource, now: Callable[[], datetime]) -> Iterator[Check]:
    """Go the whole way to one host and read it; nothing is ever written."""
    settings = source.settings
    way = Way(settings, settings.port, now).steps(encrypted=True)
    reading = Step("reading", partial(_looked, source, now))
    return in_turn(chain(way, [reading]), settings.label)


def _looked(source: HostSource, now: Callable[[], datetime]) -> Iterator[Told]:
    reading = source.collect(now)
    yield ok(
        f"{len(reading.tables['entities'])} entities, {len(reading.tables['permissions'])}"
        f" permissions and {len(reading.tables['accounts'])} accounts."
    )
    yield from map(warning, reading.source.gaps)


def _read_accounts(visit: Visit) -> PartRows:
    """The host's accounts: all that it lists, and those that its permissions name."""
    named = {one.principal for one in visit.raw.permissions if not one.is_group}
    listed: Iterable[LocalAccount] = ()
    try:
        listed = _listed(visit.session)
    except vmodl.MethodFault as fault:
        needed = fault.privilegeId if isinstance(fault, vim.fault.NoPermission) else ""
        why = f"the account needs {needed}" if needed else f"it answered {type(fault).__name__}"
        visit.gaps.add("Accounts without permissions are not told", why)
    return account_rows(visit.session.settings.id, named, listed)


_ACCOUNTS = Part("Accounts", _read_accounts)


def _listed(session: Session) -> list[LocalAccount]:
    directory = session.content.userDirectory
    if directory is None:
        return []
    found = directory.RetrieveUserGroups(None, "", None, None, False, True, False)  # noqa: FBT003
    return [LocalAccount(str(one.principal), str(one.fullName or "")) for one in found]
