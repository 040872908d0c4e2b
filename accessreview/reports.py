"""The report for people inside an evidence package: one self-contained HTML page."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accessreview.evidence.compile import CampaignRecord, is_revoked, population
from accessreview.model.canonical import plain


@dataclass(frozen=True, slots=True)
class Reports:
    """Renders ``templates/evidence/report.html``; autoescape is on whatever the file's name."""

    templates: Path

    def render(self, record: CampaignRecord) -> bytes:
        environment = Environment(
            loader=FileSystemLoader(self.templates), autoescape=True, undefined=StrictUndefined
        )
        environment.filters["time"] = lambda moment: str(plain(moment))
        return (
            environment.get_template("evidence/report.html")
            .render(
                record=record,
                counts=population(record.items),
                revoked=[item for item in record.items if is_revoked(item)],
            )
            .encode()
        )
