"""``accessreview certificates``: hold findings' proofs against a bundle; the engine stays out."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from accessreview.cli.bundle import load_bundle
from accessreview.cli.output import print_rows
from accessreview.cli.ruleset import load_ruleset
from accessreview.evidence.certificates import CertificateChecker
from accessreview.evidence.parse import parse_object
from accessreview.model.canonical import sha256
from accessreview.model.errors import InputError, IntegrityError
from accessreview.model.evidence import CheckVerdict


@click.group()
def certificates() -> None:
    """Check certificates of findings."""


@certificates.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bundle", type=click.Path(path_type=Path), required=True, metavar="BUNDLE")
@click.option("--ruleset", type=click.Path(path_type=Path), required=True, metavar="FILE")
def verify(file: Path, bundle: Path, ruleset: Path) -> None:
    """Hold the certificates of FILE, one a line, against the rows of BUNDLE."""
    lines = file.read_bytes().removesuffix(b"\n").split(b"\n")
    if lines == [b""]:
        raise InputError(f"{file} holds no certificate.")
    rows = [*_verified(CertificateChecker(load_bundle(bundle), load_ruleset(ruleset)), lines)]
    print_rows(rows)
    failing = sum(row["verdict"] == CheckVerdict.FAILS for row in rows)
    if failing:
        raise IntegrityError(f"{failing} of {len(rows)} certificates in {file} do not hold.")


def _verified(checker: CertificateChecker, lines: Sequence[bytes]) -> Iterator[dict[str, str]]:
    for line in lines:
        problems = _problems(checker, line)
        verdict = CheckVerdict.FAILS if problems else CheckVerdict.HOLDS
        detail = " ".join(problems) or _proven(line)
        yield {"certificate": sha256(line), "verdict": verdict.value, "detail": detail}


def _problems(checker: CertificateChecker, line: bytes) -> list[str]:
    try:
        return checker.problems(parse_object(line, "The line"))
    except IntegrityError as error:
        return [str(error)]


def _proven(line: bytes) -> str:
    read = json.loads(line)
    return f"{read['subject']} breaks the rule {read['rule']}."
