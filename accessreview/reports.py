"""The report for people inside an evidence package: one self-contained HTML page."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accessreview.evidence.compile import CampaignRecord, is_revoked, population
from accessreview.model.remediation import Change
from accessreview.model.snapshot import Coverage
from accessreview.review.changes import sentence

MOST_ROWS = 2000
"""Of items and changes; a browser shows no more in comfort, and the page says what it left out."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINE = "\n"


@dataclass(frozen=True, slots=True)
class Reports:
    """Renders ``templates/evidence/report.html``; autoescape is on whatever the file's name."""

    templates: Path

    def render(self, record: CampaignRecord) -> bytes:
        environment = Environment(
            loader=FileSystemLoader(self.templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_seen,
        )
        environment.filters["time"] = _time
        environment.filters["words"] = lambda value: str(value).replace("_", " ")
        environment.filters["change"] = _change
        revoked = [item for item in record.items if is_revoked(item)]
        return (
            environment.get_template("evidence/report.html")
            .render(
                record=record,
                counts=population(record.items),
                revoked=revoked,
                differences=[(a, pair) for a in record.agreements for pair in a.differences],
                partial=[s for s in record.reviewed.sources if s.coverage is Coverage.PARTIAL],
                most=MOST_ROWS,
            )
            .encode()
        )


def _change(change: Change) -> str:
    words = sentence(change)
    return words[0].upper() + words[1:]


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _seen(value: object) -> object:
    """Names come from outside: what turns or hides the text around it is shown as its number."""
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    return "".join(
        f"⟨U+{ord(character):04X}⟩"
        if unicodedata.category(character) in _UNSEEN and character != _LINE
        else character
        for character in value
    )
