"""``accessreview collect`` and ``import``: take a new snapshot, and see what follows from it."""

from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.bundle import bundle_argument, load_bundle
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.cli.progress import progress_bar
from accessreview.model.canonical import plain
from accessreview.services.application import Application
from accessreview.services.ports import StoredSnapshot


@click.command("collect")
@config_option
def collect(config: Path | None) -> None:
    """Collect from every source, assess, and hold revoked items against what came."""
    with opened(config) as application:
        stored = application.refresh.collect(OPERATOR)
        _conclude(application, stored)


@click.command("import")
@bundle_argument
@config_option
def import_command(bundle: Path, config: Path | None) -> None:
    """Store BUNDLE as a snapshot, assess it, and hold revoked items against it."""
    with opened(config) as application:
        stored = application.collection.store(OPERATOR, load_bundle(bundle), str(bundle))
        _conclude(application, stored)


def _conclude(application: Application, stored: StoredSnapshot) -> None:
    with progress_bar("Assessing the vCenters") as progress:
        assessment = application.refresh.conclude(OPERATOR, stored.digest, progress)
    print_rows(
        [
            *(plain(source) for source in stored.sources),
            {"snapshot": stored.digest, "findings": len(assessment.findings)},
        ]
    )
