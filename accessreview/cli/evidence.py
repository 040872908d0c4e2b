"""``accessreview evidence``: build packages, and check them offline."""

import click

from accessreview.cli.lazy import LazyGroup

COMMANDS = {
    "build": "accessreview.cli.evidence_build:build_command",
    "key": "accessreview.cli.evidence_build:key_command",
    "reproduce": "accessreview.cli.evidence_check:reproduce_command",
    "verify": "accessreview.cli.evidence_check:verify_command",
}
"""Checking imports nothing of the application: an auditor needs only the file and the key."""


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def evidence() -> None:
    """Build evidence packages, and check them offline."""
