"""The application: one service a stage, put together once and handed to whoever serves people."""

from dataclasses import dataclass

from accessreview.model.user import Authorization, UserRole
from accessreview.services.acceptance import Acceptances
from accessreview.services.assessment import Assessing
from accessreview.services.campaigns import CampaignService
from accessreview.services.collection import Collection
from accessreview.services.decisions import Decisions
from accessreview.services.evidence import EvidencePackages
from accessreview.services.periodic import Periodic
from accessreview.services.ports import Clock, Database
from accessreview.services.queries import Queries
from accessreview.services.refresh import Refresh
from accessreview.services.remediation import Remediation
from accessreview.services.rerouting import Rerouting
from accessreview.services.sign_in import SignIn
from accessreview.services.users import UserAdministration

SCHEDULER = Authorization("scheduler", UserRole.ADMINISTRATOR)
"""On whose authority periodic work is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything that pages, commands and the ticker call."""

    database: Database
    clock: Clock
    collection: Collection
    acceptances: Acceptances
    assessing: Assessing
    campaigns: CampaignService
    decisions: Decisions
    rerouting: Rerouting
    remediation: Remediation
    refresh: Refresh
    evidence: EvidencePackages
    sign_in: SignIn
    users: UserAdministration
    queries: Queries
    periodic: Periodic
