"""Removals that do not do what one would think: they give access, or they leave it as it was."""

from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import explain
from accessreview.analysis.simulate import simulate
from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.snapshot import Snapshot


def _account(snapshot: Snapshot, login: str) -> AccountRef:
    rows = snapshot["accounts"].rows()
    (found,) = {row[1] for row in rows if row[2] == login and row[0] == "halden"}
    return AccountRef("halden", found)


def _group(snapshot: Snapshot, name: str) -> GroupRef:
    (found,) = {row[1] for row in snapshot["groups"].rows() if row[2] == name}
    return GroupRef("halden", found)


def _entity(snapshot: Snapshot, name: str) -> EntityRef:
    rows = snapshot["entities"].rows()
    (found,) = {row[1] for row in rows if row[3] == name and row[0] == "vc-oslo"}
    return EntityRef("vc-oslo", found)


def test_taking_an_external_administrator_out_of_a_group_gives_her_access(
    snapshot: Snapshot, estate: Estate
) -> None:
    tess = _account(snapshot, "adm-tess.morgan")

    change = simulate(estate, without_members=[(_group(snapshot, "GG-External-Admins"), tess)])

    assert not change.lost
    assert {(shift.account, shift.entity.vcenter) for shift in change.gained} == {(tess, "vc-oslo")}
    assert all("VirtualMachine.Interact.PowerOn" in shift.privileges for shift in change.gained)


def test_removing_no_access_from_a_person_gives_her_access(
    snapshot: Snapshot, estate: Estate
) -> None:
    payroll = _entity(snapshot, "tpl-payroll")
    folder = next(row[4] for row in snapshot["entities"].rows() if row[1] == payroll.id)
    key = PermissionKey(EntityRef("vc-oslo", folder), "HALDEN\\julia.santos", is_group=False)

    change = simulate(estate, without_permissions=[key])

    assert not change.lost
    assert {shift.account for shift in change.gained} == {_account(snapshot, "julia.santos")}


def test_leaving_one_of_two_nested_groups_changes_nothing_for_who_is_in_both(
    snapshot: Snapshot, estate: Estate
) -> None:
    chidi = _account(snapshot, "chidi.okafor")

    change = simulate(estate, without_members=[(_group(snapshot, "GG-Storage-Oslo"), chidi)])

    assert (change.gained, change.lost) == ((), ())


def test_membership_reaches_through_five_groups(snapshot: Snapshot, estate: Estate) -> None:
    grants = explain(estate, _account(snapshot, "samuel.osei"), _entity(snapshot, "wms-app-07"))

    assert ("samuel.osei", "GG-Oslo-Night-Shift", "GG-Platform-Oslo", "GG-Platform-Teams") in {
        grant.via[:4] for grant in grants if len(grant.groups) == 5
    }
