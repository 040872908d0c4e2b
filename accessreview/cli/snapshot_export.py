"""``accessreview snapshot list`` and ``export``: what is kept, and one of it as a bundle."""

from pathlib import Path

import click

from accessreview.bundles.writer import write_bundle
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain


@click.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """Every snapshot that is kept, the one taken last first."""
    with opened(config) as application, application.database.reading() as work:
        print_rows(plain(each) for each in work.snapshots.list(None))


@click.command("export")
@click.argument("digest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--parquet", is_flag=True, help="Write Parquet instead of CSV.")
@config_option
def export_command(digest: str, file: Path, config: Path | None, *, parquet: bool) -> None:
    """Write a snapshot as a bundle: the new folder FILE, or a zip if its name ends so."""
    with opened(config) as application, application.database.reading() as work:
        snapshot = work.snapshots.get(digest)
    write_bundle(snapshot, file, "parquet" if parquet else "csv")
    print_rows([{"digest": snapshot.digest, "file": str(file)}])
