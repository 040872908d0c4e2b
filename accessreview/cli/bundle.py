"""A bundle as the argument of a command."""

from pathlib import Path

import click

from accessreview.bundles.reader import read_bundle
from accessreview.model.snapshot import Snapshot

bundle_argument = click.argument("bundle", type=click.Path(path_type=Path))


def load_bundle(path: Path) -> Snapshot:
    """Read it; files beside the bundle's own are told of on standard error."""
    return read_bundle(path, note=lambda sentence: click.echo(sentence, err=True))
