"""Sources and remediators from their settings."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from accessreview.bootstrap.file_sources import file_source
from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.collectors.offline.ldif_directory import LdifSettings, LdifSource
from accessreview.collectors.offline.sso_members import SsoMembersSettings, SsoMembersSource
from accessreview.collectors.vcenter.host_source import HostSource
from accessreview.collectors.vcenter.hosts import HOSTS
from accessreview.collectors.vcenter.oracle import VCenterOracle
from accessreview.collectors.vcenter.source import PARTS, VCenterSource
from accessreview.collectors.vcenter.usage import VCenterWatch
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings, SignIn
from accessreview.model.snapshot import SourceKind
from accessreview.remediators.directory import DirectoryRemediator
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.services.agreement import Questioned
from accessreview.services.ports import EventSource, ReadingSource, Remediator
from accessreview.settings import (
    Ansible,
    AnySource,
    Directory,
    Govc,
    Host,
    Ldif,
    ObjectSave,
    OpenGraph,
    Powercli,
    Settings,
    SsoMembers,
    VCenter,
    read_secret,
)
from accessreview.snapshot.completeness import Thresholds
from accessreview.vsphere.settings import VCenterSettings

LastSeen = Callable[[str], tuple[tuple[str, str], ...]]
"""Types and ids of what a source had when it was last read in full."""


def sources_of(settings: Settings, last_seen: LastSeen = lambda _: ()) -> tuple[ReadingSource, ...]:
    """One source for each configured; none is connected to yet."""
    return tuple(_source(each, settings, last_seen) for each in settings.source)


def kinds_of(settings: Settings) -> dict[str, SourceKind]:
    """What each configured source is, for when it cannot say so itself."""
    return {
        source.id: SourceKind.DIRECTORY if _is_directory(source) else _kind_of(source)
        for source in settings.source
    }


def _kind_of(source: AnySource) -> SourceKind:
    return SourceKind.ESXI if isinstance(source, Host) else SourceKind.VCENTER


def _is_directory(source: AnySource) -> bool:
    match source:
        case Directory() | Ldif() | OpenGraph(part="directory") | SsoMembers():
            return True
        case _:
            return False


def thresholds_of(settings: Settings) -> dict[str, Thresholds]:
    """By source, when a reading is not believed to be whole."""
    return {
        source.id: Thresholds(**source.completeness.model_dump())
        for source in settings.source
        if isinstance(source, Directory | Ldif | VCenter)
    }


def remediators_of(settings: Settings) -> tuple[Remediator, ...]:
    """One for each source that has an account to write with; by default there is none."""
    found: list[Remediator] = []
    for source in settings.source:
        match source:
            case VCenter(remediation=account) if account is not None:
                found.append(
                    VCenterRemediator(
                        _vcenter(source, account.username, account.password_file),
                        frozenset(account.untouchable),
                    )
                )
            case Directory(remediation=account) if account is not None:
                found.append(
                    DirectoryRemediator(
                        source.id,
                        DirectoryKind(source.kind),
                        _server(source, account.username, account.password_file),
                        source.attributes,
                    )
                )
            case _:
                pass
    return tuple(found)


def event_sources_of(settings: Settings) -> tuple[EventSource, ...]:
    """The live vCenters, to be watched with the accounts that collect from them."""
    return tuple(
        VCenterWatch(
            _vcenter(source, source.username, source.password_file), source.privilege_recorder
        )
        for source in settings.source
        if isinstance(source, VCenter)
    )


def questioned_of(settings: Settings) -> dict[str, Questioned]:
    """The live vCenters to be asked for their own answers, with the accounts that read them."""
    return {
        source.id: Questioned(
            VCenterOracle(_vcenter(source, source.username, source.password_file)),
            source.agreement_sample,
        )
        for source in settings.source
        if isinstance(source, VCenter) and source.agreement_sample
    }


def vcenter_hosts(settings: Settings) -> dict[str, str]:
    """The host names of live vCenters and hosts by their ids, for scripts that people run."""
    return {
        source.id: source.host for source in settings.source if isinstance(source, VCenter | Host)
    }


def _source(source: AnySource, settings: Settings, last_seen: LastSeen) -> ReadingSource:
    match source:
        case VCenter():
            account = source.global_permissions
            return VCenterSource(
                _vcenter(source, source.username, source.password_file),
                _vcenter(source, account.username, account.password_file) if account else None,
                (*PARTS, HOSTS) if source.hosts else PARTS,
                partial(last_seen, source.id),
            )
        case Host():
            return HostSource(_vcenter(source, source.username, source.password_file))
        case Directory():
            return DirectorySource(
                DirectorySettings(
                    id=source.id,
                    server=replace(
                        _server(source, source.bind_dn, source.password_file),
                        sign_in=SignIn(source.sign_in),
                    ),
                    schema=_schema(source, DirectoryKind(source.kind), settings),
                )
            )
        case Ansible() | Govc() | ObjectSave() | OpenGraph() | Powercli():
            return file_source(source)
        case SsoMembers():
            return SsoMembersSource(
                SsoMembersSettings(
                    id=source.id, name=source.label, path=source.path, domain=source.domain
                )
            )
        case Ldif():
            return LdifSource(
                LdifSettings(
                    id=source.id,
                    name=source.label,
                    path=source.path,
                    schema=_schema(source, DirectoryKind(source.directory), settings),
                )
            )


def _vcenter(source: VCenter | Host, username: str, password_file: Path) -> VCenterSettings:
    return VCenterSettings(
        id=source.id,
        name=source.label,
        host=source.host,
        port=source.port,
        username=username,
        password=_secret(password_file),
        ca_file=source.ca_file,
        pin_sha256=source.pin_sha256,
        timeout_seconds=source.timeout_seconds,
        deadline_seconds=source.deadline_seconds,
    )


def _server(source: Directory, bind_dn: str, password_file: Path | None) -> ServerSettings:
    return ServerSettings(
        name=source.label,
        host=source.host,
        fallback_hosts=source.fallback_hosts,
        port=source.port,
        security=Security(source.security),
        bind_dn=bind_dn,
        password=_secret(password_file) if password_file else str,
        ca_file=source.ca_file,
        pin_sha256=source.pin_sha256,
        timeout_seconds=source.timeout_seconds,
        deadline_seconds=source.deadline_seconds,
        page_size=source.page_size,
    )


def _schema(source: Directory | Ldif, kind: DirectoryKind, settings: Settings) -> DirectorySchema:
    others = (
        each
        for each in settings.source
        if isinstance(each, Directory | Ldif) and each is not source
    )
    return DirectorySchema(
        kind=kind,
        bases=source.bases,
        netbios_names=source.netbios_names,
        dns_names=source.dns_names,
        user_filter=source.user_filter,
        group_filter=source.group_filter,
        names=source.attributes,
        identity_attributes=source.identity_attributes,
        admin_pattern=source.admin_pattern,
        service_pattern=source.service_pattern,
        person_attributes=settings.persons.join_by,
        dangling_members=DanglingMembers(source.dangling_members),
        bases_elsewhere=tuple(base for other in others for base in other.bases),
    )


def _secret(path: Path) -> Callable[[], str]:
    """Read anew each time it is needed, so that a changed password needs no restart."""
    return lambda: read_secret(path)
