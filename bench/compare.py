"""Measure the analysis beside what one could use instead, and write the table of it.

    python bench/compare.py [--accounts 10000 100000 1000000] [--spread] [--only PART] [--runs 3]

Every measurement runs in a process of its own. Estates are made once and kept. The table goes to
``docs/benchmarks.md``, into the part for the kind of estate, unless only some rows were measured.
"""

import argparse
import sys
from pathlib import Path

from estates import Estate, estate_for
from methods import CHECKS, ROWS, Check, Row
from processes import Outcome, Runner
from report import Report, written

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


class Comparison:
    """All rows for all sizes, each answer held against the engine's."""

    def __init__(self, runner: Runner, estates: list[Estate], grown: list[Estate]) -> None:
        self._runner = runner
        self._estates = estates
        self._grown = grown
        self._done: dict[tuple[str, int, Path], Outcome] = {}
        self.wrong: list[str] = []

    def outcome(self, row: Row, estate: Estate) -> Outcome:
        """Measured at most once for all rows that show a part of it."""
        key = (row.measure, row.sample, estate.bundle)
        if key not in self._done:
            done = self._runner.measure(row.measure, estate.bundle, row.sample)
            self._done[key] = done
            self._hold_against(row, estate, done)
        return self._done[key]

    def _hold_against(self, row: Row, estate: Estate, done: Outcome) -> None:
        check = CHECKS.get(row.check)
        if check is None or done.failure:
            return
        ours = self._right(check, row.sample, estate)
        expected = check.of(ours.answer)
        if ours.failure or done.answer != expected:
            done.failure = "another answer"
            self.wrong.append(
                f"{row.measure} answers {done.answer} for {estate.accounts:,} accounts, "
                f"and the engine {ours.failure or expected}."
            )

    def _right(self, check: Check, sample: int, estate: Estate) -> Outcome:
        key = (check.measure, sample, estate.bundle)
        if key not in self._done:
            self._done[key] = self._runner.measure(
                check.measure, estate.bundle, sample, once=bool(sample)
            )
        return self._done[key]

    def measure(self, only: str) -> Report:
        report = Report([estate.accounts for estate in self._estates])
        for row in ROWS:
            if only not in row.measure:
                continue
            estates = self._grown if row.grows else self._estates
            for estate in estates:
                outcome = self.outcome(row, estate)
                report.add(row, estate.accounts, outcome)
                print(f"{estate.accounts:>10,} {row.label}: {report.cell(row, estate.accounts)}")
        return report


def main() -> None:
    form = (__doc__ or "").partition("\n")[0]
    ask = argparse.ArgumentParser(description=form)
    ask.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    for name, size in (("groups", 100_000), ("entities", 100_000), ("permissions", 20_000)):
        ask.add_argument(f"--{name}", type=int, default=size)
    ask.add_argument("--vcenters", type=int, default=20)
    ask.add_argument("--spread", action="store_true", help="permissions to groups everywhere")
    ask.add_argument("--runs", type=int, default=3, help="how often what takes seconds is measured")
    ask.add_argument("--longest", type=int, default=900, help="seconds after which one is ended")
    ask.add_argument(
        "--only", default="", help="only measures with this in their name; not written"
    )
    ask.add_argument(
        "--keep", type=Path, help="where estates are kept; default: the system's folder"
    )
    given = ask.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream
    fixed = {
        name: getattr(given, name) for name in ("groups", "entities", "permissions", "vcenters")
    }
    sizes = sorted(given.accounts)
    estates = [estate_for(given.keep, accounts, fixed, spread=given.spread) for accounts in sizes]
    largest = sizes[-1]
    grown = [
        estate_for(
            given.keep,
            accounts,
            {name: max(2, size * accounts // largest) for name, size in fixed.items()},
            spread=given.spread,
        )
        for accounts in sizes
    ]
    comparison = Comparison(Runner(given.runs, given.longest), estates, grown)
    report = comparison.measure(given.only)
    words = sys.argv[1:]
    if "--keep" in words:  # where estates lie on one machine says nothing on another
        at = words.index("--keep")
        words[at : at + 2] = []
    text = report.text(fixed, words, given.runs)
    print(text)
    if comparison.wrong:
        raise SystemExit("\n".join(comparison.wrong))
    if not given.only:
        part = "spread" if given.spread else "default"
        PAGE.write_text(written(PAGE.read_text("utf-8"), part, text), "utf-8")


if __name__ == "__main__":
    main()
