"""All rows of faults of directories by topic, and the table of them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from accessreview.ldap.settings import DirectoryKind
from tests import directory_faults_contents as contents
from tests import directory_faults_happenings as happenings
from tests import directory_faults_messages as messages
from tests import directory_faults_pages as pages
from tests import directory_faults_trust as trust
from tests.directory_faults import KINDS, Fault
from tests.faults import Outcome

TOPICS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "Reaching and trusting a server": tuple(trust.rows()),
        "Connections and messages": tuple(messages.rows()),
        "Pages": tuple(pages.rows()),
        "Entries": tuple(contents.rows()),
        "The server itself": tuple(happenings.rows()),
    }
)
ROWS = tuple(fault for faults in TOPICS.values() for fault in faults)


def table(outcomes: Iterable[tuple[Fault, Outcome]]) -> str:
    """In Markdown, a row for each fault and moment, and a column for each server."""
    found = dict(outcomes)
    return "\n\n".join(
        "\n".join(
            (f"## {topic}", "", *_HEAD, *_lines([one for one in faults if one in found], found))
        )
        for topic, faults in TOPICS.items()
    )


_NAMES = MappingProxyType(
    {
        DirectoryKind.OPENLDAP: "OpenLDAP",
        DirectoryKind.ACTIVE_DIRECTORY: "Active Directory",
        DirectoryKind.DS389: "389-ds",
    }
)
_HEAD = (
    f"| what | when, or to what | {' | '.join(_NAMES[kind] for kind in KINDS)} |",
    f"|---|---|{'---|' * len(KINDS)}",
)


def _lines(faults: Iterable[Fault], found: Mapping[Fault, Outcome]) -> list[str]:
    rows: dict[tuple[str, str], dict[DirectoryKind, Outcome]] = {}
    for fault in faults:
        rows.setdefault((fault.what, fault.moment), {})[fault.server] = found[fault]
    return [
        f"| {what} | {moment} | {' | '.join(cells.get(kind, '') for kind in KINDS)} |"
        for (what, moment), cells in rows.items()
    ]
