"""Which states of whose accounts people get to see."""

from datetime import UTC, datetime

from accessreview.model.snapshot import State
from accessreview.services.queries.conditions import AccountCondition, Condition, Conditions
from tests.company import Company


def of(company: Company, identity: str) -> tuple[AccountCondition, ...]:
    return Conditions(company.snapshot()).of(identity)


def with_states(*rows: tuple[str, str, str, str]) -> Company:
    company = Company()
    company.rows["states"] = [("dir", *row) for row in rows]
    return company


def test_every_account_of_a_person_is_told_with_its_states_in_order() -> None:
    company = with_states(
        ("amy", "used", "2026-02-01T00:00:00Z", "lastLogonTimestamp, up to 14 days late"),
        ("amy-adm", "never-used", "", "no lastLogonTimestamp"),
        ("amy-adm", "locked", "2026-02-02T00:00:00Z", "lockoutTime 1"),
        ("ben", "locked", "", "lockoutTime 1"),
    )
    assert of(company, "amy") == (
        AccountCondition(
            "amy",
            "dir",
            enabled=True,
            conditions=(
                Condition(
                    State.USED,
                    datetime(2026, 2, 1, tzinfo=UTC),
                    "lastLogonTimestamp, up to 14 days late",
                ),
            ),
        ),
        AccountCondition(
            "amy-adm",
            "dir",
            enabled=True,
            conditions=(
                Condition(State.LOCKED, datetime(2026, 2, 2, tzinfo=UTC), "lockoutTime 1"),
                Condition(State.NEVER_USED, None, "no lastLogonTimestamp"),
            ),
        ),
    )


def test_whoever_is_in_no_state_is_left_out() -> None:
    assert of(Company(), "dan") == ()
    assert of(Company(), "nobody") == ()
    assert of(Company(), "") == ()


def test_what_the_row_of_the_account_says_comes_out_without_a_reason() -> None:
    (eve,) = of(Company(), "eve")
    assert (eve.enabled, eve.conditions) == (False, (Condition(State.DISABLED),))
    (backup,) = of(Company(), "dir/backup")
    assert backup.conditions == (Condition(State.SERVICE_PRINCIPAL),)


def test_a_state_that_says_it_better_replaces_what_the_row_says() -> None:
    company = with_states(
        ("eve", "expired", "2026-02-01T00:00:00Z", "accountExpires 1"),
        ("backup", "managed-service", "", "objectClass x"),
    )
    ((gone,), (service,)) = (of(company, who)[0].conditions for who in ("eve", "dir/backup"))
    assert (gone.state, service.state) == (State.EXPIRED, State.MANAGED_SERVICE)


def test_an_account_of_a_person_is_no_person_of_its_own() -> None:
    company = with_states(("amy", "locked", "", "lockoutTime 1"))
    assert of(company, "dir/amy") == ()
    assert of(company, "vc/amy") == ()


def test_the_same_id_in_another_directory_is_another_account() -> None:
    company = with_states(("amy", "locked", "", "lockoutTime 1"))
    snapshot = company.snapshot()
    elsewhere = Conditions(snapshot).of("amy")
    assert [one.login for one in elsewhere] == ["amy"]
