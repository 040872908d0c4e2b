"""Let every fault befall a vCenter, and hold what is read to what is there; for ``make faults``.

Fails if anything has another outcome than it must have, above all if a reading counts as complete
and lacks a permission. If all is well the table is written to docs/reference/faults-vcenters.md.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.servers.certificates import make_ca
from tests.servers.lab_vcenter import missing, running_lab
from tests.vcenter_faults import ESTATE, SOURCE, Fault, Ground, Result, carried_out
from tests.vcenter_faults_rows import ROWS, table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "faults-vcenters.md"
BEGIN, END = "<!-- written by make faults -->", "<!-- end -->"


def main() -> int:
    """Carry out all rows, or those with the words asked for; tell how many came out how."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="rows whose fault or moment has this")
    only = parser.parse_args().only
    rows = [fault for fault in ROWS if only in fault.id]
    if not rows:
        print(f"No fault of a vCenter has “{only}”.")
        return 0
    if why := missing():
        print(why)
        return 1
    started = time.monotonic()
    results = _carried_out(rows)
    seconds = time.monotonic() - started
    wrong = [one for one in results if one.wrong]
    for one in results if only else wrong:
        print(f"{one.fault.id}: {one.outcome} in {one.seconds:.1f} s. {' '.join(one.wrong)}")
        print("  " + one.said.replace("\n", "\n  "))
    _tell(results, seconds)
    if not wrong and not only:
        _write(results)
    return 1 if wrong else 0


def _carried_out(rows: Sequence[Fault]) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        authority = make_ca(folder, "faults-ca")
        with running_lab(folder, ESTATE, source=SOURCE, ca=authority) as lab:
            ground = Ground.of(lab, authority, folder)
            if not ground.holds_the_seed():
                raise SystemExit("What is read of the lab is not what it was filled with.")
            return [carried_out(fault, ground) for fault in rows]


def _tell(results: Sequence[Result], seconds: float) -> None:
    counts = Counter[str]()
    for one in results:
        counts[one.outcome] += len(one.fault.stages)
    false = sum("FALSE COMPLETE" in "".join(one.wrong) for one in results)
    wrong = sum(bool(one.wrong) for one in results)
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.most_common()))
    print(
        f"{counts.total()} faults of {len(results)} kinds in {seconds:.0f} s, the slowest in"
        f" {max(one.seconds for one in results):.1f} s: {wrong} kinds came out wrong, {false} of"
        " them falsely complete"
    )


def _write(results: Sequence[Result]) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    written = table((one.fault, one.outcome) for one in results)
    PAGE.write_text(f"{before}{BEGIN}\n\n{written}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
