"""Values to store: whole, with every optional part, and with names that are hard to keep."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from accessreview.model.access import (
    AccountRef,
    EntityRef,
    Grant,
    GroupRef,
    InheritancePath,
    Permission,
    PermissionKey,
)
from accessreview.model.agreement import (
    Accord,
    Agreement,
    Asking,
    ComparedPair,
    SampledPair,
    Stratum,
)
from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.canonical import sha256
from accessreview.model.columns import Table
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import RuleKind, Ruleset, Severity
from accessreview.model.review import (
    Campaign,
    CampaignScope,
    CampaignState,
    Chain,
    Decision,
    Outcome,
    ReviewedAccess,
    ReviewItem,
    RoutingReason,
    Settlement,
    SettlementVerdict,
)
from accessreview.model.snapshot import (
    ANNEX,
    TABLES,
    Coverage,
    Snapshot,
    Source,
    SourceKind,
)
from accessreview.model.user import User, UserRole
from accessreview.snapshot.canonical import canonical, snapshot_digest
from accessreview.storage.database import SqlDatabase
from accessreview.storage.unit_of_work import SqlUnitOfWork
from tests.fakes import START

HARD = 'Ünï "quoted"\\ \u202e\x00 \U0001f511'

DIRECTORY = Source(
    "corp",
    SourceKind.DIRECTORY,
    HARD,
    Coverage.PARTIAL,
    ("The page after 500 entries did not come.",),
    START,
    START + timedelta(seconds=3),
)
VCENTER = Source(
    "vc1", SourceKind.VCENTER, "vCenter 1", Coverage.FULL, (), START, START + timedelta(seconds=4)
)


def a_snapshot(
    members: int = 3, tables: Mapping[str, Table] | None = None, minutes: int = 0
) -> Snapshot:
    """A directory with that many accounts in one group, and a vCenter; not checked."""
    numbers = range(members)
    kept = {
        "entities": Table.of(TABLES["entities"], [("vc1", "group-d1", "Folder", HARD, "", "", "")]),
        "accounts": Table.of(
            TABLES["accounts"],
            [("corp", f"a{n}", f"CORP\\u{n}", f"U {n}", "", "person", "true", "") for n in numbers],
        ),
        "groups": Table.of(TABLES["groups"], [("corp", "g", "admins")]),
        "members": Table.of(TABLES["members"], [("corp", "g", "corp", f"a{n}") for n in numbers]),
        **(tables or {}),
    }
    canonical_tables = {
        name: canonical(kept.get(name, Table.of(schema, ()))) for name, schema in TABLES.items()
    }
    locators = [("corp", f"a{n}", f"CN=u{n},DC=corp") for n in numbers]
    taken_at = START + timedelta(minutes=minutes)
    sources = (DIRECTORY, VCENTER)
    return Snapshot(
        taken_at,
        sources,
        canonical_tables,
        snapshot_digest(taken_at, sources, canonical_tables),
        {
            "responsibles": canonical(Table.of(ANNEX["responsibles"], ())),
            "locators": canonical(Table.of(ANNEX["locators"], locators)),
        },
    )


def a_ruleset() -> Ruleset:
    text = 'id = "test"\r\n# ünï\n'
    return Ruleset("test", "1", {}, (), text, sha256(text.encode()))


PERMISSION = Permission(
    PermissionKey(EntityRef("vc1", "group-d1"), "CORP\\admins", is_group=True),
    "-1",
    propagates=True,
)
ACCOUNT = AccountRef("corp", "a0")


def a_finding(number: int = 0) -> Finding:
    return Finding(
        FindingKey("host-and-vm", SubjectKind.IDENTITY, f"person {number}"),
        RuleKind.CONFLICT,
        Severity.CRITICAL,
        7,
    )


def an_assessment(snapshot: Snapshot, **changes: object) -> Assessment:
    assessment = Assessment(
        id="assessment-1",
        snapshot=snapshot.digest,
        ruleset=a_ruleset().digest,
        engine="1",
        at=START,
        findings=Findings.of([a_finding(1), a_finding(2)]),
    )
    return replace(assessment, **changes)  # type: ignore[arg-type]


def a_violation(snapshot: Snapshot, **changes: object) -> Violation:
    violation = Violation(
        key=a_finding().key,
        severity=Severity.HIGH,
        state=ViolationState.OPEN,
        places=3,
        first_seen_at=START,
        last_seen_at=START,
        last_snapshot=snapshot.digest,
    )
    return replace(violation, **changes)  # type: ignore[arg-type]


def an_agreement(snapshot: Snapshot, **changes: object) -> Agreement:
    grant = Grant(
        account=ACCOUNT,
        via=("u0", "CORP\\admins"),
        groups=(GroupRef("corp", "g"),),
        permission=PERMISSION,
        role_name=HARD,
        path=InheritancePath.PARENT,
        decides=True,
        why=HARD,
    )
    pair = SampledPair(ACCOUNT, "CORP\\u0", "group-d1", Stratum.CORNER)
    agreement = Agreement(
        snapshot=snapshot.digest,
        source="vc1",
        at=START,
        asking=Asking.ASKED,
        reason="",
        seed="5" * 64,
        size=2,
        sets=(("Host.Config.Power", "System.Read"), ()),
        pairs=(
            ComparedPair(pair, Accord.DIFFERENT, 0, 1, grants=(grant,)),
            ComparedPair(replace(pair, entity=HARD), Accord.NOT_COMPARABLE, 1, None, HARD),
        ),
    )
    return replace(agreement, **changes)  # type: ignore[arg-type]


def a_campaign(snapshot: Snapshot, **changes: object) -> Campaign:
    campaign = Campaign(
        id="campaign-1",
        name=HARD,
        state=CampaignState.DRAFT,
        scope=CampaignScope.ALL,
        snapshot=snapshot.digest,
        ruleset=a_ruleset().digest,
        assessment="assessment-1",
        fallback_reviewer="boss",
        opened_by="admin",
        created_at=START,
        due_at=START + timedelta(days=30),
    )
    return replace(campaign, **changes)  # type: ignore[arg-type]


def an_item(number: int = 0, **changes: object) -> ReviewItem:
    item = ReviewItem(
        id=f"item-{number}",
        campaign="campaign-1",
        subject=f"person {number}",
        subject_name=f"Person {number}",
        accounts=(ACCOUNT,),
        access=ReviewedAccess(
            permission=PERMISSION,
            role_name="Administrator",
            entity_type="Folder",
            place=HARD,
            privileges=("Host.Config.Power", "VirtualMachine.Interact.PowerOn"),
            duties=("Administers hosts",),
            objects=12,
            chains=(Chain(ACCOUNT, enabled=False, via=("u0", "CORP\\admins")),),
            findings=("host-and-vm/identity/person 0",),
        ),
        reviewer="owner",
        reviewer_name="Owner",
        routing=RoutingReason.GROUP_OWNER,
        routing_detail="owns admins",
    )
    return replace(item, **changes)  # type: ignore[arg-type]


DECISION = Decision(Outcome.REVOKE, "owner", "owner@corp", START, HARD)
SETTLEMENT = Settlement(SettlementVerdict.LEFT, "f" * 64, START, ("By the group ops.",))


def a_user(number: int = 1, **changes: object) -> User:
    user = User(
        id=f"user-{number}",
        login=f"Ann{number}",
        display_name="Ann",
        mail="ann@example.org",
        role=UserRole.REVIEWER,
        identity="person 0",
        enabled=True,
        password_hash="$argon2id$…",
    )
    return replace(user, **changes)  # type: ignore[arg-type]


def record(work: SqlUnitOfWork) -> None:
    work.audit.record("test:store", "tester", "everything", {}, START)


def with_campaign(database: SqlDatabase, items: int = 0) -> Snapshot:
    """Store a campaign with all that it refers to, and return its snapshot."""
    snapshot = a_snapshot()
    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.rulesets.add(a_ruleset())
        work.assessments.add(an_assessment(snapshot))
        work.campaigns.add(a_campaign(snapshot))
        work.items.add([an_item(number) for number in range(items)])
        record(work)
    return snapshot
