"""Let every fault befall a real directory, and hold what is read to what is there; ``make faults``.

Fails if anything has another outcome than it must have, above all if a reading counts as complete
and lacks a membership. If all is well the table is written to docs/reference/faults-directories.md.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from accessreview.ldap.settings import DirectoryKind
from tests.directory_faults import KINDS, Fault, Ground, Result, carried_out
from tests.directory_faults_rows import ROWS, table
from tests.directory_faults_servers import MISSING, Servers
from tests.servers.templates import Templates

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "faults-directories.md"
BEGIN, END = "<!-- written by make faults -->", "<!-- end -->"


def main() -> int:
    """Carry out all rows, or those with the words asked for; tell how many came out how."""
    asked = _arguments()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections that break are meant to
    rows = [fault for fault in ROWS if asked.only in fault.id]
    missing = [why for kind in {one.server for one in rows} if (why := MISSING[kind]())]
    if missing:
        print("\n".join(missing))
        return 1
    started = time.monotonic()
    results = _carried_out(rows)
    seconds = time.monotonic() - started
    wrong = [one for one in results if one.wrong]
    for one in wrong if not asked.only else results:
        print(f"{one.fault.id}: {one.outcome} in {one.seconds:.1f} s. {' '.join(one.wrong)}")
        print("  " + one.said.replace("\n", "\n  "))
    slowest = max(one.seconds for one in results)
    counts = Counter(one.outcome for one in results)
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.most_common()))
    print(f"{len(results)} faults in {seconds:.0f} s, the slowest in {slowest:.1f} s: ", end="")
    print(f"{len(wrong)} came out wrong, {_false(results)} of them falsely complete")
    if not wrong and not asked.only:
        _write(results)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="rows whose server, fault or moment has this")
    return parser.parse_args()


def _carried_out(rows: Sequence[Fault]) -> list[Result]:
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        templates = Path(folder, "templates")
        templates.mkdir()
        servers = Servers.of(Path(folder), Templates(templates))
        for kind in KINDS:
            results += _of_kind(servers, kind, [one for one in rows if one.server is kind])
    return results


def _of_kind(servers: Servers, kind: DirectoryKind, rows: Sequence[Fault]) -> list[Result]:
    if not rows:
        return []
    print(f"{kind}: {len(rows)} faults …", flush=True)
    with servers.running(kind) as place:
        ground = Ground.of(servers, place)
        if not ground.holds_the_seed():
            raise SystemExit(f"What is read of {kind} is not what it was filled with.")
        return carried_out(rows, ground)


def _false(results: Sequence[Result]) -> int:
    return sum("FALSE COMPLETE" in "".join(one.wrong) for one in results)


def _write(results: Sequence[Result]) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    written = table((one.fault, one.outcome) for one in results)
    PAGE.write_text(f"{before}{BEGIN}\n\n{written}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
