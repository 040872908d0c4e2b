"""``accessreview ruleset``: look into a ruleset; and how other commands read theirs."""

from collections.abc import Sequence
from pathlib import Path

import click

from accessreview.cli.output import print_rows
from accessreview.model.errors import InputError
from accessreview.model.policy import Ruleset
from accessreview.rulesets.known import known_privileges
from accessreview.rulesets.reader import read_ruleset


def load_ruleset(path: Path) -> Ruleset:
    """Read it strictly; patterns that match no known privilege are told of on standard error."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8: {error}.") from error
    ruleset, warnings = read_ruleset(text, str(path), known_privileges())
    tell(warnings)
    return ruleset


def tell(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        click.echo(sentence, err=True)


@click.group("ruleset")
def ruleset() -> None:
    """Check rulesets."""


@ruleset.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Read FILE strictly; print its rules and its digest."""
    read = load_ruleset(file)
    print_rows(
        [
            *(
                {"rule": rule.id, "kind": rule.kind.value, "severity": rule.severity.value}
                for rule in read.rules
            ),
            {"digest": read.digest, "ruleset": read.id, "version": read.version},
        ]
    )
