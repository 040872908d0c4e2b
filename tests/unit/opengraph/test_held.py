"""The paths over holders and regions say exactly what is held, and nothing is held beside them."""

from pathlib import Path

import pytest

from accessreview.analysis.decide import effective_roles
from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import build_estate
from accessreview.model.duties import counts_on, holds
from accessreview.model.opengraph import entity_node
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from accessreview.opengraph.names import ObjectNodes
from tests.estates import small_snapshot
from tests.random_estates import random_case
from tests.unit.opengraph.graphs import Graph, graph_of

Held = set[tuple[str, str, str]]


def _by_paths(graph: Graph, first: str = "vCenter_IsAmong") -> Held:
    """Account or group, entity and duty, along the edges."""
    among, covers = graph.along(first), graph.along("vCenter_Covers")
    holds_in = graph.of_kind("vCenter_Holds")
    return {
        (account, entity, duty)
        for account, holders in among.items()
        for (start, region), told in holds_in.items()
        if start in holders
        for entity in covers[region]
        for duty in told["duties"]
    }


def _by_entity(snapshot: Snapshot, ruleset: Ruleset) -> Held:
    """The same, asked entity by entity."""
    estate, objects = build_estate(snapshot), ObjectNodes(snapshot)
    types = {(row[0], row[1]): row[2] for row in snapshot["entities"].rows()}
    found: Held = set()
    for access in effective_access(estate):
        kind = types[access.entity.vcenter, access.entity.id]
        for name, duty in ruleset.duties.items():
            if counts_on(duty, kind) and holds(duty, frozenset(access.privileges)):
                account = objects[access.account.source, access.account.id]
                entity = entity_node(access.entity.vcenter, kind, access.entity.id)
                found.add((account, entity, name))
    return found


@pytest.mark.parametrize("seed", range(48))
def test_the_paths_say_what_is_held_and_no_more(seed: int, tmp_path: Path) -> None:
    case = random_case(seed)

    graph = graph_of(case.snapshot, tmp_path, case.ruleset.duties)

    assert _by_paths(graph) == _by_entity(case.snapshot, case.ruleset)


@pytest.mark.parametrize("seed", range(0, 48, 4))
def test_a_group_leads_to_what_an_account_in_it_alone_would_hold(seed: int, tmp_path: Path) -> None:
    case = random_case(seed)
    estate, objects = build_estate(case.snapshot), ObjectNodes(case.snapshot)
    expected: Held = set()
    for group, mask in enumerate(estate.memberships.reach):
        ref = estate.group_ref(group)
        node = objects[ref.source, ref.id]
        for vcenter in estate.vcenters.values():
            inventory = vcenter.inventory
            for number in inventory.by_id:
                roles = effective_roles(vcenter, mask, number)
                held = frozenset[str]().union(*(vcenter.privileges[role] for role in roles))
                kind = inventory.types[number]
                entity = entity_node(vcenter.id, kind, inventory.ids[number])
                for name, duty in case.ruleset.duties.items():
                    if held and counts_on(duty, kind) and holds(duty, held):
                        expected.add((node, entity, name))

    graph = graph_of(case.snapshot, tmp_path, case.ruleset.duties)

    assert _by_paths(graph, "vCenter_WouldBeAmong") == expected


def test_the_seeds_hold_something() -> None:
    found = [_by_entity(case.snapshot, case.ruleset) for case in map(random_case, range(48))]

    assert sum(map(bool, found)) > 30


def test_an_override_takes_the_path_away_that_containment_shows(tmp_path: Path) -> None:
    ruleset = random_case(1).ruleset
    every = {privilege for duty in ruleset.duties.values() for privilege in duty.any_of}
    snapshot = small_snapshot(
        [("root", "Folder", "", "", ""), ("vm", "VirtualMachine", "root", "", "")],
        roles={"all": sorted(every), "none": ()},
        permissions=[("root", "g", "all", True), ("vm", "g", "none", True)],
        members=[("g", "u")],
    )

    graph = graph_of(snapshot, tmp_path, ruleset.duties)

    assert ("folder:vc:root", "vm:vc:vm") in graph.of_kind("vCenter_Contains")
    assert ("group:vc:d\\g", "folder:vc:root") in graph.of_kind("vCenter_HasPermission")
    assert not any(entity == "vm:vc:vm" for _, entity, _ in _by_paths(graph))


def test_alike_accounts_are_one_node_and_the_ids_stay(tmp_path: Path) -> None:
    ruleset = random_case(1).ruleset
    every = {privilege for duty in ruleset.duties.values() for privilege in duty.any_of}

    def of(*people: str) -> Graph:
        return graph_of(
            small_snapshot(
                [("root", "Folder", "", "", ""), ("vm", "VirtualMachine", "root", "", "")],
                roles={"all": sorted(every)},
                permissions=[("root", "g", "all", True)],
                members=[("g", person) for person in people],
                accounts=dict.fromkeys(people, ""),
            ),
            tmp_path,
            ruleset.duties,
        )

    one, three = of("u"), of("u", "v", "w")

    assert len(three.along("vCenter_Holds")) == 1
    assert one.along("vCenter_Holds") == three.along("vCenter_Holds")
    (holders,) = three.along("vCenter_Holds")
    assert three.properties(holders)["accounts"] == 3
    assert three.properties(holders)["name"] == "3 accounts by group d\\g"


def test_a_group_that_nobody_is_in_leads_on_all_the_same(tmp_path: Path) -> None:
    ruleset = random_case(1).ruleset
    every = {privilege for duty in ruleset.duties.values() for privilege in duty.any_of}
    snapshot = small_snapshot(
        [("root", "Folder", "", "", "")],
        roles={"all": sorted(every)},
        permissions=[("root", "g", "all", True)],
    )

    graph = graph_of(snapshot, tmp_path, ruleset.duties)

    (holders,) = graph.along("vCenter_WouldBeAmong")["directory_group:dir:g"]
    assert graph.properties(holders)["name"] == "Whoever will be there by group d\\g"
    assert not graph.along("vCenter_IsAmong")
