"""``accessreview snapshot``: snapshots as bundles, and those that are kept."""

import click

from accessreview.cli.lazy import LazyGroup

COMMANDS = {
    "check": "accessreview.cli.snapshot_check:check",
    "export": "accessreview.cli.snapshot_export:export_command",
    "export-opengraph": "accessreview.cli.opengraph:export_opengraph",
    "list": "accessreview.cli.snapshot_export:list_command",
}
"""Checking a bundle imports nothing of the application."""


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def snapshot() -> None:
    """Check snapshot bundles, and export snapshots that are kept."""
