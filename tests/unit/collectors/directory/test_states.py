"""What each kind of directory says of an account, by which attribute and since when."""

from datetime import UTC, datetime

import pytest

from accessreview.collectors.directory import last_use
from accessreview.collectors.directory.states import (
    STATE_ATTRIBUTES,
    Fact,
    account_states,
)
from accessreview.ldap.ids import Attributes
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import State

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOW_TICKS = 134167968000000000
MARCH = "2026-03-01T00:00:00Z"
AD = DirectoryKind.ACTIVE_DIRECTORY
OPENLDAP = DirectoryKind.OPENLDAP
DS389 = DirectoryKind.DS389
FREEIPA = DirectoryKind.FREEIPA
VMDIR = DirectoryKind.VMDIR


def raw(**values: str) -> Attributes:
    """Attributes by name; an underscore stands for a hyphen."""
    return {
        name.lower().replace("_", "-"): tuple(one.encode() for one in value.split("|"))
        for name, value in values.items()
    }


def facts(kind: DirectoryKind, **values: str) -> dict[State, Fact]:
    return facts_where(frozenset(), kind, **values)


def facts_where(kept: frozenset[str], kind: DirectoryKind, **values: str) -> dict[State, Fact]:
    found = account_states(raw(**values), kind, NOW, kept)
    by_state = {fact.state: fact for fact in found}
    assert len(by_state) == len(found)
    return by_state


def told(kind: DirectoryKind, **values: str) -> dict[State, tuple[str, bool]]:
    """By state since when it is, and whether it keeps the account out."""
    return {state: (fact.since, fact.bars) for state, fact in facts(kind, **values).items()}


@pytest.mark.parametrize("kind", DirectoryKind)
def test_an_account_of_which_nothing_is_said_is_in_no_state(kind: DirectoryKind) -> None:
    assert told(kind) == {}
    blank = {name.lower(): (b"",) for name in STATE_ATTRIBUTES[kind]}
    assert account_states(blank, kind, NOW, frozenset()) == ()


@pytest.mark.parametrize("kind", DirectoryKind)
def test_values_that_are_nonsense_keep_nobody_out(kind: DirectoryKind) -> None:
    for nonsense in (b"\xff\xfe", b"soon", b"1e9", b"99999999999999Z", b"-", b"0x2"):
        values = {name.lower(): (nonsense,) for name in STATE_ATTRIBUTES[kind]}
        assert not any(fact.bars for fact in account_states(values, kind, NOW, frozenset()))


@pytest.mark.parametrize(
    ("control", "states"),
    [
        ("512", {}),
        ("514", {State.DISABLED: ("", True)}),
        ("66048", {State.PASSWORD_NEVER_EXPIRES: ("", False)}),
        ("66050", {State.DISABLED: ("", True), State.PASSWORD_NEVER_EXPIRES: ("", False)}),
        ("-2147483646", {State.DISABLED: ("", True)}),
        ("528", {}),  # the bit of a lock is not maintained there
    ],
)
def test_active_directory_disables_by_a_bit(
    control: str, states: dict[State, tuple[str, bool]]
) -> None:
    assert told(AD, userAccountControl=control) == states


@pytest.mark.parametrize(
    ("ticks", "since"),
    [
        ("0", None),
        (str(2**63 - 1), None),
        (str(2**63 - 2), None),
        (str(NOW_TICKS), MARCH),
        (str(NOW_TICKS + 10), None),
        ("1", "1601-01-01T00:00:00Z"),
        ("-1", "1601-01-01T00:00:00Z"),
    ],
)
def test_active_directory_expires_accounts(ticks: str, since: str | None) -> None:
    assert told(AD, accountExpires=ticks) == (
        {} if since is None else {State.EXPIRED: (since, True)}
    )


def test_the_reason_names_attribute_and_value() -> None:
    assert facts(AD, userAccountControl="514")[State.DISABLED].reason == (
        "userAccountControl 514 (bit 0x2)"
    )
    assert facts(AD, accountExpires="17")[State.EXPIRED].reason == "accountExpires 17"
    assert facts(OPENLDAP, pwdEndTime="2025010100Z")[State.EXPIRED].reason == (
        "pwdEndTime 2025010100Z"
    )


@pytest.mark.parametrize(
    ("values", "since", "words"),
    [
        ({"lockoutTime": str(NOW_TICKS)}, MARCH, "may have passed"),
        ({"lockoutTime": "0"}, None, ""),
        (
            {"lockoutTime": str(NOW_TICKS), "msDS_User_Account_Control_Computed": "0"},
            None,
            "",
        ),
        (
            {"lockoutTime": str(NOW_TICKS), "msDS_User_Account_Control_Computed": "16"},
            MARCH,
            "(bit 0x10)",
        ),
    ],
    ids=["not computed", "not locked", "passed", "locked"],
)
def test_active_directory_computes_whether_a_lock_has_passed(
    values: dict[str, str], since: str | None, words: str
) -> None:
    found = facts(AD, **values)
    if since is None:
        assert found == {}
    else:
        assert (found[State.LOCKED].since, found[State.LOCKED].bars) == (since, False)
        assert words in found[State.LOCKED].reason


EXPIRED_PASSWORD = {"pwdLastSet": "17", "msDS_User_Account_Control_Computed": str(0x800000)}


@pytest.mark.parametrize(
    ("values", "states"),
    [
        (EXPIRED_PASSWORD, {State.PASSWORD_EXPIRED: ("", False)}),
        (
            {**EXPIRED_PASSWORD, "msDS_UserPasswordExpiryTimeComputed": str(NOW_TICKS)},
            {State.PASSWORD_EXPIRED: (MARCH, False)},
        ),
        (
            {**EXPIRED_PASSWORD, "pwdLastSet": "0"},
            {State.MUST_CHANGE_PASSWORD: ("", False)},
        ),
        ({"pwdLastSet": "0"}, {State.MUST_CHANGE_PASSWORD: ("", False)}),
        (
            {"pwdLastSet": "0", "userAccountControl": "66048"},
            {State.PASSWORD_NEVER_EXPIRES: ("", False)},
        ),
        ({"pwdLastSet": "0", "userAccountControl": "4096"}, {}),
        ({"pwdLastSet": "17"}, {}),
    ],
)
def test_an_expired_password_is_told_from_one_to_be_changed(
    values: dict[str, str], states: dict[State, tuple[str, bool]]
) -> None:
    assert told(AD, **values) == states


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"pwdAccountLockedTime": "000001010000Z"}, {State.DISABLED: ("", True)}),
        ({"pwdAccountLockedTime": "20260301000000Z"}, {State.LOCKED: (MARCH, False)}),
        ({"pwdAccountTmpLockoutEnd": "20260301000000Z"}, {}),
        ({"pwdAccountTmpLockoutEnd": "20260301000001Z"}, {State.LOCKED: ("", False)}),
        ({"pwdEndTime": "20260301000000Z"}, {State.EXPIRED: (MARCH, True)}),
        ({"pwdEndTime": "20260301010000.5+0100"}, {State.EXPIRED: (MARCH, True)}),
        ({"pwdEndTime": "20260301000001Z"}, {}),
        ({"pwdStartTime": "20270101000000Z"}, {}),
        (
            {"pwdStartTime": "20270101000000Z", "pwdEndTime": "20260601000000Z"},
            {State.DISABLED: ("", True)},
        ),
        (
            {"pwdReset": "TRUE", "pwdChangedTime": "20260301000000Z"},
            {State.MUST_CHANGE_PASSWORD: (MARCH, False)},
        ),
        ({"pwdReset": "FALSE"}, {}),
        ({"pwdGraceUseTime": "20260101000000Z"}, {State.PASSWORD_EXPIRED: ("", False)}),
        ({"shadowExpire": "20513"}, {State.EXPIRED: (MARCH, False)}),
        ({"shadowExpire": "20514"}, {}),
        ({"shadowExpire": "-1"}, {}),
    ],
)
def test_openldap_says_it_by_its_password_policy(
    values: dict[str, str], states: dict[State, tuple[str, bool]]
) -> None:
    assert told(OPENLDAP, **values) == states


def test_two_reasons_for_one_state_are_both_told_and_the_binding_one_first() -> None:
    found = facts(OPENLDAP, shadowExpire="1", pwdEndTime="20260301000000Z")[State.EXPIRED]
    assert (found.since, found.bars) == (MARCH, True)
    assert found.reason.startswith("pwdEndTime 20260301000000Z; shadowExpire 1;")


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"nsAccountLock": "true"}, {State.DISABLED: ("", True)}),
        ({"nsAccountLock": "TRUE"}, {State.DISABLED: ("", True)}),
        ({"nsAccountLock": "false"}, {}),
        ({"nsRole": "cn=nsManagedDisabledRole,dc=x"}, {}),
        ({"accountUnlockTime": "20260301000001Z"}, {State.LOCKED: ("", False)}),
        ({"accountUnlockTime": "20260301000000Z", "passwordRetryCount": "3"}, {}),
        ({"accountUnlockTime": "19700101000000Z"}, {State.LOCKED: ("", False)}),
        ({"passwordExpirationTime": "20260301000000Z"}, {State.PASSWORD_EXPIRED: (MARCH, False)}),
        ({"passwordExpirationTime": "20260301000001Z"}, {}),
        (
            {"passwordExpirationTime": "19700101000000Z"},
            {State.MUST_CHANGE_PASSWORD: ("", False)},
        ),
        ({"pwdReset": "TRUE"}, {State.MUST_CHANGE_PASSWORD: ("", False)}),
        ({"krbPrincipalExpiration": "20260301000000Z"}, {State.EXPIRED: (MARCH, False)}),
    ],
)
def test_389_says_it_by_locks_and_roles(
    values: dict[str, str], states: dict[State, tuple[str, bool]]
) -> None:
    assert told(DS389, **values) == states


def test_389_names_the_role_that_disables() -> None:
    roles = "cn=staff,dc=x|CN=nsDisabledRole, dc=x"
    fact = facts(DS389, nsAccountLock="true", nsRole=roles)[State.DISABLED]
    assert fact.reason == "nsAccountLock true, by the role CN=nsDisabledRole, dc=x"


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"nsAccountLock": "TRUE"}, {State.DISABLED: ("", True)}),
        ({"krbPrincipalExpiration": "20260301000000Z"}, {State.EXPIRED: (MARCH, True)}),
        ({"krbPrincipalExpiration": "20260301000001Z"}, {}),
        ({"krbPrincipalExpiration": "19700101000000Z"}, {}),
        ({"krbPasswordExpiration": "20260301000000Z"}, {State.PASSWORD_EXPIRED: (MARCH, False)}),
        (
            {
                "krbPasswordExpiration": "20260301000000Z",
                "krbLastPwdChange": "20260301000000Z",
            },
            {State.MUST_CHANGE_PASSWORD: (MARCH, False)},
        ),
        ({"krbLastSuccessfulAuth": "20260301000000Z"}, {State.USED: (MARCH, False)}),
    ],
)
def test_freeipa_says_it_by_kerberos_as_well(
    values: dict[str, str], states: dict[State, tuple[str, bool]]
) -> None:
    assert told(FREEIPA, **values) == states


def test_vcenters_own_directory_says_it_by_bits() -> None:
    assert told(VMDIR, userAccountControl="0") == {}
    assert told(VMDIR, userAccountControl="2") == {State.DISABLED: ("", True)}
    assert told(VMDIR, userAccountControl=str(0x800010)) == {
        State.LOCKED: ("", False),
        State.PASSWORD_EXPIRED: ("", False),
    }


def test_the_latest_use_counts_with_what_it_is_worth() -> None:
    def used(**values: str) -> tuple[str, str]:
        fact = facts(AD, **values)[State.USED]
        return fact.since, fact.reason.split(",")[0]

    late, early = str(NOW_TICKS), "116444736000000000"
    assert used(lastLogonTimestamp=late, lastLogon=early) == (MARCH, "lastLogonTimestamp")
    assert used(lastLogonTimestamp=early, lastLogon=late) == (MARCH, "lastLogon")
    assert "up to 14 days late" in facts(AD, lastLogonTimestamp=late)[State.USED].reason
    assert facts(OPENLDAP, authTimestamp="20260301000000Z")[State.USED].since == MARCH


def test_never_used_is_said_only_where_last_uses_are_kept() -> None:
    used = raw(lastLogonTimestamp=str(NOW_TICKS))
    unused = {"lastLogon": "0", "whenCreated": "20260301000000.0Z"}
    kept = last_use.kept([raw(**unused), used], AD)
    assert facts_where(kept, AD, **unused)[State.NEVER_USED].since == MARCH
    assert State.NEVER_USED not in facts_where(last_use.kept([raw(**unused)], AD), AD, **unused)
    assert State.NEVER_USED not in facts_where(kept, AD), "both attributes may be hidden"
    assert State.NEVER_USED not in facts_where(kept, AD, lastLogon=str(NOW_TICKS))


def test_never_used_where_a_password_policy_keeps_last_uses() -> None:
    kept = last_use.kept([raw(pwdLastSuccess="20260301000000Z")], OPENLDAP)
    fact = facts_where(kept, OPENLDAP, createTimestamp="20260301000000Z")[State.NEVER_USED]
    assert fact.since == MARCH
    assert fact.reason.startswith("no pwdLastSuccess, which others have")
    assert facts_where(last_use.kept([raw()], OPENLDAP), OPENLDAP) == {}
