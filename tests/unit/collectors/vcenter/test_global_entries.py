"""Global permissions beside those of the inventory: each kept once, as what it is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.vcenter.global_entries import GlobalEntry, page_of, with_global
from accessreview.collectors.vcenter.raw import RawPermission, RawVCenter
from accessreview.snapshot.gaps import Gaps
from tests.unit.collectors.vcenter.estate import raw, read, rows

ROOT = "group-d1"
ADMINS = GlobalEntry(r"CORP\admins", is_group=True, roles=("-1",), propagate=True)
MIRROR = RawPermission(ROOT, r"CORP\admins", is_group=True, role=-1, propagate=True)


def merged(
    *entries: GlobalEntry, permissions: tuple[RawPermission, ...] = ()
) -> tuple[RawVCenter, tuple[str, ...], tuple[str, ...]]:
    gaps, doubts = Gaps(), Gaps()
    found = with_global(raw(permissions=permissions), entries, ROOT, gaps, doubts)
    return found, gaps.sentences(), doubts.sentences()


def test_a_mirror_on_the_root_folder_is_not_listed_twice() -> None:
    found, gaps, doubts = merged(ADMINS, permissions=(MIRROR,))

    assert found.permissions == (replace(MIRROR, entity=""),)
    assert (gaps, doubts) == ((), ())


@pytest.mark.parametrize(
    "own",
    [
        replace(MIRROR, role=-5),
        replace(MIRROR, propagate=False),
        replace(MIRROR, is_group=False),
        replace(MIRROR, entity="datacenter-2"),
        replace(MIRROR, principal=r"CORP\others"),
        replace(MIRROR, principal=r"OTHER\admins"),
    ],
    ids=["role", "propagation", "kind", "place", "name", "domain"],
)
def test_what_differs_from_a_global_permission_is_an_entry_of_its_own(own: RawPermission) -> None:
    found, _, _ = merged(ADMINS, permissions=(own,))

    assert found.permissions == (own, replace(MIRROR, entity=""))


def test_one_without_propagation_has_no_mirror() -> None:
    own = replace(MIRROR, propagate=False)
    found, _, _ = merged(replace(ADMINS, propagate=False), permissions=(own,))

    assert found.permissions == (own, replace(own, entity=""))


@pytest.mark.parametrize("spelling", [r"corp.example\Admins", "admins@corp.example", "ADMINS"])
def test_a_mirror_under_another_name_of_the_domain_is_spelled_as_on_the_root(spelling: str) -> None:
    found, _, _ = merged(replace(ADMINS, principal=spelling), permissions=(MIRROR,))

    assert found.permissions == (replace(MIRROR, entity=""),)


def test_a_mirror_that_could_be_of_two_principals_is_none() -> None:
    entries = (MIRROR, replace(MIRROR, principal=r"CORP.OTHER\admins"))
    found, _, _ = merged(replace(ADMINS, principal="admins"), permissions=entries)

    assert found.permissions == (*entries, replace(MIRROR, entity="", principal="admins"))


def test_roles_are_known_by_name_too() -> None:
    found, _, doubts = merged(replace(ADMINS, roles=("Admin",)), permissions=(MIRROR,))

    assert found.permissions == (replace(MIRROR, entity=""),)
    assert doubts == ()


def test_several_roles_of_one_principal_become_one_with_the_privileges_of_all() -> None:
    both = replace(ADMINS, roles=("operators", "-1"))
    found, _, _ = merged(both, permissions=(MIRROR, replace(MIRROR, role=-974337264)))

    (permission,) = found.permissions
    made = next(role for role in found.roles if role.id == permission.role)
    assert (made.name, made.system) == ("operators + Admin", False)
    assert set(made.privileges) == {"System.Read", "VirtualMachine.Interact.PowerOn"}
    assert permission.role.bit_length() > 64
    reading = read(found)
    assert rows(reading, "permissions") == {
        ("", r"CORP\admins", "true", str(permission.role), "true")
    }


def test_entries_of_one_principal_are_one_permission() -> None:
    found, gaps, _ = merged(ADMINS, replace(ADMINS, roles=("-5",), propagate=False))

    (permission,) = found.permissions
    assert permission.propagate
    assert gaps == (
        (
            "A principal has global permissions with and without propagation, which are taken as"
            r" one that propagates: CORP\admins."
        ),
    )


@pytest.mark.parametrize(
    ("entry", "kept", "doubt"),
    [
        (
            replace(ADMINS, roles=("77",)),
            0,
            r"A global permission gives a role that was not read: CORP\admins.",
        ),
        (
            replace(ADMINS, roles=()),
            0,
            r"A global permission gives a role that was not read: CORP\admins.",
        ),
        (
            replace(ADMINS, roles=("77", "-1")),
            1,
            r"A global permission gives a role that was not read: CORP\admins.",
        ),
        (replace(ADMINS, principal=""), 0, "A global permission names no principal: -1."),
    ],
    ids=["unknown role", "no role", "one unknown role", "no principal"],
)
def test_what_cannot_be_told_is_a_doubt(entry: GlobalEntry, kept: int, doubt: str) -> None:
    found, gaps, doubts = merged(entry)

    assert len(found.permissions) == kept
    assert (gaps, doubts) == ((), (doubt,))


def item(**changes: object) -> dict[str, object]:
    principal = {"type": "GROUP", "name": "admins", "domain": "CORP"}
    return {
        "permission": "1",
        "info": {"principal": principal, "role": "-1", "propagating": True, **changes},
    }


def test_a_page_tells_what_names_no_object_and_where_it_goes_on() -> None:
    on_object = item(object={"type": "Folder", "id": "group-v3"})
    user = item(principal={"type": "user", "name": "root"}, propagating=False)

    assert page_of({"items": [item(), on_object, user], "marker": "m1"}) == (
        [ADMINS, GlobalEntry("root", is_group=False, roles=("-1",), propagate=False)],
        "m1",
    )
    assert page_of({"items": [], "marker": None}) == ([], "")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"items": {}},
        {"items": [], "marker": 7},
        {"items": [{}]},
        {"items": [item(role=-1)]},
        {"items": [item(propagating="true")]},
        {"items": [item(principal={"type": "ROBOT", "name": "x", "domain": "CORP"})]},
        {"items": [item(principal={"type": "USER", "name": "x", "domain": 1})]},
        {"items": [item(object="group-v3")]},
    ],
)
def test_what_is_no_page_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match=r"page|permission"):
        page_of(answer)


NAMES = st.sampled_from(
    ["items", "marker", "info", "object", "principal", "type", "name", "domain", "role", "GROUP"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES | st.text(max_size=3),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(NAMES, some, max_size=5),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_whatever_comes_is_a_page_or_refused(answer: object) -> None:
    try:
        entries, marker = page_of(answer)
    except ValueError:
        return
    assert isinstance(answer, dict)
    assert isinstance(marker, str)
    assert len(entries) <= len(answer["items"])
