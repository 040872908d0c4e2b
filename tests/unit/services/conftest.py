"""The services over a real database, wired to a small company as their sources see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError, RemediationError, UnavailableError
from accessreview.model.remediation import AppliedChange, Change, MembershipRemoval
from accessreview.model.review import Campaign, CampaignScope, Outcome, ReviewItem, Settlement
from accessreview.model.snapshot import Reading, Snapshot, SourceKind
from accessreview.model.user import Authorization, User, UserRole
from accessreview.services.assessment import Assessing
from accessreview.services.campaigns import CampaignService
from accessreview.services.collection import Collection
from accessreview.services.decisions import Decisions
from accessreview.services.ports import Message, Now
from accessreview.services.refresh import Refresh
from accessreview.services.remediation import Remediation, Script
from accessreview.services.reminders import Reminders
from accessreview.storage.database import SqlDatabase
from tests.company import RULESET, Company
from tests.fakes import FixedClock, SequentialIds, fresh_database

ADMINISTRATOR = Authorization("root", UserRole.ADMINISTRATOR)


def reviewer(identity: str) -> Authorization:
    return Authorization(f"{identity}@tool", UserRole.REVIEWER, identity)


@dataclass
class CompanySource:
    """Returns the company's rows as they are now; ``down`` and ``gaps`` make it fail."""

    id: str
    company: Company
    down: str = ""
    gaps: tuple[str, ...] = ()

    def collect(self, now: Now) -> Reading:
        if self.down:
            raise CollectionError(self.down)
        return self.company.reading(self.id, now(), self.gaps)


@dataclass
class CompanyRemediator:
    """Takes memberships out of the company, unless it ``refuses``."""

    company: Company
    refuses: str = ""

    def covers(self, change: Change) -> bool:
        return isinstance(change, MembershipRemoval)

    def apply(self, change: Change) -> AppliedChange:
        if self.refuses or not isinstance(change, MembershipRemoval):
            raise RemediationError(self.refuses)
        self.company.drop("members", "dir", change.group.id, "dir", change.member.id)
        return AppliedChange("He was in it.", "He is not.")


@dataclass
class Mailbox:
    messages: list[Message] = field(default_factory=list)
    closed: bool = False

    def send(self, message: Message) -> None:
        if self.closed:
            raise UnavailableError("The mail server does not answer.")
        self.messages.append(message)


@dataclass
class House:
    """All services over one company."""

    company: Company
    database: SqlDatabase
    clock: FixedClock
    vcenter: CompanySource
    directory: CompanySource
    remediator: CompanyRemediator
    mailbox: Mailbox
    collection: Collection
    assessing: Assessing
    campaigns: CampaignService
    decisions: Decisions
    remediation: Remediation
    refresh: Refresh

    def open(self, **changes: object) -> Campaign:
        wanted: dict[str, object] = {
            "name": "Spring",
            "due_at": self.clock.now() + timedelta(days=14),
            "scope": CampaignScope.ALL,
            "fallback_reviewer": "fay@tool",
            **changes,
        }
        return self.campaigns.open(ADMINISTRATOR, **wanted)  # type: ignore[arg-type]

    def items(self, campaign: Campaign) -> dict[tuple[str, str], ReviewItem]:
        """By subject and the principal of the permission."""
        with self.database.reading() as work:
            items = work.items.of_campaign(campaign.id)
        return {(item.subject, item.access.permission.key.principal): item for item in items}

    def settlement(self, campaign: Campaign, key: tuple[str, str]) -> Settlement:
        """What has become of a revoked item, as far as is known."""
        settlement = self.items(campaign)[key].settlement
        assert settlement is not None
        return settlement

    def answer(self, campaign: Campaign, *revoked: tuple[str, str]) -> None:
        """Have everybody revoke these, keep the rest and sign off; then end the review."""
        items = self.items(campaign)
        for key, item in items.items():
            outcome = Outcome.REVOKE if key in revoked else Outcome.KEEP
            self.decisions.take(reviewer(item.reviewer), item.id, outcome, "as agreed")
        for who in sorted({item.reviewer for item in items.values()}):
            self.decisions.sign_off(reviewer(who), campaign.id)
        self.campaigns.finish_review(ADMINISTRATOR, campaign.id)

    def actions(self) -> list[str]:
        with self.database.reading() as work:
            return [event.action for event in work.audit.list()]

    def details(self, action: str) -> dict[str, str]:
        """Those of the last event with this action."""
        with self.database.reading() as work:
            return dict(
                [event for event in work.audit.list() if event.action == action][-1].details
            )


def collected(collection: Collection, clock: FixedClock) -> Snapshot:
    """What is stored of a collection an hour later."""
    clock.move(hours=1)
    digest = collection.run(ADMINISTRATOR).digest
    with collection.database.reading() as work:
        return work.snapshots.get(digest)


def collect(house: House) -> None:
    """An hour later; whatever is done next is done after it."""
    house.clock.move(hours=1)
    house.refresh.run(ADMINISTRATOR)
    house.clock.move(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = fresh_database(tmp_path)
    yield furnished(database)
    database.close()


def furnished(database: SqlDatabase) -> House:
    """A house over an empty database."""
    company, clock, ids = Company(), FixedClock(), SequentialIds()
    vcenter, directory = CompanySource("vc", company), CompanySource("dir", company)
    remediator, mailbox = CompanyRemediator(company), Mailbox()
    collection = Collection(
        database=database,
        sources=(vcenter, directory),
        kinds={"vc": SourceKind.VCENTER, "dir": SourceKind.DIRECTORY},
        clock=clock,
    )
    assessing = Assessing(
        database=database,
        clock=clock,
        ruleset=RULESET,
        engine_version="1",
        parse_ruleset=lambda _text: RULESET,
    )
    remediation = Remediation(
        database=database,
        clock=clock,
        ids=ids,
        remediators=(remediator,),
        scripts={
            "ldif": Script(
                lambda change: isinstance(change, MembershipRemoval),
                lambda changes: "".join(f"{change!r}\n" for change in changes),
            ),
            "powercli": Script(
                lambda change: not isinstance(change, MembershipRemoval),
                lambda changes: "".join(f"{change!r}\n" for change in changes),
            ),
        },
    )
    return House(
        company,
        database,
        clock,
        vcenter,
        directory,
        remediator,
        mailbox,
        collection,
        assessing,
        CampaignService(
            database=database,
            clock=clock,
            ids=ids,
            assessing=assessing,
            mapping=(),
            reminders=Reminders(
                database=database, clock=clock, notifier=mailbox, address="https://review.example"
            ),
        ),
        Decisions(database=database, clock=clock),
        remediation,
        Refresh(collection=collection, assessing=assessing, remediation=remediation),
    )


@pytest.fixture
def peopled(house: House) -> House:
    return populated(house)


def populated(house: House) -> House:
    """The house after a first collection, with a login for everybody who may be asked."""
    house.refresh.run(ADMINISTRATOR)
    with house.database.writing() as work:
        for identity in ("amy", "ben", "cat", "dan", "fay"):
            work.users.add(
                User(
                    id=f"u-{identity}",
                    login=f"{identity}@tool",
                    display_name=identity.title(),
                    mail=f"{identity}@corp.example",
                    role=UserRole.REVIEWER,
                    identity=identity,
                    enabled=True,
                    password_hash="",
                )
            )
        work.audit.record("user:add", "test", "", {}, house.clock.now())
    house.clock.move(minutes=5)
    return house
