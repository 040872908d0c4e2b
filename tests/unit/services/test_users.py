from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.model.errors import ConflictError, InputError, NotAllowedError
from accessreview.model.user import Authorization, User, UserRole
from accessreview.passwords import Argon2Passwords
from accessreview.services.users import UserAdministration
from tests.fakes import FixedClock, SequentialIds, fresh_database
from tests.tool import ADMINISTRATOR, CHEAP, PASSWORD


@pytest.fixture
def users(tmp_path: Path) -> Iterator[UserAdministration]:
    database = fresh_database(tmp_path)
    yield UserAdministration(database, FixedClock(), SequentialIds(), Argon2Passwords(CHEAP))
    database.close()


def _add(users: UserAdministration, **changes: object) -> User:
    values: dict[str, object] = {
        "login": "ana",
        "display_name": "Ana",
        "mail": "",
        "role": UserRole.REVIEWER,
        "identity": "ana",
        "password": PASSWORD,
        **changes,
    }
    return users.add(ADMINISTRATOR, **values)  # type: ignore[arg-type]


def test_a_password_is_kept_as_a_hash_only(users: UserAdministration) -> None:
    user = _add(users)
    assert PASSWORD not in user.password_hash
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"login": "two words"}, "no spaces"),
        ({"login": ""}, "1 to 100"),
        ({"display_name": " "}, "The name"),
        ({"mail": "nobody"}, "mail address"),
        ({"mail": "a@b\r\nBcc: c@d"}, "mail address"),
        ({"password": "short"}, "12 to 1024"),
        ({"login": "a-login-as-password", "password": "A-login-as-password"}, "not be the login"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_said(
    users: UserAdministration, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        _add(users, **changes)
    assert not users.list(ADMINISTRATOR)


def test_a_login_is_taken_in_whatever_case(users: UserAdministration) -> None:
    _add(users)
    with pytest.raises(ConflictError):
        _add(users, login="ANA")


def test_the_last_administrator_and_oneself_cannot_be_shut_out(users: UserAdministration) -> None:
    first = _add(users, login="first", role=UserRole.ADMINISTRATOR)
    with pytest.raises(ConflictError, match="last enabled administrator"):
        users.disable(ADMINISTRATOR, first.id)
    second = _add(users, login="second", role=UserRole.ADMINISTRATOR)
    with pytest.raises(ConflictError, match="cannot disable yourself"):
        users.disable(Authorization("SECOND", UserRole.ADMINISTRATOR), second.id)
    users.disable(ADMINISTRATOR, first.id)
    with pytest.raises(ConflictError, match="last enabled administrator"):
        users.disable(ADMINISTRATOR, second.id)


@pytest.mark.parametrize("role", [UserRole.REVIEWER, UserRole.AUDITOR])
def test_only_administrators_administer_users(users: UserAdministration, role: UserRole) -> None:
    user = _add(users)
    actor = Authorization("ana", role)
    for attempt in (
        lambda: users.list(actor),
        lambda: users.disable(actor, user.id),
        lambda: users.enable(actor, user.id),
        lambda: users.set_password(actor, user.id, PASSWORD),
    ):
        with pytest.raises(NotAllowedError):
            attempt()


def test_ones_own_password_is_changed_by_who_knows_it(users: UserAdministration) -> None:
    before = _add(users)
    actor = Authorization("ana", UserRole.REVIEWER, "ana")
    with pytest.raises(NotAllowedError):
        users.change_own_password(actor, "wrong", "a new long password")
    with pytest.raises(InputError):
        users.change_own_password(actor, PASSWORD, "short")
    users.change_own_password(actor, PASSWORD, "a new long password")
    (after,) = users.list(ADMINISTRATOR)
    assert after.password_hash != before.password_hash


def test_everything_done_to_a_user_is_recorded_without_the_password(
    users: UserAdministration,
) -> None:
    user = _add(users)
    users.disable(ADMINISTRATOR, user.id)
    users.enable(ADMINISTRATOR, user.id)
    users.set_password(ADMINISTRATOR, user.id, "a new long password")
    with users.database.reading() as work:
        events = work.audit.list()
    assert [event.action for event in events] == [
        "user:add",
        "user:disable",
        "user:enable",
        "user:password:change",
    ]
    assert "password" not in "".join(str(dict(event.details)) for event in events)
