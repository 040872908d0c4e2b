"""The table in Markdown, and the page that it is put into."""

import math
import os
import platform
import shlex
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from methods import Row
from processes import Outcome

from accessreview.model.errors import InputError
from accessreview.system import SystemClock
from tests.servers.postgres import binaries

_FEW = 2
"""Sizes below which there is no growth to tell."""


class Report:
    """Cells by row and number of accounts."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._rows: list[Row] = []
        self._found: dict[tuple[Row, int], Outcome] = {}

    def add(self, row: Row, accounts: int, outcome: Outcome) -> None:
        if row not in self._rows:
            self._rows.append(row)
        self._found[row, accounts] = outcome

    def cell(self, row: Row, accounts: int) -> str:
        """Seconds or milliseconds; ≈ before what was calculated from a sample; x times ours."""
        outcome = self._found[row, accounts]
        if outcome.failure:
            return outcome.failure
        seconds = outcome.seconds[row.part]
        text = f"{rounded(seconds * 1000)} ms" if row.milliseconds else f"{rounded(seconds)} s"
        text = f"≈ {text}" if outcome.judged else text
        ours = self._beside(row, accounts)
        return text if ours is None else f"{text} ({rounded(seconds / ours)} x)"

    def _beside(self, row: Row, accounts: int) -> float | None:
        for (other, size), outcome in self._found.items():
            same = (other.measure, other.part) == row.beside and size == accounts
            if same and not other.grows and other is not row and not outcome.failure:
                return outcome.seconds[other.part]
        return None

    def _growth(self, row: Row) -> str:
        """The exponent of the seconds in the accounts, from the smallest size to the largest."""
        ends = [self._found[row, self._sizes[at]] for at in (0, -1)]
        if len(self._sizes) < _FEW or any(end.failure for end in ends):
            return ""
        low, high = (end.seconds[row.part] for end in ends)
        return f"{math.log(high / low) / math.log(self._sizes[-1] / self._sizes[0]):.2f}"

    def _memory(self, row: Row) -> str:
        outcome = self._found[row, self._sizes[-1]]
        return "" if outcome.failure or not outcome.mib else f"{outcome.mib:,.0f}"

    def text(self, sizes: Mapping[str, int], options: Sequence[str], runs: int) -> str:
        """Everything between the marks of the page; ``options`` are those of the command."""
        command = f"`{shlex.join(['.venv/bin/python', 'bench/compare.py', *options])}`"
        estate = ", ".join(f"{size:,} {what}" for what, size in sizes.items())
        best = f"The best of {runs} runs, or of one where it takes long or judges a sample."
        heads = " | ".join(f"{size:,} accounts" for size in self._sizes)
        lines = [
            f"{command}, {today()}. {machine()}. {_versions()}.",
            "",
            f"Estate: {estate}. {best}",
            "",
            f"| | {heads} | growth | MiB |",
            f"|---|{'---:|' * (len(self._sizes) + 2)}",
        ]
        section = ""
        for row in self._rows:
            if row.section != section:
                section = row.section
                lines.append(f"| **{section}** |{' |' * (len(self._sizes) + 2)}")
            cells = [self.cell(row, size) for size in self._sizes]
            cells += [self._growth(row), self._memory(row)]
            lines.append(f"| {row.label} | {' | '.join(cells)} |")
        return "\n".join(lines)


def written(page: str, part: str, text: str) -> str:
    """The page with the text between the marks of this part.

    Raises:
        InputError: the page has no such marks.
    """
    begin, end = f"<!-- measured: {part} -->", f"<!-- end: {part} -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise InputError(f"The page of benchmarks lacks the marks {begin} and {end}.")
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}"


def rounded(number: float) -> str:
    """Three digits at most, as a person reads them."""
    if number >= 100:  # noqa: PLR2004 - where a fraction says nothing more
        return f"{number:,.0f}"
    return f"{number:.3g}" if number >= 0.001 else f"{number:.1g}"  # noqa: PLR2004


def today() -> str:
    return f"{SystemClock().now().astimezone(UTC):%d %B %Y}"


def machine() -> str:
    """Its processor and memory, and nothing by which it could be told from its likes."""
    told = Path("/proc/cpuinfo").read_text("utf-8")
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({', '.join(sorted(set(names)))}), {memory:.0f} GiB of memory"


def _versions() -> str:
    named = [f"Python {platform.python_version()}"]
    named += [f"{name} {version(name)}" for name in ("numpy", "scipy", "pyarrow")]
    named += [f"{name} {version(name)}" for name in ("duckdb", "rustworkx")]
    named.append(f"SQLite {sqlite3.sqlite_version}")
    folder = binaries()
    if folder is not None:
        told = subprocess.run(
            [folder / "postgres", "-V"], capture_output=True, text=True, check=True
        )
        named.append(f"PostgreSQL {told.stdout.split()[2]}")
    return ", ".join(named)
