"""Evidence packages: gather everything recorded of a campaign, compile, seal, keep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accessreview.analysis.estate import build_estate
from accessreview.analysis.hygiene import ambiguities
from accessreview.evidence.compile import CampaignRecord, compile_package
from accessreview.model.canonical import sha256
from accessreview.model.errors import ConflictError
from accessreview.model.evidence import EvidencePackage
from accessreview.model.policy import Ruleset
from accessreview.model.review import Campaign, CampaignState, ReviewItem
from accessreview.model.snapshot import Snapshot
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, IdSource, UnitOfWork

_SEALABLE = frozenset(
    {
        CampaignState.IN_REMEDIATION,
        CampaignState.CLOSED,
        CampaignState.CLOSED_WITH_RESIDUE,
        CampaignState.CANCELLED,
    }
)


_BUILD = "evidence:package:build"


@dataclass(frozen=True, slots=True)
class _Bundled:
    """A snapshot, and the same as files."""

    snapshot: Snapshot
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePackages:
    """Build and hand out the sealed package of a campaign.

    ``seal`` signs an archive of files, ``render`` makes the report for people, ``bundle`` writes a
    snapshot as files, ``parse_ruleset`` reads a ruleset's text.
    """

    database: Database
    clock: Clock
    ids: IdSource
    engine: str
    public_pem: str
    key_fingerprint: str
    seal: Callable[[Mapping[str, bytes]], bytes]
    render: Callable[[CampaignRecord], bytes]
    bundle: Callable[[Snapshot], Mapping[str, bytes]]
    parse_ruleset: Callable[[str], Ruleset]

    def build(self, authorization: Authorization, campaign_id: str) -> EvidencePackage:
        """Seal what is recorded of the campaign so far; the review itself must be over.

        Raises:
            ConflictError: the review is still going on.
        """
        require(authorization, Capability.BUILD_EVIDENCE)
        # The long work, before others are kept from writing: snapshots never change.
        with self.database.reading() as work:
            campaign, items = _over(work, campaign_id), work.items.of_campaign(campaign_id)
            known = {digest: self._bundled(work, digest) for digest in _judging(items)}
            reviewed = self._bundled(work, campaign.snapshot)
        unresolved = ambiguities(build_estate(reviewed.snapshot))
        with self.database.writing() as work:
            now = self.clock.now()
            # The record of the building belongs into what is built, so it comes first.
            work.audit.record(_BUILD, authorization.actor, campaign_id, self._keys(work), now)
            campaign, items = _over(work, campaign_id), work.items.of_campaign(campaign_id)
            after = [known.get(digest) or self._bundled(work, digest) for digest in _judging(items)]
            record = CampaignRecord(
                campaign=campaign,
                items=items,
                sign_offs=work.sign_offs.of_campaign(campaign_id),
                tasks=work.tasks.of_campaign(campaign_id),
                assessment=work.assessments.get(campaign.assessment),
                agreements=work.agreements.of_snapshot(campaign.snapshot),
                ambiguities=unresolved,
                audit=work.audit.list(),
                reviewed=reviewed.snapshot,
                after=[each.snapshot for each in after],
                ruleset=self.parse_ruleset(work.rulesets.text(campaign.ruleset)),
                engine=self.engine,
                built_at=now,
                public_key=self.public_pem,
            )
            data = self._seal(record, (reviewed, *after))
            package = EvidencePackage(
                id=self.ids.new(),
                campaign=campaign_id,
                built_at=record.built_at,
                digest=sha256(data),
                key=self.key_fingerprint,
                size=len(data),
            )
            work.evidence.add(package, data)
        return package

    def _bundled(self, work: UnitOfWork, digest: str) -> _Bundled:
        snapshot = work.snapshots.get(digest)
        return _Bundled(snapshot, self.bundle(snapshot))

    def _seal(self, record: CampaignRecord, snapshots: Iterable[_Bundled]) -> bytes:
        bundles = {each.snapshot.digest: each.files for each in snapshots}
        return self.seal(compile_package(record, bundles, self.render(record)))

    def _keys(self, work: UnitOfWork) -> dict[str, str]:
        """The key that seals; and the one before it, should it have been replaced since."""
        keys = {"key": self.key_fingerprint}
        built = [event for event in work.audit.list() if event.action == _BUILD]
        if built and built[-1].details["key"] != self.key_fingerprint:
            keys["previous_key"] = built[-1].details["key"]
        return keys

    def list(self, authorization: Authorization, campaign_id: str) -> Sequence[EvidencePackage]:
        """Newest first."""
        require(authorization, Capability.SEE_EVIDENCE)
        with self.database.reading() as work:
            return work.evidence.of_campaign(campaign_id)

    def data(self, authorization: Authorization, package_id: str) -> bytes:
        """The sealed bytes, as they were built."""
        require(authorization, Capability.SEE_EVIDENCE)
        with self.database.reading() as work:
            return work.evidence.data(package_id)


def _over(work: UnitOfWork, campaign_id: str) -> Campaign:
    """The campaign; raises ConflictError while its review goes on."""
    campaign = work.campaigns.get(campaign_id)
    if campaign.state not in _SEALABLE:
        raise ConflictError(
            f"The review of campaign “{campaign.name}” is not over; finish it before building its "
            "evidence."
        )
    return campaign


def _judging(items: Iterable[ReviewItem]) -> list[str]:
    """The later snapshots by which removals were judged."""
    return sorted({item.settlement.snapshot for item in items if item.settlement is not None})
