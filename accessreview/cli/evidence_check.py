"""``accessreview evidence verify`` and ``reproduce``: neither needs a database."""

from collections.abc import Sequence
from pathlib import Path

import click

from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.bundles.files import read_bundle_files
from accessreview.cli.output import print_rows
from accessreview.evidence.parse import parse_object
from accessreview.evidence.reproduce import reproduce
from accessreview.evidence.verify import Subject, holds, verify
from accessreview.model.canonical import plain
from accessreview.model.errors import IntegrityError
from accessreview.model.evidence import Check, CheckVerdict
from accessreview.model.finding import Finding
from accessreview.model.snapshot import Snapshot
from accessreview.review.statement import statement_of_rows
from accessreview.rulesets.reader import read_ruleset
from accessreview.signing import keys
from accessreview.signing.seal import archived_files, read_seal

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, help="The company's public key, as PEM.")
@click.option("--checkpoint", type=_FILE, help="A checkpoint of the audit trail handed out before.")
def verify_command(file: Path, key: Path | None, checkpoint: Path | None) -> None:
    """Check seal, files, counts, decisions, removals and the audit chain of FILE."""
    expected = keys.read_public_key(key.read_bytes(), str(key)) if key else None
    checks = _checks(file.read_bytes(), expected, _checkpoint(checkpoint) if checkpoint else None)
    print_rows(plain(check) for check in checks)
    if not holds(checks):
        raise IntegrityError(f"{file} does not hold: see the checks that fail.")


def _checks(
    data: bytes, expected: bytes | None, checkpoint: tuple[int, str] | None
) -> Sequence[Check]:
    try:
        seal = read_seal(data)
        files = archived_files(data) if seal.holds else None
    except IntegrityError as error:
        return (Check("seal", CheckVerdict.FAILS, str(error)),)
    # An altered file is not taken apart: there is nothing in it to be believed.
    if files is None:
        return (Check("seal", CheckVerdict.FAILS, "A byte of the file was changed."),)
    return verify(
        Subject(
            files=files,
            sealing_key=seal.key,
            expected_key=expected,
            fingerprint=keys.fingerprint(seal.key),
            checkpoint=checkpoint,
            read_snapshot=read_bundle_files,
            statement=statement_of_rows,
        )
    )


def _checkpoint(path: Path) -> tuple[int, str]:
    row = parse_object(path.read_bytes().strip(), str(path))
    sequence, digest = row.get("sequence"), row.get("digest")
    if not isinstance(sequence, int) or not isinstance(digest, str):
        raise IntegrityError(f"{path} is no checkpoint: it needs a sequence and a digest.")
    return sequence, digest


@click.command("reproduce")
@click.argument("file", type=_FILE)
def reproduce_command(file: Path) -> None:
    """Compute the findings of FILE again from what it holds, and compare."""
    outcome = reproduce(archived_files(file.read_bytes()), read_bundle_files, _assess)
    print_rows([plain(outcome)])
    if not outcome.agrees:
        raise IntegrityError(f"The findings computed again are not those recorded in {file}.")


def _assess(snapshot: Snapshot, ruleset: str) -> Sequence[Finding]:
    rules, _warnings = read_ruleset(ruleset, "ruleset.toml", None)
    return assess(build_estate(snapshot), rules)
