"""What hosts tell beside permissions, as rows: how each is set, and who can do what on it; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from accessreview.collectors.vcenter.parts import PartRows
from accessreview.model.snapshot import Fact, Power
from accessreview.snapshot.gaps import Gaps

CONSOLE = "DCUI.Access"
_PLUGINS = "Config.HostAgent.plugins"
ADMINISTRATORS = f"{_PLUGINS}.hostsvc.esxAdminsGroup"
ADDED = f"{_PLUGINS}.hostsvc.esxAdminsGroupAutoAdd"
VALIDATED = f"{_PLUGINS}.vimsvc.authValidateInterval"
OF_DOMAIN = (ADMINISTRATORS, ADDED, VALIDATED)
"""The options that matter to a host in a domain."""

_WITHOUT_ACCESS = frozenset({"accessNone", "accessNoAccess"})


@dataclass(frozen=True, slots=True)
class HostAccess:
    """A login that a host lets in itself, and how far."""

    principal: str
    is_group: bool
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHost:
    """One host as answered; what was not told is None, or missing among ``options``.

    ``domain`` is empty for a host in no domain.
    """

    id: str
    version: str | None = None
    lockdown: str | None = None
    domain: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    access: tuple[HostAccess, ...] | None = None
    exceptions: tuple[str, ...] | None = None


class Untold:
    """What could not be read of which hosts, and why: one sentence each, not one a host."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[str, str], dict[str, None]] = {}

    def add(self, what: str, why: str, host: str) -> None:
        """``what`` begins a sentence, ``why`` follows a “because”."""
        self._hosts.setdefault((what, why), {})[host] = None

    def tell(self, gaps: Gaps, total: int) -> None:
        for (what, why), hosts in self._hosts.items():
            of_all = f"{len(hosts)} of {total} host{'s' if total > 1 else ''}"
            for host in hosts:
                gaps.add(f"{what} could not be read of {of_all}, because {why}", host)


def rows_of(hosts: Iterable[RawHost]) -> PartRows:
    facts: list[tuple[str, ...]] = []
    powers: dict[tuple[str, str, str, bool], str] = {}
    for host in hosts:
        facts += ((host.id, fact.value, value) for fact, value in _facts(host))
        for power, principal, is_group, detail in _powers(host):
            if principal:
                powers.setdefault((host.id, power.value, principal, is_group), detail)
    return {
        "facts": facts,
        "powers": [
            (host_id, power, principal, "true" if is_group else "false", detail)
            for (host_id, power, principal, is_group), detail in powers.items()
        ],
    }


def _facts(host: RawHost) -> Iterator[tuple[Fact, str]]:
    told = {
        Fact.VERSION: host.version,
        Fact.LOCKDOWN: host.lockdown,
        Fact.DOMAIN: host.domain,
        Fact.DOMAIN_ADMINISTRATORS: host.options.get(ADMINISTRATORS),
        Fact.DOMAIN_ADMINISTRATORS_ADDED: _boolean(host.options.get(ADDED)),
        Fact.VALIDATION_MINUTES: host.options.get(VALIDATED),
    }
    for fact, value in told.items():
        if value is not None:
            yield fact, value


def _powers(host: RawHost) -> Iterator[tuple[Power, str, bool, str]]:
    for entry in host.access or ():
        if entry.mode not in _WITHOUT_ACCESS:
            yield Power.HOST_ACCESS, entry.principal, entry.is_group, entry.mode
    for name in host.exceptions or ():
        yield Power.LOCKDOWN_EXCEPTION, name, False, ""
    for name in host.options.get(CONSOLE, "").split(","):
        yield Power.CONSOLE_IN_LOCKDOWN, name.strip(), False, CONSOLE
    group, added = host.options.get(ADMINISTRATORS), _boolean(host.options.get(ADDED))
    if host.domain and group and added != "false":
        # Where it is not told, it may be an old host, which adds the group without saying so.
        detail = "added by the host" if added else "perhaps added by the host"
        yield Power.HOST_ADMINISTRATION_BY_DOMAIN, f"{host.domain}\\{group}", True, detail


def _boolean(text: str | None) -> str | None:
    folded = text.strip().lower() if text else ""
    return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(folded)
