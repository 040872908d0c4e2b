"""``accessreview snapshot export-opengraph``: a snapshot as a graph that BloodHound takes in."""

import re
from pathlib import Path

import click

from accessreview.analysis.estate import build_estate
from accessreview.cli.bundle import load_bundle
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.cli.ruleset import load_ruleset
from accessreview.model.snapshot import Snapshot
from accessreview.opengraph.file import write_graph
from accessreview.rulesets.shipped import shipped_ruleset

_DIGEST = re.compile("[0-9a-f]{64}")


@click.command("export-opengraph")
@click.argument("snapshot")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--ruleset",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Whose duties are told; the shipped ones otherwise.",
)
@config_option
def export_opengraph(snapshot: str, file: Path, ruleset: Path | None, config: Path | None) -> None:
    """Write SNAPSHOT, a bundle or the digest of one that is kept, as OpenGraph JSON into FILE."""
    duties = (load_ruleset(ruleset) if ruleset else shipped_ruleset()).duties
    found = _snapshot(snapshot, config)
    written = write_graph(build_estate(found), duties, file)
    print_rows(
        [
            {
                "digest": found.digest,
                "file": str(file),
                "nodes": written.nodes,
                "edges": written.edges,
            }
        ]
    )


def _snapshot(named: str, config: Path | None) -> Snapshot:
    if _DIGEST.fullmatch(named) and not Path(named).exists():
        with opened(config) as application, application.database.reading() as work:
            return work.snapshots.get(named)
    return load_bundle(Path(named))
