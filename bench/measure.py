"""One measurement in a process of its own, for ``compare.py``: prints one JSON object.

    python bench/measure.py NAME BUNDLE [--sample N]

``seconds`` by part, the highest resident memory of the process in MiB, and the answer.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from answers import Answer, Violation, chosen_identities
from numbering import Numbers, load_numbers
from numpy.typing import NDArray

T = TypeVar("T")
Chosen = NDArray[np.int64]
QUESTIONS = 200


@dataclass(slots=True)
class Result:
    """``judged`` is how many identities a sample had, if not all; times are then for all."""

    seconds: dict[str, float] = field(default_factory=dict)
    answer: object = None
    judged: int = 0

    def clock(self, part: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        done = work()
        self.seconds[part] = time.perf_counter() - start
        return done


Measure = Callable[[Path, int], Result]


def engine(bundle: Path, _: int) -> Result:
    """Reading, numbering, the closure alone, and findings from arrays."""
    import engine as ours  # noqa: PLC0415 - what is compared with it is measured without it

    from accessreview.analysis.estate import build_estate  # noqa: PLC0415
    from accessreview.bundles.reader import read_bundle  # noqa: PLC0415

    result = Result()
    snapshot = result.clock("read", lambda: read_bundle(bundle))
    estate = result.clock("estate", lambda: build_estate(snapshot))
    direct = ours.numbered_memberships(estate)
    closed = result.clock("closure", lambda: ours.close(estate, direct))
    ruleset = ours.load_ruleset()
    found = result.clock("findings", lambda: ours.findings(estate, direct, ruleset))
    result.answer = {
        "classes": len(closed.classes),
        "findings": len(found),
        "pairs": ours.pairs(estate, closed),
    }
    return result


def judged(bundle: Path, sample: int) -> Result:
    """The two rules that the plain methods judge, from the same arrays, for everybody."""
    import engine as ours  # noqa: PLC0415

    from accessreview.analysis.estate import build_estate  # noqa: PLC0415
    from accessreview.bundles.reader import read_bundle  # noqa: PLC0415

    result = Result()
    estate = build_estate(read_bundle(bundle))
    direct, rules = ours.numbered_memberships(estate), ours.two_rules()
    found = result.clock("seconds", lambda: ours.findings(estate, direct, rules))
    chosen = chosen_identities(load_numbers(bundle), sample)
    result.answer = asdict(Answer.of(ours.violations(found, bundle, chosen)))
    return result


def questions(bundle: Path, _: int, *, kind: str) -> Result:
    """Medians and maxima of questions to a loaded estate, or of changes to it."""
    import engine as ours  # noqa: PLC0415

    from accessreview.analysis.estate import build_estate  # noqa: PLC0415
    from accessreview.bundles.reader import read_bundle  # noqa: PLC0415

    result = Result()
    estate = build_estate(read_bundle(bundle))
    for name, asked in getattr(ours, kind)(estate, QUESTIONS).items():
        times = []
        for question in asked:
            start = time.perf_counter()
            question()
            times.append(time.perf_counter() - start)
        result.seconds[f"{name} median"] = statistics.median(times)
        result.seconds[f"{name} max"] = max(times)
    return result


def stored(bundle: Path, _: int, *, server: bool) -> Result:
    """From the stored snapshot to findings stored."""
    import engine as ours  # noqa: PLC0415

    from accessreview.bundles.reader import read_bundle  # noqa: PLC0415

    result = Result()
    with ours.stored(read_bundle(bundle), server=server) as run:
        result.answer = result.clock("seconds", run)
    return result


def limit(bundle: Path, _: int) -> Result:
    """Merely to read the same columns: as arrays in memory, and out of the Parquet files."""
    import pyarrow.parquet as pq  # noqa: PLC0415
    from numbering import TABLES  # noqa: PLC0415

    result, numbers = Result(), load_numbers(bundle)
    arrays = [column for table in TABLES for column in numbers.columns(table).values()]
    result.clock("arrays", lambda: sum(int(array.sum()) for array in arrays))
    per_group = np.bincount(numbers.member_group).astype(np.int32)
    result.clock("gather", lambda: int(per_group[numbers.member_group].sum()))
    files = sorted(bundle.glob("*.parquet"))
    result.clock("parquet", lambda: [pq.read_table(file) for file in files])
    return result


def walk(bundle: Path, _: int) -> Result:
    from plain import Walk  # noqa: PLC0415

    result, walking = Result(), Walk(load_numbers(bundle))
    result.answer = result.clock("seconds", walking.pairs)
    return result


def graph(bundle: Path, _: int) -> Result:
    from plain import graph_pairs  # noqa: PLC0415

    result, pairs = Result(), graph_pairs(load_numbers(bundle))
    result.answer = result.clock("seconds", pairs)
    return result


def database_pairs(bundle: Path, _: int, *, name: str, groups_first: bool) -> Result:
    from databases import DATABASES  # noqa: PLC0415

    result = Result()
    with DATABASES[name](load_numbers(bundle)) as loaded:
        result.answer = result.clock("seconds", lambda: loaded.pairs(groups_first=groups_first))
    return result


def script(bundle: Path, sample: int) -> Result:
    from plain import Script  # noqa: PLC0415

    numbers = load_numbers(bundle)
    judge = Script(numbers, chosen_identities(numbers, sample)).judge
    return _sampled(numbers, sample, lambda identities: judge(identities.tolist()))


def database_judges(bundle: Path, sample: int, *, name: str) -> Result:
    from databases import DATABASES  # noqa: PLC0415

    numbers = load_numbers(bundle)
    with DATABASES[name](numbers) as loaded:
        return _sampled(numbers, sample, loaded.judge)


def _sampled(
    numbers: Numbers, sample: int, judge: Callable[[Chosen], Iterable[Violation]]
) -> Result:
    """Time everybody, or else a sample and a quarter of it, and draw the line through both.

    What does not grow with the identities is thus counted once, not once a sample.
    """
    result, everybody = Result(), numbers.identity_count()
    chosen = chosen_identities(numbers, sample)
    whole = result.clock("seconds", lambda: Answer.of(judge(chosen)))
    result.answer = asdict(whole)
    if len(chosen) < everybody:
        quarter = chosen[::4]
        result.clock("quarter", lambda: list(judge(quarter)))
        each = (result.seconds["seconds"] - result.seconds["quarter"]) / (
            len(chosen) - len(quarter)
        )
        result.seconds["sample"] = result.seconds["seconds"]
        result.seconds["seconds"] += max(0.0, each) * (everybody - len(chosen))
        result.judged = len(chosen)
    return result


MEASURES: dict[str, Measure] = {
    "engine": engine,
    "judged": judged,
    "questions": partial(questions, kind="questions"),
    "changes": partial(questions, kind="changes"),
    "stored-SQLite": partial(stored, server=False),
    "stored-PostgreSQL": partial(stored, server=True),
    "limit": limit,
    "walk": walk,
    "graph": graph,
    "script": script,
}
for _name in ("SQLite", "DuckDB", "PostgreSQL"):
    MEASURES[f"pairs-{_name}"] = partial(database_pairs, name=_name, groups_first=True)
    MEASURES[f"naive-{_name}"] = partial(database_pairs, name=_name, groups_first=False)
    MEASURES[f"judge-{_name}"] = partial(database_judges, name=_name)


def _peak() -> float:
    """The highest resident memory of this very program, in MiB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    ask = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("name", choices=sorted(MEASURES))
    ask.add_argument("bundle", type=Path)
    ask.add_argument("--sample", type=int, default=0, help="identities to judge; 0: all")
    given = ask.parse_args()
    result = MEASURES[given.name](given.bundle, given.sample)
    print(json.dumps({**asdict(result), "mib": _peak()}))


if __name__ == "__main__":
    main()
