"""Time the analysis on a synthetic estate, beside a plain script that walks entity by entity.

    python bench/analysis.py --accounts 100000 --groups 10000 --entities 20000 --permissions 5000

Seconds are one run each; memory is the highest resident size of the whole process so far. The plain
script answers for a sample of accounts, and its time is multiplied up to all of them.
"""

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from make_estate import Sizes, make_estate

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.rules import assess
from accessreview.analysis.simulate import simulate
from accessreview.model.access import AccountRef, EntityRef, GroupRef
from accessreview.model.snapshot import Snapshot
from accessreview.rulesets.reader import read_ruleset

T = TypeVar("T")
RULESET = Path(__file__).with_name("ruleset.toml")


def measured(what: str, work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<52}{seconds:>12.3f} s {peak:>8.0f} MiB", flush=True)
    return result, seconds


class PlainScript:
    """What people write: dictionaries of rows, and for every account every entity, climbing."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.above = {
            (source, ident): (acl_of, tuple(p for p in (parent, second) if p))
            for source, ident, _, _, parent, second, acl_of in snapshot["entities"].rows()
        }
        self.groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for group_source, group, member_source, member in snapshot["members"].rows():
            self.groups[member_source, member].append((group_source, group))
        self.names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for source, ident, name in snapshot["principal_names"].rows():
            self.names[source, ident].add(name.casefold())
        self.entries: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
        for source, entity, principal, *rest in snapshot["permissions"].rows():
            self.entries[source, entity].append((principal.casefold(), *rest))
        self.privileges: dict[tuple[str, str], set[str]] = defaultdict(set)
        for source, role, privilege in snapshot["role_privileges"].rows():
            self.privileges[source, role].add(privilege)

    def everything(self, account: tuple[str, str]) -> int:
        groups: set[tuple[str, str]] = set()
        waiting = list(self.groups[account])
        while waiting:
            group = waiting.pop()
            if group not in groups:
                groups.add(group)
                waiting.extend(self.groups[group])
        names = {name for group in groups for name in self.names[group]}
        return sum(len(self.effective(self.names[account], names, key)) for key in self.above)

    def effective(self, own: set[str], groups: set[str], start: tuple[str, str]) -> set[str]:
        source, held = start[0], set[str]()
        start = (source, self.above[start][0] or start[1])
        waiting, seen = [start], {start}
        for node in waiting:
            found: dict[str, list[str]] = {"false": [], "true": []}
            for principal, is_group, role, propagate in self.entries.get(node, ()):
                names = groups if is_group == "true" else own
                if principal in names and (node == start or propagate == "true"):
                    found[is_group].append(role)
            roles = found["false"] or found["true"]
            if roles:
                held |= set().union(*(self.privileges[source, role] for role in roles))
                continue
            if not node[1]:
                continue
            for parent in self.above[node][1] or ("",):
                above = (source, parent and (self.above[source, parent][0] or parent))
                if above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return held


def busiest(estate: Estate) -> AccountRef:
    """An account that many permissions name."""
    memberships = estate.memberships
    most = max(range(len(memberships.classes)), key=lambda n: memberships.classes[n].bit_count())
    return estate.account_ref(memberships.class_of.tolist().index(most))


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, size in (
        ("accounts", 100_000),
        ("groups", 10_000),
        ("entities", 20_000),
        ("permissions", 5_000),
        ("vcenters", 4),
        ("seed", 1),
    ):
        ask.add_argument(f"--{name}", type=int, default=size)
    ask.add_argument("--spread", action="store_true", help="permissions to groups everywhere")
    ask.add_argument("--sample", type=int, default=20, help="accounts that the plain script does")
    given = vars(ask.parse_args())
    seed, sample = given.pop("seed"), given.pop("sample")
    snapshot, _ = measured("make the estate", lambda: make_estate(Sizes(**given), seed))
    print({name: len(table) for name, table in snapshot.tables.items()})
    text = RULESET.read_text("utf-8")
    ruleset, _ = read_ruleset(text, RULESET.name, None)

    estate, built = measured("columns to estate", lambda: build_estate(snapshot))
    print(f"  {len(estate.memberships.classes)} classes of accounts")
    bare, judged = measured(
        "findings without examples", lambda: assess(estate, ruleset, examples=0)
    )
    full, _ = measured("findings with 3 examples each", lambda: assess(estate, ruleset))
    print(f"  {len(bare)} findings, {sum(len(f.examples) for f in full)} examples")

    account = busiest(estate)
    machine = next(
        EntityRef(source, ident)
        for source, ident, kind, *_ in snapshot["entities"].rows()
        if kind == "VirtualMachine" and explain(estate, account, EntityRef(source, ident))
    )
    measured("one point check", lambda: effective_privileges(estate, account, machine))
    measured("one explanation", lambda: explain(estate, account, machine))
    direct = estate.memberships.groups_of_account[estate.account(account)]
    group: GroupRef = estate.group_ref(direct[0])
    measured(
        "what if one membership went", lambda: simulate(estate, without_members=[(group, account)])
    )

    plain = PlainScript(snapshot)
    people = list(plain.groups)[:: max(1, len(snapshot["accounts"]) // sample)][:sample]
    _, seconds = measured(
        f"plain script, effective only, {len(people)} accounts",
        lambda: sum(map(plain.everything, people)),
    )
    whole = seconds / len(people) * len(snapshot["accounts"])
    print(f"  for all accounts about {whole:,.0f} s: {whole / (built + judged):,.0f} times as long")


if __name__ == "__main__":
    main()
