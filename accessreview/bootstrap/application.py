"""The application from its settings: every port gets its adapter here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

from accessreview.bootstrap.database import database_address
from accessreview.bootstrap.identity_sources import identity_sources_of
from accessreview.bootstrap.mapping import read_mapping
from accessreview.bootstrap.persons import person_rules
from accessreview.bootstrap.sources import (
    event_sources_of,
    kinds_of,
    questioned_of,
    remediators_of,
    sources_of,
    thresholds_of,
    vcenter_hosts,
)
from accessreview.bundles.files import bundle_files
from accessreview.model.errors import ConfigurationError
from accessreview.model.policy import Ruleset
from accessreview.model.remediation import Change, MembershipRemoval, PermissionRemoval
from accessreview.model.snapshot import SourceKind
from accessreview.notifiers.mail import MailSecurity, MailServer
from accessreview.notifiers.outbox import Outbox
from accessreview.passwords import Argon2Passwords
from accessreview.remediators import ldif, powercli
from accessreview.reports import Reports
from accessreview.resources import directory
from accessreview.rulesets.known import describe, known_privileges
from accessreview.rulesets.reader import read_ruleset
from accessreview.rulesets.shipped import shipped_ruleset
from accessreview.services.acceptance import Acceptances
from accessreview.services.agreement import Comparing
from accessreview.services.application import SCHEDULER, Application
from accessreview.services.assessment import Assessing
from accessreview.services.campaigns import CampaignService
from accessreview.services.collection import Collection
from accessreview.services.decisions import Decisions
from accessreview.services.early import EarlyCollection
from accessreview.services.evidence import EvidencePackages
from accessreview.services.last_seen import last_entities
from accessreview.services.periodic import ABANDONED_AFTER, Job, Periodic
from accessreview.services.ports import Clock, Database, IdSource, Notifier, ReadingSource
from accessreview.services.queries import Queries
from accessreview.services.refresh import Refresh
from accessreview.services.remediation import Remediation, Script
from accessreview.services.reminders import Reminders
from accessreview.services.rerouting import Rerouting
from accessreview.services.sign_in import SignIn
from accessreview.services.users import UserAdministration
from accessreview.services.watching import Watching
from accessreview.settings import Directory, Settings, VCenter, read_secret
from accessreview.signing import keys
from accessreview.signing.seal import seal
from accessreview.storage import migration
from accessreview.storage.database import open_database
from accessreview.system import RandomIds, SystemClock, make_folder, new_token


def prepare(settings: Settings) -> Path | None:
    """Make the data directory and the database, or bring it to this program's revision.

    Returns the backup that was made before an upgrade, if there was one.
    """
    make_folder(settings.data_directory)
    return migration.migrate(database_address(settings), directory("migrations"))


def build(settings: Settings) -> Application:
    """Put everything together over a prepared database; nothing is connected to yet.

    Raises:
        ConfigurationError, InputError, StorageError, UnavailableError: in a sentence each.
    """
    make_folder(settings.data_directory)
    database = open_database(database_address(settings))
    return _assemble(
        _World(
            settings=settings,
            database=database,
            clock=SystemClock(),
            ids=RandomIds(),
            ruleset=_ruleset(settings.ruleset),
            sources=sources_of(settings, partial(last_entities, database)),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    settings: Settings
    database: Database
    clock: Clock
    ids: IdSource
    ruleset: Ruleset
    sources: tuple[ReadingSource, ...]


def _assemble(world: _World) -> Application:
    settings, database, clock, ids = world.settings, world.database, world.clock, world.ids
    hasher = Argon2Passwords()
    watching = Watching(database=database, clock=clock, sources=event_sources_of(settings))
    collection = Collection(
        database=database,
        sources=world.sources,
        kinds=kinds_of(settings),
        clock=clock,
        persons=person_rules(settings),
        thresholds=thresholds_of(settings),
        watching=watching,
    )
    assessing = Assessing(
        database=database,
        clock=clock,
        ruleset=world.ruleset,
        engine_version=version("accessreview"),
        parse_ruleset=_parse,
    )
    mapping = settings.review.mapping
    campaigns = CampaignService(
        database=database,
        clock=clock,
        ids=ids,
        assessing=assessing,
        mapping=read_mapping(mapping) if mapping else (),
        reminders=Reminders(
            database=database,
            clock=clock,
            notifier=_notifier(settings, clock, ids),
            address=settings.web.address,
        ),
    )
    remediation = Remediation(
        database=database,
        clock=clock,
        ids=ids,
        remediators=remediators_of(settings),
        scripts=_scripts(settings),
    )
    refresh = Refresh(
        collection=collection,
        assessing=assessing,
        remediation=remediation,
        comparing=Comparing(
            database=database,
            clock=clock,
            vcenters=questioned_of(settings),
        ),
    )
    early = EarlyCollection(
        database=database,
        clock=clock,
        watching=watching,
        refresh=refresh,
        at_least=timedelta(minutes=settings.schedule.early_collect_minutes),
    )
    return Application(
        database=database,
        clock=clock,
        collection=collection,
        acceptances=Acceptances(database, clock),
        assessing=assessing,
        campaigns=campaigns,
        decisions=Decisions(database=database, clock=clock),
        rerouting=Rerouting(database=database, clock=clock),
        remediation=remediation,
        refresh=refresh,
        evidence=_evidence(world),
        sign_in=SignIn(database, clock, hasher, new_token),
        users=UserAdministration(database, clock, ids, hasher),
        queries=Queries.of(database, clock, describe, _parse, identity_sources_of(settings)),
        periodic=Periodic(
            database=database, clock=clock, jobs=_jobs(settings, refresh, early, campaigns.remind)
        ),
    )


def _evidence(world: _World) -> EvidencePackages:
    signer = keys.load_or_create(world.settings.data_directory / "signing.pem")
    return EvidencePackages(
        database=world.database,
        clock=world.clock,
        ids=world.ids,
        engine=version("accessreview"),
        public_pem=keys.public_pem(signer.public_key).decode(),
        key_fingerprint=keys.fingerprint(signer.public_key),
        seal=partial(seal, signer=signer),
        render=Reports(directory("templates")).render,
        bundle=partial(bundle_files, annex=True),
        parse_ruleset=_parse,
    )


def _parse(text: str) -> Ruleset:
    return read_ruleset(text, "the recorded ruleset", None)[0]


def _ruleset(path: Path | None) -> Ruleset:
    if path is None:
        return shipped_ruleset()
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The ruleset {path} cannot be read: {error}.") from error
    return read_ruleset(text, str(path), known_privileges())[0]


def _notifier(settings: Settings, clock: Clock, ids: IdSource) -> Notifier:
    mail = settings.mail
    if mail is None:
        outbox = settings.data_directory / "outbox"
        return Outbox(outbox, "accessreview@localhost", clock, ids)
    return MailServer(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        clock=clock,
        ids=ids,
        security=MailSecurity(mail.security),
        login=mail.login,
        password=read_secret(mail.password_file) if mail.password_file else "",
        ca_file=mail.ca_file,
    )


def _scripts(settings: Settings) -> dict[str, Script]:
    servers = vcenter_hosts(settings)
    hosts = {id_ for id_, kind in kinds_of(settings).items() if kind is SourceKind.ESXI}

    def powercli_script(changes: Sequence[Change]) -> str:
        removals = [change for change in changes if isinstance(change, PermissionRemoval)]
        return powercli.script(removals, servers, hosts)

    def ldif_script(changes: Sequence[Change]) -> str:
        return ldif.script([change for change in changes if isinstance(change, MembershipRemoval)])

    return {
        "powercli": Script(lambda change: isinstance(change, PermissionRemoval), powercli_script),
        "ldif": Script(lambda change: isinstance(change, MembershipRemoval), ldif_script),
    }


def _jobs(
    settings: Settings, refresh: Refresh, early: EarlyCollection, remind: Callable[..., int]
) -> tuple[Job, ...]:
    """What is done regularly; collecting only where there is something to collect from."""
    reminding = Job(
        name="remind",
        every=timedelta(days=1),
        at=time.fromisoformat(settings.schedule.remind_at),
        run=lambda: f"{remind(SCHEDULER)} reminders were sent.",
    )
    if not settings.source:
        return (reminding,)
    patience = max(ABANDONED_AFTER, 2 * _longest_reading(settings))
    collecting = Job(
        name="collect",
        every=timedelta(hours=settings.schedule.collect_every_hours),
        run=lambda: f"Snapshot {refresh.run(SCHEDULER).digest} was stored.",
        abandoned_after=patience,
    )
    minutes = settings.schedule.watch_every_minutes
    if not minutes or not early.watching.sources:
        return (collecting, reminding)
    watching = Job(
        name="watch",
        every=timedelta(minutes=minutes),
        run=lambda: early.run(SCHEDULER),
        abandoned_after=patience,
    )
    return (collecting, watching, reminding)


def _longest_reading(settings: Settings) -> timedelta:
    """How long reading all sources may take: they are read at once, files in no time."""
    live = [source for source in settings.source if isinstance(source, VCenter | Directory)]
    return timedelta(seconds=max((source.deadline_seconds for source in live), default=0))
