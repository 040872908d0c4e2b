"""Let every fault befall the lab vCenter and real directories; for ``make faults``.

What is read is held to what is there. Fails if anything has another outcome than it must have,
above all if a reading counts as complete and lacks something. If all is well the tables are
written to docs/reference/faults-vcenters.md and docs/reference/faults-directories.md.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from tests import (
    directory_faults,
    directory_faults_rows,
    directory_faults_servers,
    vcenter_faults,
    vcenter_faults_rows,
)
from tests.faults import FALSE_COMPLETE, Fault, Outcome, Result
from tests.servers import lab_vcenter
from tests.servers.certificates import make_ca
from tests.servers.templates import Templates

PAGES = Path(__file__).parents[1] / "docs" / "reference"
BEGIN, END = "<!-- written by make faults -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Befallen(Generic[Fault]):
    """What faults befall, and the page that tells of them."""

    page: Path
    rows: tuple[Fault, ...]
    missing: Callable[[Sequence[Fault]], Sequence[str]]
    carried_out: Callable[[Path, Sequence[Fault]], list[Result[Fault]]]
    table: Callable[[Iterable[tuple[Fault, Outcome]]], str]


def main() -> int:
    """Carry out all rows, or those with the words asked for; tell how many came out how."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="rows whose server, fault or moment has this")
    only = parser.parse_args().only
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections that break are meant to
    are_right = [_befall(VCENTERS, only), _befall(DIRECTORIES, only)]
    return 0 if all(are_right) else 1


def _befall(what: Befallen[Fault], only: str) -> bool:
    """Whether all is well."""
    rows = [fault for fault in what.rows if only in fault.id]
    if missing := what.missing(rows):
        print("\n".join(missing))
        return False
    if not rows:
        return True
    print(f"{what.page.stem}: {len(rows)} rows …", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        results = what.carried_out(Path(folder), rows)
    _tell(results, time.monotonic() - started, show_all=bool(only))
    is_well = not any(one.wrong for one in results)
    if is_well and not only:
        _write(what.page, what.table((one.fault, one.outcome) for one in results))
    return is_well


def _tell(results: Sequence[Result[Fault]], seconds: float, *, show_all: bool) -> None:
    wrong = [one for one in results if one.wrong]
    for one in results if show_all else wrong:
        print(f"{one.fault.id}: {one.outcome} in {one.seconds:.1f} s. {' '.join(one.wrong)}")
        print("  " + one.said.replace("\n", "\n  "))
    counts = Counter[str]()
    for one in results:
        counts[one.outcome] += one.runs
    false = sum(FALSE_COMPLETE in "".join(one.wrong) for one in wrong)
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.most_common()))
    print(
        f"{counts.total()} faults of {len(results)} rows in {seconds:.0f} s, the slowest in"
        f" {max(one.seconds for one in results):.1f} s: {len(wrong)} rows came out wrong, {false}"
        " of them falsely complete"
    )


def _write(page: Path, table: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def _on_lab(
    folder: Path, rows: Sequence[vcenter_faults.Fault]
) -> list[Result[vcenter_faults.Fault]]:
    authority = make_ca(folder, "faults-ca")
    estate, source = vcenter_faults.ESTATE, vcenter_faults.SOURCE
    with lab_vcenter.running_lab(folder, estate, source=source, ca=authority) as lab:
        ground = vcenter_faults.Ground.of(lab, authority, folder)
        if not ground.holds_the_seed():
            raise SystemExit("What is read of the lab is not what it was filled with.")
        return [vcenter_faults.carried_out(fault, ground) for fault in rows]


def _on_directories(
    folder: Path, rows: Sequence[directory_faults.Fault]
) -> list[Result[directory_faults.Fault]]:
    templates = folder / "templates"
    templates.mkdir()
    servers = directory_faults_servers.Servers.of(folder, Templates(templates))
    results: list[Result[directory_faults.Fault]] = []
    for kind in directory_faults.KINDS:
        some = [one for one in rows if one.server is kind]
        if not some:
            continue
        with servers.running(kind) as place:
            ground = directory_faults.Ground.of(servers, place)
            if not ground.holds_the_seed():
                raise SystemExit(f"What is read of {kind} is not what it was filled with.")
            results += directory_faults.carried_out(some, ground)
    return results


VCENTERS = Befallen(
    PAGES / "faults-vcenters.md",
    vcenter_faults_rows.ROWS,
    lambda rows: [*filter(None, [lab_vcenter.missing()])] if rows else [],
    _on_lab,
    vcenter_faults_rows.table,
)
DIRECTORIES = Befallen(
    PAGES / "faults-directories.md",
    directory_faults_rows.ROWS,
    lambda rows: [
        why
        for kind in {one.server for one in rows}
        if (why := directory_faults_servers.MISSING[kind]())
    ],
    _on_directories,
    directory_faults_rows.table,
)


if __name__ == "__main__":
    sys.exit(main())
