"""Answers of ``vmware_object_role_permission_info`` in the form in which Ansible registers them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.offline.ansible import (
    INHERITED_NOT_TOLD,
    AnsibleSettings,
    AnsibleSource,
    read_answers,
)
from accessreview.collectors.vcenter.raw import RawEntity, RawPermission, RawVCenter
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.offline.exported import DATA, exported, now, rows
from tests.unit.collectors.offline.test_rvtools import HEADER, WEB

Answer = dict[str, Any]
ENTITIES = (
    RawEntity(type="Folder", id="group-d1", name="Datacenters"),
    RawEntity(type="Datacenter", id="dc", name="North", parent="group-d1"),
    RawEntity(type="Folder", id="vms", name="vm", parent="dc"),
    RawEntity(type="Folder", id="prod", name="Prod", parent="vms"),
    RawEntity(type="Folder", id="other", name="Prod", parent="vms"),
    RawEntity(type="ClusterComputeResource", id="c1", name="C1", parent="dc"),
    RawEntity(type="ResourcePool", id="root-pool", name="Resources", parent="c1"),
    RawEntity(
        type="VirtualMachine", id="vm-1", name="web", parent="prod", resource_pool="root-pool"
    ),
)
ROLES = [
    {"role_id": -1, "role_name": "Admin", "role_system": True, "privileges": ["System.Read"]},
    {"role_id": 7, "role_name": "Operator", "role_system": False, "privileges": []},
]


def _entry(principal: str, role: int, *, propagate: bool = True) -> Answer:
    return {"principal": principal, "role_id": role, "role_name": "x", "propagate": propagate}


def _answer(kind: str, called: str, *entries: Answer, by: str = "moid", **more: object) -> Answer:
    """With what Ansible adds to a result that a task registers."""
    arguments = {"object_type": kind, "moid": None, "object_name": None, "principal": None}
    return {
        "ansible_loop_var": "item",
        "changed": False,
        "failed": False,
        "invocation": {"module_args": arguments | {by: called}},
        "permission_info": list(entries),
        **more,
    }


OPS, ANN = _entry("CORP\\ops", -1), _entry("CORP\\ann", 7, propagate=False)


def _document(*answers: Answer, **changes: object) -> str:
    return json.dumps(
        {"permissions": answers, "roles": ROLES, "groups": ["corp\\OPS"], "users": ["CORP\\ann"]}
        | changes
    )


def _read(*answers: Answer, **changes: object) -> RawVCenter:
    return read_answers(exported(_document(*answers, **changes)), ENTITIES)


def _all(*stated: tuple[str, Answer]) -> list[Answer]:
    """An answer for every entity that has permissions of its own, these among them."""
    kinds = {entity.id: entity.type for entity in ENTITIES}
    shared = {"vms", "root-pool"}
    return [
        _answer(kind, ident, *(entry for at, entry in stated if at == ident))
        for ident, kind in kinds.items()
        if ident not in shared
    ]


def test_a_permission_is_put_where_it_is_stated() -> None:
    below = [(each, OPS) for each in ("group-d1", "dc", "prod", "other", "c1", "vm-1")]

    raw = _read(*_all(*below, ("prod", ANN)))

    assert set(raw.permissions) == {
        RawPermission("group-d1", "CORP\\ops", is_group=True, role=-1, propagate=True),
        RawPermission("prod", "CORP\\ann", is_group=False, role=7, propagate=False),
    }
    assert raw.gaps == (INHERITED_NOT_TOLD,)


def test_an_override_stays_where_it_is() -> None:
    narrower = _entry("CORP\\ops", 7)
    both = [(each, entry) for each in ("prod", "vm-1") for entry in (OPS, narrower)]

    raw = _read(*_all(("group-d1", OPS), ("dc", OPS), ("other", OPS), ("c1", OPS), *both))

    assert [(entry.entity, entry.role) for entry in raw.permissions] == [
        ("group-d1", -1),
        ("prod", 7),
    ]


def test_what_comes_by_the_pool_is_inherited_too() -> None:
    raw = _read(*_all(("c1", OPS), ("vm-1", OPS)))

    assert [entry.entity for entry in raw.permissions] == ["c1"]


def test_a_shared_list_is_one_list() -> None:
    raw = _read(
        *_all(("dc", ANN)), _answer("Folder", "vms", ANN), _answer("ResourcePool", "root-pool")
    )

    assert [entry.entity for entry in raw.permissions] == ["dc"]
    assert raw.gaps == (INHERITED_NOT_TOLD,)


def test_entities_are_found_by_name_where_that_is_one_only() -> None:
    raw = _read(
        _answer("Folder", "rootFolder", OPS, by="object_name"),
        _answer("ComputeResource", "C1", by="object_name"),
        _answer("Folder", "Prod", ANN, by="object_name"),
        _answer("Folder", "Test", ANN, by="object_name"),
        _answer("Datacenter", "dc-9", ANN),
    )

    assert [entry.entity for entry in raw.permissions] == ["group-d1"]
    assert raw.gaps[1:] == (
        "An entity that was asked for is one of several of that name: Folder Prod.",
        "An entity that was asked for is not in the inventory: Folder Test; Datacenter dc-9.",
        "The permissions of an entity were not asked for: dc; prod; other; vm-1.",
    )


def test_who_is_neither_known_as_user_nor_as_group_is_left_out_with_a_gap() -> None:
    answers = _all(("dc", OPS), ("dc", _entry("CORP\\both", 7)), ("dc", _entry("CORP\\x", 7)))

    raw = _read(*answers, groups=["CORP\\ops", "CORP\\both"], users=["CORP\\both"])

    assert [entry.principal for entry in raw.permissions] == ["CORP\\ops"]
    assert raw.gaps[1:] == (
        "Whether a principal is a user or a group is not known: CORP\\both; CORP\\x.",
    )


def test_answers_that_were_recorded_are_read() -> None:
    """Of community.vmware 4.8 and a simulated vCenter, which lists all that stands above.

    Two answers failed: one because there is no such name, one because the module broke down. Roles
    have their first privileges only, and what the breakdown printed was left out.
    """
    entities = (
        RawEntity(type="Folder", id="group-d1", name="Datacenters"),
        RawEntity(type="Datacenter", id="datacenter-3", name="DC0", parent="group-d1"),
        RawEntity(type="Folder", id="folder-4", name="vm", parent="datacenter-3"),
        RawEntity(type="Folder", id="folder-12", name="F0", parent="folder-4"),
        RawEntity(type="VirtualMachine", id="vm-64", name="DC0_H0_VM0", parent="folder-12"),
    )

    file = DATA / "ansible" / "answers.json"
    raw = read_answers(exported(file.read_bytes()), entities)

    by_entity = {(entry.entity, entry.principal, entry.role) for entry in raw.permissions}
    assert {each for each in by_entity if each[1] != "CORP\\eve"} == {
        ("group-d1", "CORP\\ops", -1),
        ("folder-12", "CORP\\ann", 0),
        ("vm-64", "bob@corp.example", -5),
    }
    (gap,) = raw.gaps[1:]
    assert gap.endswith("could not be read: VirtualMachine vm-999; ResourcePool Nowhere.")
    assert {role.id: role.name for role in raw.roles}[0] == "Operator"


def test_an_answer_that_failed_is_a_gap() -> None:
    raw = _read(*_all(("dc", OPS))[1:], _answer("Folder", "group-d1", failed=True))

    assert raw.gaps[1:] == (
        "The permissions of an entity could not be read: export, answer 6.",
        "The permissions of an entity were not asked for: group-d1.",
    )


def _files(folder: Path, *answers: Answer, inventory: str) -> AnsibleSettings:
    paths = folder / "answers.json", folder / "vinfo.csv"
    paths[0].write_text(_document(*answers))
    paths[1].write_text(inventory)
    return AnsibleSettings(
        id="vc", name="Lab", permissions=paths[0], inventory=paths[1], inventory_of="rvtools"
    )


def test_on_an_inventory_of_rvtools_it_is_a_reading_that_is_partial(tmp_path: Path) -> None:
    answers = (
        _answer("Folder", "rootFolder", OPS, by="object_name"),
        _answer("VirtualMachine", "vm-11", OPS, ANN),
        _answer("Folder", "Web", _entry("CORP\\ops", 9), by="object_name"),
    )

    reading = AnsibleSource(_files(tmp_path, *answers, inventory=HEADER + WEB)).collect(now)

    assert reading.source.coverage is Coverage.PARTIAL
    assert rows(reading, "permissions") == [
        ("group-d1", "CORP\\ops", "true", "-1", "true"),
        ("vm-11", "CORP\\ann", "false", "7", "false"),
    ]
    assert any("A permission gives a role that was not read" in gap for gap in reading.source.gaps)
    assert ("vm-11", "VirtualMachine", "web/proxy", "group-v31") in [
        row[:4] for row in rows(reading, "entities")
    ]


def test_even_with_all_answers_on_a_whole_inventory_it_is_partial(tmp_path: Path) -> None:
    inventory = DATA / "govc" / "inventory-0.39.json"
    path = tmp_path / "answers.json"
    path.write_text(_document())
    found = AnsibleSettings(
        id="vc", name="Lab", permissions=path, inventory=inventory, inventory_of="govc"
    )

    reading = AnsibleSource(found).collect(now)

    assert reading.source.coverage is Coverage.PARTIAL
    assert INHERITED_NOT_TOLD in reading.source.gaps


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not what the playbook"),
        ("[]", "is not what the playbook"),
        (json.dumps({"permissions": []}), "is not what the playbook"),
        (_document()[:-3], "export, line 1: no valid JSON"),
        (_document({"permission_info": []}), "answer 1: it does not say which entity"),
        (
            _document(_answer("Folder", "prod", {"principal": "x", "role_id": 1})),
            "answer 1: principal, role_id or propagate",
        ),
        (
            _document(_answer("Folder", "prod", {**OPS, "role_id": True})),
            "answer 1: principal, role_id or propagate",
        ),
        (
            _document(_answer("Folder", "prod", permission_info="none")),
            "answer 1: principal, role_id or propagate",
        ),
        (_document(groups="CORP\\ops"), "groups is no list of names"),
        (_document(roles=[{"role_id": 1}]), "export, role 1: role_id, role_name"),
        (
            _document(
                {
                    **_answer("Folder", "prod"),
                    "invocation": {"module_args": {"object_type": "Folder", "principal": "x"}},
                }
            ),
            "answer 1: it was asked for one principal only",
        ),
    ],
)
def test_another_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_answers(exported(text), ENTITIES)


_VALUES: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just([])
)


@settings(deadline=None)
@given(key=st.integers(0, 12), value=_VALUES | st.dictionaries(st.text(max_size=3), _VALUES))
def test_any_value_anywhere_is_read_or_refused_in_words(key: int, value: object) -> None:
    answer = json.loads(json.dumps(_answer("Folder", "prod", OPS)))
    places: list[dict[str, Any]] = [
        answer,
        answer["invocation"],
        answer["invocation"]["module_args"],
        answer["permission_info"][0],
    ]
    place = places[key % 4]
    place[sorted(place)[key // 4 % len(place)]] = value

    try:
        raw = _read(answer)
    except InputError as refused:
        assert refused.problems  # noqa: PT017 - either outcome is right
    else:
        assert raw.gaps
