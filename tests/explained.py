"""The page that explains every documented case: ``python -m tests.explained`` writes it again."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef, EntityRef, Grant
from tests.estates import VECTORS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "explained-cases.md"
DOCUMENTED = VECTORS / "documented"

_HEAD = r"""# Every documented case, explained

Below is what `accessreview explain` says of the account `u1` in every case of
`tests/data/vectors/documented`: the cases of the vendor's documentation, and those that follow
from it by inference. All of them have one inventory, and names that are also the ids:

    root ── dc ─┬─ vmfolder ─── folder ─┬─ vma (pool: rp)
                │                       └─ template (no pool)
                └─ hostfolder ─┬─ cluster ─┬─ rootpool ── rp
                               │           └─ host
                               └─ solo ─── solohost

`vmfolder` and `hostfolder` share the permissions of `dc`, `rootpool` those of `cluster`, and
`solohost` those of `solo`. The roles are `on` (switch machines on), `snap` (snapshots), `admin`
(switch on, change permissions), `ro` (read) and `none`, which is No access. `u1` is in `gA` and
`gB`; `gA` is in `gMid`, `gMid` and `gLoop` are in each other, and `gLoop` is in `gTop`. Nobody is
in `gZ`. `twin` is a user, and a group that only this user is in.

This page is written by `python -m tests.explained`, and a test holds it to what the engine says.
"""


def page() -> str:
    """The whole page, from the vectors and the engine."""
    estate = build_estate(read_bundle(DOCUMENTED))
    lines = (DOCUMENTED / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [json.loads(line) for line in lines]
    parts = [_HEAD]
    for case, rows in groupby(expected, key=lambda row: str(row["case"])):
        parts.extend(_case(estate, case, list(rows)))
    return "\n".join(parts)


def _case(estate: Estate, case: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    why = rows[0]["why"]
    yield f"## {case}: {why.partition(': ')[2] or why}\n"
    kind = why.partition(": ")[0] if ": " in why else "stated by the bundle's rules"
    yield f"{kind[0].upper()}{kind[1:]}. Permissions:\n"
    yield "\n".join(_permissions(estate, case)) + "\n"
    for row in rows:
        held = ", ".join(f"`{privilege}`" for privilege in row["privileges"])
        yield f"**On `{row['entity']}`: {held or 'no privilege'}**\n"
        account = AccountRef(row["account_source"], row["account"])
        grants = explain(estate, account, EntityRef(case, row["entity"]))
        told = [_told(grant) for grant in grants]
        yield "\n".join(told or ["- No entry that gives a privilege names the account."]) + "\n"


def _permissions(estate: Estate, case: str) -> Iterator[str]:
    names = dict(zip(estate.vcenters[case].role_ids, estate.vcenters[case].role_names, strict=True))
    for source, entity, principal, is_group, role, propagate in estate.snapshot[
        "permissions"
    ].rows():
        if source == case:
            kind = "group" if is_group == "true" else "user"
            reach = "with" if propagate == "true" else "without"
            on = f"on `{entity}`" if entity else "globally"
            yield f"- {on}: {kind} `{principal}`, role `{names[role]}`, {reach} propagation"


def _told(grant: Grant) -> str:
    verdict = "decides" if grant.decides else "loses"
    chain = " → ".join(f"`{name}`" for name in grant.via)
    return f"- {chain} {verdict}. {grant.why}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
