"""Roles, permissions and coverage of a translated reading."""

from dataclasses import replace

from accessreview.collectors.vcenter.raw import RawPermission, RawRole
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.vcenter.estate import ROLES, SOURCE, entity, raw, read, rows

ADMIN = RawPermission("group-d1", r"CORP\admins", is_group=True, role=-1, propagate=True)


def test_a_whole_vcenter_is_read_in_full() -> None:
    reading = read(raw(permissions=(ADMIN,)))

    assert reading.source == SOURCE
    assert rows(reading, "permissions") == {("group-d1", r"CORP\admins", "true", "-1", "true")}


def test_roles_keep_negative_ids_and_their_system_flag() -> None:
    reading = read(raw())

    assert rows(reading, "roles") == {
        ("-1", "Admin", "true"),
        ("-5", "NoAccess", "true"),
        ("-974337264", "operators", "false"),
    }
    assert ("-1", "VirtualMachine.Interact.PowerOn") in rows(reading, "role_privileges")
    assert not {row for row in rows(reading, "role_privileges") if row[0] == "-5"}


def test_a_global_permission_has_no_entity() -> None:
    reading = read(raw(permissions=(replace(ADMIN, entity=""),)))

    assert rows(reading, "permissions") == {("", r"CORP\admins", "true", "-1", "true")}
    assert reading.source.coverage is Coverage.FULL


def test_a_permission_reported_on_a_sharing_child_is_stated_on_the_owner() -> None:
    reading = read(raw(permissions=(replace(ADMIN, entity="group-v3"),)))

    assert rows(reading, "permissions") == {("datacenter-2", r"CORP\admins", "true", "-1", "true")}


def test_a_permission_reported_on_owner_and_child_is_one() -> None:
    on_owner = replace(ADMIN, entity="datacenter-2")
    reading = read(raw(permissions=(on_owner, replace(ADMIN, entity="group-h4"))))

    assert len(reading.tables["permissions"]) == 1
    assert reading.source.coverage is Coverage.FULL


def test_contradicting_permissions_of_one_key_are_a_gap_and_not_a_duplicate_row() -> None:
    shouted = replace(ADMIN, principal=r"corp\ADMINS", role=-5)
    reading = read(raw(permissions=(ADMIN, shouted)))

    assert rows(reading, "permissions") == {("group-d1", r"CORP\admins", "true", "-1", "true")}
    assert reading.source.coverage is Coverage.PARTIAL
    assert r"role -5 for group corp\ADMINS on group-d1" in reading.source.gaps[0]


def test_a_user_and_a_group_of_one_name_are_two_principals() -> None:
    reading = read(raw(permissions=(ADMIN, replace(ADMIN, is_group=False, role=-5))))

    assert len(reading.tables["permissions"]) == 2
    assert reading.source.coverage is Coverage.FULL


def test_a_permission_on_an_unread_entity_is_left_out_and_said() -> None:
    reading = read(raw(permissions=(ADMIN, replace(ADMIN, entity="vm-99"))))

    assert len(reading.tables["permissions"]) == 1
    assert reading.source.coverage is Coverage.PARTIAL
    assert reading.source.gaps == (
        r"A permission is on an entity that was not read: role -1 for group CORP\admins on vm-99.",
    )


def test_a_permission_with_an_unread_role_is_left_out_and_said() -> None:
    reading = read(raw(permissions=(replace(ADMIN, role=77),)))

    assert len(reading.tables["permissions"]) == 0
    assert "role 77" in reading.source.gaps[0]


def test_a_permission_without_a_principal_is_left_out_and_said() -> None:
    reading = read(raw(permissions=(replace(ADMIN, principal=""),)))

    assert len(reading.tables["permissions"]) == 0
    assert reading.source.coverage is Coverage.PARTIAL


def test_a_role_reported_twice_differently_is_a_gap() -> None:
    reading = read(
        raw(roles=(*ROLES, RawRole(-5, "NoAccess", system=True, privileges=("System.Read",))))
    )

    assert len(reading.tables["roles"]) == len(ROLES)
    assert reading.source.coverage is Coverage.PARTIAL


def test_a_gap_of_the_reader_makes_the_reading_partial() -> None:
    reading = read(raw(gaps=("The names of 3 entities were refused.",)))

    assert reading.source.coverage is Coverage.PARTIAL
    assert reading.source.gaps == ("The names of 3 entities were refused.",)


def test_what_the_source_says_beforehand_is_kept_and_lowers_nothing() -> None:
    noted = replace(SOURCE, gaps=("Global permissions are not read.",))

    assert read(raw(), noted).source == noted


def test_a_source_that_is_partial_already_stays_so() -> None:
    partial = replace(SOURCE, coverage=Coverage.PARTIAL)

    assert read(raw(), partial).source.coverage is Coverage.PARTIAL


def test_many_gaps_of_a_kind_are_one_sentence_with_their_count() -> None:
    lost = tuple(replace(ADMIN, entity=f"vm-{number}") for number in range(100, 112))
    reading = read(raw(entity("vm-17"), permissions=lost))

    assert len(reading.source.gaps) == 1
    assert reading.source.gaps[0].endswith("on vm-104; and 7 more.")
