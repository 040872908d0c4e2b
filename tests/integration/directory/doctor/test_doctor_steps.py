"""What ``accessreview doctor`` looks at in real directories, step by step."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.model.snapshot import Snapshot
from accessreview.settings import load_settings
from accessreview.snapshot.compose import compose
from tests.integration.directory.doctor.doctored import (
    CANARY,
    IN_SLAPD,
    OPS,
    REFUSING,
    Parts,
    World,
    active_directory,
    configured,
    doctor,
    of_389,
    openldap,
    rows,
    told,
)
from tests.servers.adproxy import running_adproxy
from tests.servers.certificates import issue
from tests.servers.ds389 import SUFFIX as DS_SUFFIX
from tests.servers.ldap_relay import At, Deed, Misbehaviour, running_ldap_relay
from tests.servers.samba import AD, ADDRESSES
from tests.servers.slapd import SUFFIX
from tests.snapshots import INVENTORY, NOON, PEOPLE, SOURCES, a_reading

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", REFUSING, *ADDRESSES])]


@pytest.mark.parametrize(
    "settings",
    [
        lambda world: openldap(world.slapd),
        lambda world: openldap(world.slapd, port=world.slapd.port, security="starttls"),
        lambda world: openldap(
            world.slapd,
            ca_file="",
            pin_sha256=world.slapd.certificate.sha256,
            kind="ldap",
            bases=[],
        ),
        lambda world: of_389(
            world.ds389, bind_dn=f"cn=remedy,{DS_SUFFIX}", password="remedy-secret"
        ),
        lambda world: active_directory(world.samba),
        lambda world: active_directory(world.samba, security="starttls"),
    ],
    ids=["slapd", "slapd-starttls", "slapd-as-it-says", "389", "samba", "samba-starttls"],
)
def test_a_directory_in_good_order_passes_every_step(
    world: World, settings: Callable[[World], Parts]
) -> None:
    result = doctor(configured(world.folder, settings(world)), "--json")
    found = rows(result)
    assert result.exit_code == 0, found
    assert {row["verdict"] for row in found} <= {"ok", "skipped"}, found
    told = {row["step"]: row["sentence"] for row in found}
    assert re.search(r"SHA-256: [0-9a-f]{64}$", told["certificate"])
    assert re.search(r"has the most members, [1-9]", told["largest"])


def test_a_group_that_comes_in_parts_is_counted_whole(world: World) -> None:
    with running_adproxy(world.samba.address, values=15, page=20) as port:
        parts = active_directory(world.samba, host="127.0.0.1", port=port, security="plain")
        found = {
            row["step"]: row for row in rows(doctor(configured(world.folder, parts), "--json"))
        }
    assert found["trust"]["verdict"] == "warning"
    assert "CN=many" in found["largest"]["sentence"]
    assert "the most members, 31, and shows every one" in found["largest"]["sentence"]


def test_a_server_that_knows_no_paging_is_told_from_limits(world: World) -> None:
    knows_none = Misbehaviour(Deed.RESULT, At.PAGE, always=True, code=12)
    with running_ldap_relay("127.0.0.1", world.slapd.port, knows_none) as relay:
        parts = openldap(world.slapd, port=relay.port, security="plain")
        verdict, sentence = told(world.folder, parts, "paging")
    assert verdict == "failed"
    assert "no pages, not even of one entry (code 12): let it read in pages" in sentence


def test_a_certificate_that_ends_soon_is_warned_of(world: World) -> None:
    shown = issue(world.authority, world.folder, lifetime=timedelta(days=3))
    with world.slapds(IN_SLAPD, certificate=shown) as slapd:
        verdict, sentence = told(world.folder, openldap(slapd), "certificate")
    assert verdict == "warning"
    assert ": have it renewed soon. SHA-256: " in sentence


def test_after_the_connection_is_lost_nothing_else_is_blamed(world: World) -> None:
    hangs_up = Misbehaviour(Deed.HANG_UP, At.ENTRY, 4)
    with running_ldap_relay("127.0.0.1", world.slapd.port, hangs_up) as relay:
        parts = openldap(world.slapd, port=relay.port, security="plain")
        found = rows(doctor(configured(world.folder, parts), "--json"))
    (failed,) = [row for row in found if row["verdict"] == "failed"]
    assert failed["step"] == "accounts"
    assert failed["sentence"].startswith("After 0 accounts it went no further: the connection")
    assert {row["sentence"] for row in found[found.index(failed) + 1 :]} == {
        "Not tried, because the connection is lost."
    }


def test_an_account_that_reads_is_warned_of_when_it_may_write(world: World) -> None:
    verdict, sentence = told(world.folder, active_directory(world.samba, "remedy"), "rights")
    assert verdict == "warning"
    assert sentence.startswith(f"The account may change the members of CN=many,{AD.groups}: take")


def test_a_clock_that_is_wrong_is_warned_of(world: World) -> None:
    verdict, sentence = told(world.folder, active_directory(world.samba), "clock")
    assert (verdict, sentence[:20]) == ("ok", "The clocks differ by")


def test_canaries_are_looked_for_by_login_and_by_principal_name(world: World) -> None:
    here = {"canary_accounts": ["ANN", "CORP\\ben"], "canary_groups": ["admins@corp"]}
    parts = openldap(world.slapd, completeness=here)
    assert told(world.folder, parts, "canaries") == ("ok", "Every one is found (3).")
    parts = openldap(world.slapd, completeness=here | {"canary_groups": ["admin"]})
    verdict, sentence = told(world.folder, parts, "canaries")
    assert verdict == "failed"
    assert sentence.startswith("Not found is the group admin: let the account")


@pytest.mark.parametrize(
    ("host", "verdict", "words"),
    [
        ("127.0.0.1", "ok", "127.0.0.1 answers, is trusted and lets the account in."),
        (REFUSING, "failed", f"{REFUSING}: Nothing listens at {REFUSING}:"),
        ("dir.invalid", "failed", "dir.invalid: The host name dir.invalid cannot be looked up"),
    ],
)
def test_other_hosts_are_tried_to_the_end_even_if_the_first_one_fails(
    world: World, host: str, verdict: str, words: str
) -> None:
    parts = openldap(world.slapd, host=REFUSING, fallback_hosts=[host])
    found = told(world.folder, parts, "fallback")
    assert found[0] == verdict
    assert found[1].startswith(words)


@pytest.mark.parametrize(
    ("password", "verdict"), [("remedy-secret", "ok"), (CANARY, "failed")], ids=["right", "wrong"]
)
def test_the_account_that_writes_is_tried_as_well(
    world: World, password: str, verdict: str
) -> None:
    (world.folder / "remedy.password").write_text(password, encoding="utf-8")
    writer = {
        "username": f"cn=remedy,{SUFFIX}",
        "password_file": str(world.folder / "remedy.password"),
    }
    assert (
        told(world.folder, openldap(world.slapd, remediation=writer), "remediation")[0] == verdict
    )


@pytest.mark.parametrize(
    ("id_", "verdict", "words"),
    [
        (OPS, "ok", "Every group of this directory that they name is found (1)."),
        ("gone", "failed", "Not found is CORP\\ops: let the account that is used here read it"),
    ],
)
def test_groups_that_permissions_name_have_to_be_found(
    world: World, id_: str, verdict: str, words: str
) -> None:
    parts = openldap(world.slapd)
    settings = load_settings(configured(world.folder, dict(parts)))
    prepare(settings)
    application = build(settings)
    try:
        application.collection.store(OPERATOR, a_snapshot_with_ops(id_), "a test")
    finally:
        application.database.close()
    found = told(world.folder, parts, "permissions")
    assert found[0] == verdict
    assert found[1].startswith(words)


def a_snapshot_with_ops(id_: str) -> Snapshot:
    """A permission names the group ``ops``, which had that id."""
    people = {
        name: [tuple(id_ if value == "g1" else value for value in row) for row in rows_]
        for name, rows_ in PEOPLE.items()
    }
    return compose(NOON, [a_reading(SOURCES[0], INVENTORY), a_reading(SOURCES[1], people)])
