"""``accessreview doctor``: what is wrong with a source, and how to mend it."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from accessreview.bootstrap.doctor import Examination, examinations
from accessreview.cli.config_option import config_option
from accessreview.cli.errors import EXIT_CODES
from accessreview.cli.output import print_blocks, print_rows
from accessreview.model.diagnosis import Check, Verdict
from accessreview.model.errors import CollectionError
from accessreview.settings import load_settings

_MARKS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAILED: "✗", Verdict.SKIPPED: "-"}
_STEP = 11
_INDENT = " " * (_STEP + 5)
_UNLIMITED = 1 << 20


@click.command()
@click.option("--source", default="", metavar="ID", help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, for programs.")
@config_option
def doctor(*, source: str, as_json: bool, config: Path | None) -> None:
    """Connect to every source step by step; say what is wrong and how to mend it."""
    found = set[Verdict]()
    for examination in examinations(load_settings(config), source):
        show = _rows if as_json else _lines
        for verdict in show(examination):
            found.add(verdict)
    if Verdict.FAILED in found:
        click.get_current_context().exit(EXIT_CODES[CollectionError])


def _rows(examination: Examination) -> Iterator[Verdict]:
    for check in examination.checks:
        print_rows(
            [
                {
                    "source": examination.source,
                    "step": check.step,
                    "verdict": check.verdict.value,
                    "sentence": check.sentence,
                }
            ]
        )
        yield check.verdict


def _lines(examination: Examination) -> Iterator[Verdict]:
    """As people read it, each line as soon as it is known; what was not tried, in one."""
    id_, name = examination.source, examination.name
    _print(f"{id_}" if name == id_ else f"{name} ({id_})")
    untried: list[Check] = []
    for check in examination.checks:
        yield check.verdict
        if untried and untried[0].sentence != check.sentence:
            _print_untried(untried)
        if check.verdict is Verdict.SKIPPED:
            untried.append(check)
        else:
            _print_check(check.verdict, check.step, check.sentence)
    _print_untried(untried)
    _print("")


def _print_untried(checks: list[Check]) -> None:
    if len(checks) == 1:
        _print_check(Verdict.SKIPPED, checks[0].step, checks[0].sentence)
    elif checks:
        names = ", ".join(dict.fromkeys(check.step for check in checks))
        _print_check(Verdict.SKIPPED, "", f"{checks[0].sentence.removesuffix('.')}: {names}.")
    checks.clear()


def _print_check(verdict: Verdict, step: str, sentence: str) -> None:
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else _UNLIMITED
    _print(
        textwrap.fill(
            " ".join(sentence.split()),
            max(width, 2 * len(_INDENT)),
            initial_indent=f"  {_MARKS[verdict]} {step:<{_STEP}} ",
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _print(line: str) -> None:
    print_blocks([f"{line}\n".encode()])
