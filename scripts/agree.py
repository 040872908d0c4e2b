"""Hold the engine against the naive reference on many random estates; ``make agree``.

Every seed draws one estate and one ruleset. A difference is shrunk to few rows and written as a
bundle with its ruleset beside it, and the seed is named: it draws the same again.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pool, cpu_count
from pathlib import Path

from accessreview.bundles.writer import write_bundle
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from tests.agreement import Agreement, compare, smallest
from tests.random_estates import Case, random_case

CHUNK = 25
EVERY_SECONDS = 5


def main() -> int:
    """Compare, tell how much of what, and fail if anything differed."""
    asked = _arguments()
    seeds = range(asked.seed, asked.seed + asked.estates)
    shapes: Counter[str] = Counter()
    pairs = findings = estates = 0
    wrong: list[int] = []
    started = told = time.monotonic()
    for seed, shape, found in _compared(seeds, asked.jobs):
        estates, pairs, findings = estates + 1, pairs + found.pairs, findings + found.findings
        shapes[shape] += 1
        if found.differences:
            wrong.append(seed)
            print(f"seed {seed} ({shape}): {len(found.differences)} differences, the first:")
            print(f"  {found.differences[0]}", flush=True)
        if time.monotonic() - told > EVERY_SECONDS:
            told = time.monotonic()
            print(f"{estates:,} of {len(seeds):,} estates, {len(wrong)} differ", flush=True)
    seconds = time.monotonic() - started
    print(", ".join(f"{count:,} {shape}" for shape, count in shapes.most_common()))
    print(
        f"{estates:,} estates, {pairs:,} pairs, {findings:,} findings in {seconds:.0f} s: "
        f"{len(wrong)} estates differ"
    )
    for seed in sorted(wrong)[: asked.keep]:
        print(f"seed {seed}: {_write_down(seed, asked.out)}")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--jobs", type=int, default=cpu_count())
    parser.add_argument("--out", type=Path, default=Path("var/agree"), help="for what differs")
    parser.add_argument("--keep", type=int, default=3, help="how many that differ are written down")
    return parser.parse_args()


def _compared(seeds: range, jobs: int) -> Iterator[tuple[int, str, Agreement]]:
    if jobs == 1:
        yield from map(_compare, seeds)
        return
    with Pool(jobs) as pool:
        yield from pool.imap_unordered(_compare, seeds, CHUNK)


def _compare(seed: int) -> tuple[int, str, Agreement]:
    case = random_case(seed)
    return seed, case.shape, compare(case.snapshot, case.ruleset)


def _write_down(seed: int, folder: Path) -> Path:
    """The smallest bundle and ruleset still found that differ; in a folder named by the seed."""
    case = random_case(seed)
    ruleset = _smaller_ruleset(case)
    snapshot = smallest(case.snapshot, lambda smaller: _differs(smaller, ruleset))
    target = folder / f"seed-{seed}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"seed-{seed}-{number}"
    target.mkdir(parents=True)
    write_bundle(snapshot, target / "bundle")
    lines = [*compare(snapshot, ruleset).differences, "", *map(str, ruleset.rules)]
    lines += [str(ruleset.duties[name]) for name in sorted(ruleset.duties)]
    (target / "differences.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def _smaller_ruleset(case: Case) -> Ruleset:
    """No rule if access differs anyway, else the first rule that differs by itself."""
    for rules in ((), *((rule,) for rule in case.ruleset.rules)):
        fewer = replace(case.ruleset, rules=rules)
        if _differs(case.snapshot, fewer):
            return fewer
    return case.ruleset


def _differs(snapshot: Snapshot, ruleset: Ruleset) -> bool:
    return bool(compare(snapshot, ruleset).differences)


if __name__ == "__main__":
    sys.exit(main())
