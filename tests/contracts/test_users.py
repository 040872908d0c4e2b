"""Users, sessions and failed sign-ins."""

from datetime import timedelta

import pytest

from accessreview.model.errors import ConflictError, NotFoundError
from accessreview.model.user import UserRole, UserSession
from accessreview.storage.database import SqlDatabase
from tests.contracts.samples import a_user, record
from tests.fakes import START


def a_session(token: str, user: str, minutes: int = 0) -> UserSession:
    return UserSession(
        token_digest=token,
        user=user,
        created_at=START,
        last_seen_at=START + timedelta(minutes=minutes),
        values='{"flash":[]}',
    )


def test_a_user_comes_back_as_saved_last(database: SqlDatabase) -> None:
    changed = a_user(1, role=UserRole.AUDITOR, enabled=False, login="anna")

    with database.writing() as work:
        work.users.add(a_user(2))
        work.users.add(a_user(1))
        work.users.save(changed)
        record(work)

    with database.reading() as work:
        assert work.users.get("user-1") == changed
        assert work.users.by_login("ANNA") == changed
        assert work.users.by_login("ann1") is None
        assert work.users.list() == [a_user(2), changed]


def test_a_login_is_taken_whatever_its_case(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.users.add(a_user(1, login="Straße"))
        with pytest.raises(ConflictError, match="STRASSE is taken"):
            work.users.add(a_user(2, login="STRASSE"))
        work.users.add(a_user(2))
        with pytest.raises(ConflictError, match="taken"):
            work.users.save(a_user(2, login="strasse"))
        record(work)

    with database.reading() as work:
        assert work.users.list() == [a_user(2), a_user(1, login="Straße")]


def test_a_user_who_is_not_there_cannot_be_saved(database: SqlDatabase) -> None:
    with pytest.raises(NotFoundError), database.writing() as work:
        work.users.save(a_user())


def test_a_session_is_replaced_and_ended(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.users.add(a_user(1))
        work.users.add(a_user(2))
        for token, user in (("a", "user-1"), ("b", "user-1"), ("c", "user-2")):
            work.sessions.put(a_session(token, user))
        record(work)
    with database.writing() as work:
        work.sessions.put(a_session("a", "user-1", minutes=5))
        work.sessions.delete("c")
        assert work.sessions.get("a") == a_session("a", "user-1", minutes=5)
        assert work.sessions.get("c") is None
    with database.writing() as work:
        work.sessions.delete_of_user("user-1")

    with database.reading() as work:
        assert work.sessions.get("a") is work.sessions.get("b") is None


def test_failed_sign_ins_are_counted_a_login_from_a_moment_on(database: SqlDatabase) -> None:
    with database.writing() as work:
        for minute in range(4):
            work.sign_in_failures.add("Ann", START + timedelta(minutes=minute))
        work.sign_in_failures.add("bob", START)

    with database.writing() as work:
        assert work.sign_in_failures.since("ANN", START + timedelta(minutes=2)) == 2
        work.sign_in_failures.clear("ann")
        assert work.sign_in_failures.since("ann", START) == 0
        assert work.sign_in_failures.since("bob", START) == 1
