"""The campaign and its population: over what it ran, and that the stated counts add up."""

from accessreview.evidence.compile import items_csv, population_stated
from accessreview.evidence.inspection import Inspection, require
from accessreview.evidence.parse import parse_object
from accessreview.model.review import CampaignState, ItemState
from accessreview.model.snapshot import Coverage

_UNDER_WAY = frozenset({CampaignState.DRAFT, CampaignState.IN_REVIEW})
_FINAL = frozenset({ItemState.SIGNED, ItemState.UNANSWERED})


def campaign(inspection: Inspection) -> str:
    package = inspection.package
    about, manifest = package.campaign, package.manifest
    require(about.id == manifest.campaign, "campaign.json is of another campaign.")
    for name, pinned, inside in (
        ("snapshot", about.snapshot, manifest.snapshot),
        ("ruleset", about.ruleset, manifest.ruleset),
    ):
        require(
            pinned == inside, f"The campaign was run over another {name} than the package holds."
        )
    require(about.state not in _UNDER_WAY, "The review of this campaign is not over.")
    for item in package.items:
        require(item.campaign == about.id, f"Item {item.id} belongs to another campaign.")
        require(
            item.state in _FINAL or about.state is CampaignState.CANCELLED,
            f"The review is over, and item {item.id} is {item.state}.",
        )
    state = about.state.replace("_", " ")
    given_up = " It was given up: nothing follows from its answers." if state == "cancelled" else ""
    return f"Campaign “{about.name}”, {state}.{given_up}"


def population(inspection: Inspection) -> str:
    package = inspection.package
    items, snapshot = package.items, package.reviewed
    require(len({item.id for item in items}) == len(items), "An item is listed twice.")
    asked = {(item.subject, item.access.permission.key) for item in items}
    require(len(asked) == len(items), "The same access is asked about twice.")
    stated = parse_object(package["population.json"], "population.json")
    computed_again = population_stated(items, snapshot)
    require(
        set(stated) == {*computed_again, "unresolved"},
        "population.json does not state what it should, or more.",
    )
    for name, computed in computed_again.items():
        require(
            stated.get(name) == computed,
            f"population.json states other {name} than the items and the snapshot show.",
        )
    require(
        items_csv(items) == package["items.csv"], "items.csv does not say what items.jsonl says."
    )
    partial = [source.name for source in snapshot.sources if source.coverage is Coverage.PARTIAL]
    gaps = f" Not completely read: {', '.join(partial)}." if partial else ""
    people = len({item.subject for item in items})
    return f"{len(items)} items on {people} identities add up.{gaps}"
