"""The documented cases with answers typed by hand, and random estates with a reference's."""

import gzip
import json

import pytest

from accessreview.analysis.effective import effective_access, effective_privileges
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef, EntityRef
from tests.estates import VECTORS

DOCUMENTED = [
    json.loads(line)
    for line in (VECTORS / "documented" / "expected.jsonl").read_text("utf-8").splitlines()
]
RANDOM = sorted(path.name for path in (VECTORS / "random").glob("case-*"))


def test_every_documented_case_has_the_vendors_answer() -> None:
    estate = build_estate(read_bundle(VECTORS / "documented"))
    table = {}
    for row in effective_access(estate, accounts=[AccountRef("corp", "u1")]):
        table[row.entity] = list(row.privileges)
    assert len({case["case"] for case in DOCUMENTED}) == 20
    for case in DOCUMENTED:
        account = AccountRef(case["account_source"], case["account"])
        entity = EntityRef(case["vcenter"], case["entity"])
        climbed = sorted(effective_privileges(estate, account, entity))
        assert climbed == case["privileges"], (case["case"], case["why"])
        assert table.get(entity, []) == case["privileges"], (case["case"], case["why"])
        assert explained(estate, account, entity) == case["privileges"], (case["case"], case["why"])


def explained(estate: Estate, account: AccountRef, entity: EntityRef) -> list[str]:
    """What the grants that are told to decide give together."""
    roles = dict[tuple[str, str], set[str]]()
    for vcenter, role, privilege in estate.snapshot["role_privileges"].rows():
        roles.setdefault((vcenter, role), set()).add(privilege)
    deciding = (grant for grant in explain(estate, account, entity) if grant.decides)
    return sorted(set().union(*(roles[entity.vcenter, g.permission.role] for g in deciding)))


@pytest.mark.parametrize("case", RANDOM)
def test_random_estates_have_the_references_effective_privileges(case: str) -> None:
    folder = VECTORS / "random" / case
    estate = build_estate(read_bundle(folder))
    with gzip.open(folder / "effective.jsonl.gz", "rt", encoding="utf-8") as lines:
        expected = [json.loads(line) for line in lines]
    actual = [
        {
            "account_source": row.account.source,
            "account": row.account.id,
            "vcenter": row.entity.vcenter,
            "entity": row.entity.id,
            "privileges": list(row.privileges),
        }
        for row in effective_access(estate)
    ]
    assert actual == expected
