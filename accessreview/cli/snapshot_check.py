"""``accessreview snapshot check``: look into a bundle; needs no database."""

from pathlib import Path

import click

from accessreview.cli.bundle import bundle_argument, load_bundle
from accessreview.cli.output import print_rows


@click.command("check")
@bundle_argument
def check(bundle: Path) -> None:
    """Read BUNDLE, a folder or a zip, strictly; print its tables and its digest."""
    read = load_bundle(bundle)
    print_rows(
        [
            *({"table": name, "rows": len(table)} for name, table in read.tables.items()),
            {"digest": read.digest},
        ]
    )
