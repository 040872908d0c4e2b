"""``accessreview evidence verify`` and ``reproduce``: neither needs a database."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from accessreview.bundles.files import read_bundle_files
from accessreview.cli.output import print_rows
from accessreview.evidence.inspection import Inspection
from accessreview.evidence.manifest import Head
from accessreview.evidence.package import Package
from accessreview.evidence.parse import parse_object
from accessreview.evidence.verify import holds, verify
from accessreview.model.canonical import plain
from accessreview.model.decoding import decoded
from accessreview.model.errors import InputError, IntegrityError
from accessreview.model.evidence import Check, CheckVerdict
from accessreview.model.policy import Ruleset
from accessreview.review.settlement import unread
from accessreview.review.statement import statement_of_rows
from accessreview.rulesets.reader import read_ruleset
from accessreview.services.reperformance import reperform
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
    checks = verified(file.read_bytes(), expected, _checkpoint(checkpoint) if checkpoint else None)
    print_rows(plain(check) for check in checks)
    if not holds(checks):
        raise IntegrityError(f"{file} does not hold: see the checks that fail.")


def verified(data: bytes, expected: bytes | None, checkpoint: Head | None) -> Sequence[Check]:
    """All checks of a sealed archive; only the seal's if that does not hold."""
    try:
        sealing_key, files = _opened(data)
    except IntegrityError as error:
        return (Check("seal", CheckVerdict.FAILS, str(error)),)
    return verify(
        Inspection(
            package=Package(files, read_bundle_files),
            sealing_key=sealing_key,
            expected_key=expected,
            fingerprint=keys.fingerprint(sealing_key),
            checkpoint=checkpoint,
            read_key=lambda pem: keys.read_public_key(pem, "key.pem"),
            statement=statement_of_rows,
            unread=unread,
        )
    )


def _opened(data: bytes) -> tuple[bytes, Mapping[str, bytes]]:
    """An altered file is not taken apart: there is nothing in it to be believed."""
    seal = read_seal(data)
    if not seal.holds:
        raise IntegrityError("A byte of the file was changed since it was sealed.")
    return seal.key, archived_files(data)


def _checkpoint(path: Path) -> Head:
    try:
        return decoded(Head, parse_object(path.read_bytes().strip(), str(path)))
    except ValueError as error:
        raise InputError(
            f"{path} is no checkpoint; it holds the sequence and the digest of an event, as "
            f"“accessreview audit checkpoint” prints them ({error})."
        ) from error


@click.command("reproduce")
@click.argument("file", type=_FILE)
def reproduce_command(file: Path) -> None:
    """Compute findings, items and removals of FILE again from what it holds, and compare."""
    _key, files = _opened(file.read_bytes())
    rows = reperform(Package(files, read_bundle_files), _ruleset)
    print_rows(plain(row) for row in rows)
    differing = [row.what for row in rows if not row.agrees]
    if differing:
        raise IntegrityError(
            f"Computed again, these are not as recorded in {file}: {', '.join(differing)}."
        )


def _ruleset(text: str) -> Ruleset:
    return read_ruleset(text, "ruleset.toml", None)[0]
