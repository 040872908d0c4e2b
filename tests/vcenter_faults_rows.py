"""All rows of faults of vCenters by topic, and the table of them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tests import vcenter_faults_contents as contents
from tests import vcenter_faults_happenings as happenings
from tests import vcenter_faults_messages as messages
from tests import vcenter_faults_reaching as reaching
from tests.faults import Outcome
from tests.vcenter_faults import Fault

TOPICS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "Reaching, trusting and signing in": tuple(reaching.rows()),
        "Answers": tuple(messages.rows()),
        "What is in them, and what is hidden": tuple(contents.rows()),
        "Changes meanwhile, and the server itself": tuple(happenings.rows()),
    }
)
ROWS = tuple(fault for faults in TOPICS.values() for fault in faults)


def table(outcomes: Iterable[tuple[Fault, Outcome]]) -> str:
    """In Markdown, a row for each fault, with its moments by outcome."""
    found = dict(outcomes)
    return "\n\n".join(
        "\n".join((f"## {topic}", "", *_HEAD, *_lines(faults, found)))
        for topic, faults in TOPICS.items()
    )


_HEAD = ("| what | when, or to what | outcome |", "|---|---|---|")


def _lines(faults: Iterable[Fault], found: Mapping[Fault, Outcome]) -> list[str]:
    moments: dict[tuple[str, Outcome], list[str]] = {}
    for fault in faults:
        if fault in found:
            moments.setdefault((fault.what, found[fault]), []).append(fault.moment)
    return [
        f"| {what} | {'; '.join(several)} | {outcome} |"
        for (what, outcome), several in moments.items()
    ]
