"""The command line: one file a noun; the only home of click."""

import click

from accessreview.cli.lazy import LazyGroup

COMMANDS = {
    "agreement": "accessreview.cli.agreement:agreement",
    "analyze": "accessreview.cli.analysis:analyze",
    "audit": "accessreview.cli.audit:audit",
    "campaign": "accessreview.cli.campaign:campaign",
    "certificates": "accessreview.cli.certificates:certificates",
    "certify": "accessreview.cli.certify:certify",
    "collect": "accessreview.cli.collect:collect",
    "config": "accessreview.cli.settings:config",
    "contributes": "accessreview.cli.answers:contributes",
    "db": "accessreview.cli.db:db",
    "doctor": "accessreview.cli.doctor:doctor",
    "effective": "accessreview.cli.answers:effective",
    "events": "accessreview.cli.events:events",
    "evidence": "accessreview.cli.evidence:evidence",
    "explain": "accessreview.cli.analysis:explain_command",
    "import": "accessreview.cli.collect:import_command",
    "observations": "accessreview.cli.observations:observations",
    "persons": "accessreview.cli.persons:persons",
    "reading": "accessreview.cli.reading:reading",
    "remediation": "accessreview.cli.remediation:remediation",
    "ruleset": "accessreview.cli.ruleset:ruleset",
    "run": "accessreview.cli.serve:run",
    "serve": "accessreview.cli.serve:serve",
    "snapshot": "accessreview.cli.snapshot:snapshot",
    "user": "accessreview.cli.users:user",
    "whatif": "accessreview.cli.whatif:whatif",
    "who": "accessreview.cli.answers:who_command",
}
"""Command → ``module:attribute``; a module is imported only when its command is called."""


@click.group(cls=LazyGroup, commands_at=COMMANDS)
@click.version_option(package_name="accessreview")
@click.option(
    "--debug",
    is_flag=True,
    envvar="ACCESSREVIEW_DEBUG",
    help="Show where an unexpected failure happened.",
)
def main(*, debug: bool) -> None:
    """Access recertification and separation of duties for vCenter: exact, explained, provable."""
    del debug  # read by the group itself when a command fails
