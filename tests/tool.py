"""The whole web application over a real database and the small company, for tests of pages.

``tool(folder)`` yields it with a first snapshot, an open campaign and one login of each kind; the
parts that touch the world outside (sources, mail) are the company's rows and an outbox.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask

from accessreview.bundles.files import bundle_files
from accessreview.model.policy import Ruleset
from accessreview.model.review import Campaign, CampaignScope
from accessreview.model.snapshot import Reading, SourceKind
from accessreview.model.user import Authorization, UserRole
from accessreview.notifiers.outbox import Outbox
from accessreview.passwords import Argon2Passwords
from accessreview.reports import Reports
from accessreview.resources import directory
from accessreview.rulesets.known import describe
from accessreview.rulesets.reader import read_ruleset
from accessreview.services.acceptance import Acceptances
from accessreview.services.application import Application
from accessreview.services.assessment import Assessing
from accessreview.services.campaigns import CampaignService
from accessreview.services.collection import Collection
from accessreview.services.decisions import Decisions
from accessreview.services.evidence import EvidencePackages
from accessreview.services.periodic import Periodic
from accessreview.services.ports import Now
from accessreview.services.queries import Queries
from accessreview.services.refresh import Refresh
from accessreview.services.remediation import Remediation, Script
from accessreview.services.reminders import Reminders
from accessreview.services.rerouting import Rerouting
from accessreview.services.sign_in import SignIn
from accessreview.services.users import UserAdministration
from accessreview.signing import keys
from accessreview.signing.seal import seal
from accessreview.system import new_token
from accessreview.web import create_app
from tests.company import RULESET, Company
from tests.fakes import FixedClock, SequentialIds, fresh_database

ADMINISTRATOR = Authorization("root", UserRole.ADMINISTRATOR)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"
HOSTS = ("localhost", "127.0.0.1")
LOGINS = {
    "admin": (UserRole.ADMINISTRATOR, ""),
    "auditor": (UserRole.AUDITOR, ""),
    "ben": (UserRole.REVIEWER, "ben"),
    "cat": (UserRole.REVIEWER, "cat"),
    "fay": (UserRole.REVIEWER, "fay"),
}


@dataclass(frozen=True)
class CompanySource:
    id: str
    company: Company

    def collect(self, now: Now) -> Reading:
        return self.company.reading(self.id, now())


@dataclass(frozen=True)
class Tool:
    application: Application
    app: Flask
    clock: FixedClock
    company: Company
    campaign: Campaign


@contextmanager
def tool(folder: Path, company: Company | None = None, *, secure: bool = False) -> Iterator[Tool]:
    company = company or Company()
    clock = FixedClock()
    application = assemble(folder, company, clock)
    for login, (role, identity) in LOGINS.items():
        application.users.add(
            ADMINISTRATOR,
            login=login,
            display_name=login.title(),
            mail=f"{login}@corp.example",
            role=role,
            identity=identity,
            password=PASSWORD,
        )
    application.refresh.run(ADMINISTRATOR)
    clock.move(minutes=5)
    campaign = application.campaigns.open(
        ADMINISTRATOR,
        name="Spring review",
        due_at=clock.now() + timedelta(days=14),
        scope=CampaignScope.ALL,
        fallback_reviewer="fay",
    )
    app = create_app(
        application,
        templates=directory("templates"),
        secret_key=b"0123456789abcdef0123456789abcdef",
        secure_cookies=secure,
        trusted_hosts=HOSTS,
    )
    yield Tool(application, app, clock, company, campaign)
    application.database.close()


def assemble(folder: Path, company: Company, clock: FixedClock) -> Application:
    database, ids, hasher = fresh_database(folder), SequentialIds(), Argon2Passwords(CHEAP)
    collection = Collection(
        database=database,
        sources=(CompanySource("vc", company), CompanySource("dir", company)),
        kinds={"vc": SourceKind.VCENTER, "dir": SourceKind.DIRECTORY},
        clock=clock,
    )
    assessing = Assessing(
        database=database,
        clock=clock,
        ruleset=RULESET,
        engine_version="1",
        parse_ruleset=_parse,
    )
    outbox = Outbox(folder / "outbox", "accessreview@localhost", clock, ids)
    remediation = Remediation(
        database=database,
        clock=clock,
        ids=ids,
        remediators=(),
        scripts={"ldif": Script(lambda _change: True, lambda changes: f"{len(changes)} changes\n")},
    )
    signer = keys.load_or_create(folder / "signing.pem")
    return Application(
        database=database,
        clock=clock,
        collection=collection,
        acceptances=Acceptances(database, clock),
        assessing=assessing,
        campaigns=CampaignService(
            database=database,
            clock=clock,
            ids=ids,
            assessing=assessing,
            mapping=(),
            reminders=Reminders(
                database=database, clock=clock, notifier=outbox, address="http://localhost"
            ),
        ),
        decisions=Decisions(database=database, clock=clock),
        rerouting=Rerouting(database=database, clock=clock),
        remediation=remediation,
        refresh=Refresh(collection=collection, assessing=assessing, remediation=remediation),
        evidence=EvidencePackages(
            database=database,
            clock=clock,
            ids=ids,
            engine="1",
            public_pem=keys.public_pem(signer.public_key).decode(),
            key_fingerprint=keys.fingerprint(signer.public_key),
            seal=partial(seal, signer=signer),
            render=Reports(directory("templates")).render,
            bundle=partial(bundle_files, annex=True),
            parse_ruleset=_parse,
        ),
        sign_in=SignIn(database, clock, hasher, new_token),
        users=UserAdministration(database, clock, ids, hasher),
        queries=Queries.of(database, clock, describe, _parse),
        periodic=Periodic(database=database, clock=clock, jobs=()),
    )


def _parse(text: str) -> Ruleset:
    return read_ruleset(text, "the recorded ruleset", None)[0]
