"""Which examination fits each configured source, and what is to be expected of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial

from accessreview.bootstrap.database import database_address
from accessreview.bootstrap.sources import remediators_of, sources_of, thresholds_of
from accessreview.collectors.directory.probe import examine_directory
from accessreview.collectors.directory.probe_contents import Expected
from accessreview.collectors.directory.source import DirectorySource
from accessreview.collectors.vcenter.global_permissions import examine_global_permissions
from accessreview.collectors.vcenter.host_source import HostSource, examine_host
from accessreview.collectors.vcenter.hosts import HOSTS, examine_hosts
from accessreview.collectors.vcenter.probe import Look, examine_vcenter
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.ldap.settings import ServerSettings
from accessreview.model.diagnosis import Check, Step, Told, in_turn, ok, warning
from accessreview.model.errors import (
    ConfigurationError,
    NotFoundError,
    StorageError,
)
from accessreview.model.snapshot import TABLES, Coverage, Snapshot
from accessreview.remediators.directory import DirectoryRemediator
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.services.ports import Now, ReadingSource
from accessreview.settings import Settings
from accessreview.snapshot.completeness import Thresholds, named_groups
from accessreview.storage.database import open_database
from accessreview.system import SystemClock
from accessreview.vsphere.settings import VCenterSettings

_NOT_KNOWN = "Which groups permissions name is not known."


@dataclass(frozen=True, slots=True)
class Examination:
    """Of one source; ``checks`` connects as it is gone through."""

    source: str
    name: str
    checks: Iterator[Check]


def examinations(settings: Settings, only: str = "") -> tuple[Examination, ...]:
    """One for each configured source, or for the one with the id ``only``.

    Raises:
        ConfigurationError: no source is configured.
        NotFoundError: none has that id.
    """
    if not settings.source:
        raise ConfigurationError(
            "No source is configured: add a [[source]] to the configuration file."
        )
    names = {source.id: source.label for source in settings.source}
    if only and only not in names:
        raise NotFoundError(f"There is no source {only}; configured are {', '.join(names)}.")
    latest = cache(partial(_latest, settings))
    return tuple(
        Examination(source.id, names[source.id], _checks(source, settings, latest))
        for source in sources_of(settings)
        if only in {"", source.id}
    )


def _checks(
    source: ReadingSource, settings: Settings, latest: Callable[[], Snapshot]
) -> Iterator[Check]:
    now = SystemClock().now
    match source:
        case DirectorySource():
            thresholds = thresholds_of(settings).get(source.id, Thresholds())
            expected = Expected(
                canary_accounts=thresholds.canary_accounts,
                canary_groups=thresholds.canary_groups,
                named=lambda: _named(source.id, latest()),
                writer=_directory_writer(source.id, settings),
            )
            return examine_directory(source.settings, expected, now)
        case VCenterSource():
            writer = _vcenter_writer(source.id, settings)
            return examine_vcenter(source.settings, writer, now, _further(source))
        case HostSource():
            return examine_host(source, now)
        case _:
            return in_turn([Step("files", partial(_files, source, now))])


def _further(source: VCenterSource) -> Mapping[str, Look]:
    looks: dict[str, Look] = {"global": partial(examine_global_permissions, source.global_account)}
    if HOSTS in source.parts:
        looks["hosts"] = examine_hosts
    return looks


def _files(source: ReadingSource, now: Now) -> Iterator[Told]:
    reading = source.collect(now)
    tables = reading.tables
    counts = ", ".join(f"{len(tables[name])} {name}" for name in TABLES if tables.get(name))
    yield ok(f"Read and understood: {counts or 'nothing'}.")
    tell = warning if reading.source.coverage is Coverage.PARTIAL else ok
    yield from map(tell, reading.source.gaps)


def _directory_writer(source: str, settings: Settings) -> ServerSettings | None:
    return next(
        (
            one.settings
            for one in remediators_of(settings)
            if isinstance(one, DirectoryRemediator) and one.source == source
        ),
        None,
    )


def _vcenter_writer(source: str, settings: Settings) -> VCenterSettings | None:
    return next(
        (
            one.settings
            for one in remediators_of(settings)
            if isinstance(one, VCenterRemediator) and one.settings.id == source
        ),
        None,
    )


def _latest(settings: Settings) -> Snapshot:
    """The latest snapshot; NotFoundError says why there is none to be had."""
    try:
        database = open_database(database_address(settings))
        with closing(database), database.reading() as work:
            stored = work.snapshots.latest()
            if stored:
                return work.snapshots.get(stored.digest)
    except StorageError as error:
        raise NotFoundError(f"{_NOT_KNOWN} {error}") from None
    raise NotFoundError(f"{_NOT_KNOWN} Nothing was collected yet.")


def _named(source: str, snapshot: Snapshot) -> Mapping[str, str]:
    """The groups of a directory that permissions name, by their ids."""
    named = named_groups([snapshot.tables["permissions"]])
    groups = {row[1] for row in snapshot.tables["groups"].rows() if row[0] == source}
    return {
        row[1]: row[2]
        for row in snapshot.tables["principal_names"].rows()
        if row[0] == source and row[1] in groups and row[2].casefold() in named
    }
