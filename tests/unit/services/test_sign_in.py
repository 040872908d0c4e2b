from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from typing_extensions import override

from accessreview.model.errors import NotAllowedError
from accessreview.model.user import UserRole
from accessreview.passwords import Argon2Passwords
from accessreview.services.sign_in import GUESSES, SignIn
from accessreview.services.users import UserAdministration
from accessreview.storage.database import SqlDatabase
from accessreview.system import new_token
from tests.fakes import FixedClock, SequentialIds, fresh_database
from tests.tool import ADMINISTRATOR, CHEAP, PASSWORD


class CountingHasher(PasswordHasher):
    """Counts verifications: what an outsider could time."""

    verified = 0

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += 1
        return CHEAP.verify(hash, password)


@dataclass
class Door:
    database: SqlDatabase
    clock: FixedClock
    hasher: CountingHasher
    sign_in: SignIn
    users: UserAdministration

    def events(self, action: str) -> list[tuple[str, dict[str, str]]]:
        with self.database.reading() as work:
            return [
                (event.actor, dict(event.details))
                for event in work.audit.list()
                if event.action == action
            ]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    database, clock = fresh_database(tmp_path), FixedClock()
    counting = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    hasher = Argon2Passwords(counting)
    users = UserAdministration(database, clock, SequentialIds(), hasher)
    users.add(
        ADMINISTRATOR,
        login="Ana",
        display_name="Ana",
        mail="",
        role=UserRole.REVIEWER,
        identity="ana",
        password=PASSWORD,
    )
    yield Door(database, clock, counting, SignIn(database, clock, hasher, new_token), users)
    database.close()


def test_a_right_password_opens_a_session_and_the_record_says_so(door: Door) -> None:
    user, token = door.sign_in.sign_in(" ana ", PASSWORD)
    assert user.login == "Ana"
    resumed = door.sign_in.resume(token)
    assert resumed is not None
    assert resumed[0] == user
    assert door.events("session:open") == [("Ana", {})]


def test_every_refusal_is_recorded_and_an_unknown_login_is_not_written_down(door: Door) -> None:
    for login in ("ana", "my-password-by-mistake"):
        with pytest.raises(NotAllowedError):
            door.sign_in.sign_in(login, "wrong")
    assert door.events("session:refuse") == [
        ("Ana", {"reason": "login or password wrong"}),
        ("unknown", {"reason": "login or password wrong"}),
    ]


def test_an_unknown_login_costs_as_much_as_a_known_one(door: Door) -> None:
    for login in ("ana", "nobody"):
        before = door.hasher.verified
        with pytest.raises(NotAllowedError):
            door.sign_in.sign_in(login, "wrong")
        assert door.hasher.verified == before + 1


@pytest.mark.parametrize("login", ["ana", "nobody"])
def test_after_ten_guesses_even_the_right_password_has_to_wait(door: Door, login: str) -> None:
    for _ in range(GUESSES):
        with pytest.raises(NotAllowedError, match="not right"):
            door.sign_in.sign_in(login, "wrong")
    with pytest.raises(NotAllowedError, match="too many failed attempts"):
        door.sign_in.sign_in(login, PASSWORD)
    door.clock.move(minutes=15, seconds=1)
    if login == "ana":
        door.sign_in.sign_in(login, PASSWORD)


def test_a_success_forgets_the_failures_before_it(door: Door) -> None:
    for _ in range(3):
        for _ in range(GUESSES - 1):
            with pytest.raises(NotAllowedError):
                door.sign_in.sign_in("ana", "wrong")
        door.sign_in.sign_in("ANA", PASSWORD)


def test_a_disabled_user_is_refused_in_the_same_words(door: Door) -> None:
    user, token = door.sign_in.sign_in("ana", PASSWORD)
    door.users.disable(ADMINISTRATOR, user.id)
    assert door.sign_in.resume(token) is None
    with pytest.raises(NotAllowedError, match="not right"):
        door.sign_in.sign_in("ana", PASSWORD)


def test_values_are_kept_with_a_session_and_die_with_it(door: Door) -> None:
    _, token = door.sign_in.sign_in("ana", PASSWORD)
    door.sign_in.save_values(token, "kept")
    resumed = door.sign_in.resume(token)
    assert resumed is not None
    assert resumed[1] == "kept"
    door.sign_in.sign_out(token)
    door.sign_in.save_values(token, "too late")
    assert door.sign_in.resume(token) is None
    assert door.events("session:close") == [("Ana", {})]


def test_signing_out_twice_is_recorded_once(door: Door) -> None:
    _, token = door.sign_in.sign_in("ana", PASSWORD)
    door.sign_in.sign_out(token)
    door.sign_in.sign_out(token)
    assert len(door.events("session:close")) == 1


def test_an_endless_password_is_refused(door: Door) -> None:
    with pytest.raises(NotAllowedError):
        door.sign_in.sign_in("ana", PASSWORD + "x" * 100_000)
