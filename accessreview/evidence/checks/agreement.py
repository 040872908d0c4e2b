"""The agreement with vCenters: drawn as it must be, told as it was, none left out."""

from accessreview.evidence.inspection import Inspection, require
from accessreview.model.agreement import IMPLIED, Accord, Agreement, Asking, ComparedPair, seed_of
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.snapshot import SourceKind

_RECORD = "agreement:sample:record"


def agreement(inspection: Inspection) -> str:
    package = inspection.package
    reviewed = package.manifest.snapshot
    vcenters = {
        source.id for source in package.reviewed.sources if source.kind is SourceKind.VCENTER
    }
    for each in package.agreements:
        require(
            each.snapshot == reviewed and each.source in vcenters,
            f"Agreement {each.number} is with another vCenter or snapshot than was reviewed.",
        )
        require(
            each.seed == seed_of(each.snapshot, each.source),
            f"The sample of agreement {each.number} is not drawn by the digest of its snapshot.",
        )
        _require_told(each)
    recorded = [
        event.details.get("digest")
        for event in package.audit
        if event.action == _RECORD and event.object == reviewed
    ]
    require(
        recorded == [sha256(canonical_json(row)) for row in package.rows("agreement.jsonl")],
        "The agreements with vCenters are not those that the audit trail recorded.",
    )
    return _sentence(package.agreements)


def _require_told(agreement: Agreement) -> None:
    asked = agreement.asking is Asking.ASKED
    require(
        asked == bool(agreement.pairs) and asked != bool(agreement.reason),
        f"Agreement {agreement.number} does not say what was asked, or why nothing was.",
    )
    for pair in agreement.pairs:
        require(
            _holds(agreement, pair),
            f"Agreement {agreement.number} calls the answers on {pair.pair.account.id} at "
            f"{pair.pair.entity} {pair.accord}, which they are not.",
        )


def _holds(agreement: Agreement, pair: ComparedPair) -> bool:
    if pair.accord is Accord.NOT_COMPARABLE:
        return bool(pair.why)
    if pair.theirs is None or pair.why:
        return False
    ours, theirs = (set(agreement.sets[each]) - IMPLIED for each in (pair.ours, pair.theirs))
    return (ours == theirs) == (pair.accord is Accord.EQUAL)


def _sentence(agreements: tuple[Agreement, ...]) -> str:
    asked = [each for each in agreements if each.asking is Asking.ASKED]
    others = len(agreements) - len(asked)
    told = [f"{others} could not be asked or believed."] if others else []
    if asked:
        equal = sum(each.equal for each in asked)
        compared = sum(each.compared for each in asked)
        pairs = sum(len(each.pairs) for each in asked)
        told.insert(
            0,
            f"{len(asked)} vCenter(s) said the same as was computed on {equal} of {compared} pairs "
            f"that could be compared, of {pairs} asked.",
        )
    return " ".join(told) or "No vCenter was asked for its own answers."
