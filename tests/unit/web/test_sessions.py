from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.tool import ADMINISTRATOR, PASSWORD, Tool, tool

OpenBrowser = Callable[[str], Browser]


def _token(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def _is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def test_a_session_that_was_signed_out_cannot_be_replayed(browser: OpenBrowser) -> None:
    here = browser("ben")
    token = _token(here)
    assert here.post("/sign-out").status_code == 303
    here.client.set_cookie("session", token)
    assert not _is_in(here)


def test_signing_in_never_takes_over_a_token_that_was_there_before(browser: OpenBrowser) -> None:
    here = browser("")
    here.client.set_cookie("session", "planted-by-somebody")
    here.sign_in("ben")
    assert _token(here) != "planted-by-somebody"
    assert len(_token(here)) >= 43


def test_a_second_sign_in_gives_a_second_token(browser: OpenBrowser) -> None:
    assert _token(browser("ben")) != _token(browser("ben"))


def test_a_disabled_user_is_out_at_once(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("ben")
    users = {user.login: user for user in whole.application.users.list(ADMINISTRATOR)}
    whole.application.users.disable(ADMINISTRATOR, users["ben"].id)
    assert not _is_in(here)


def test_a_new_password_ends_all_sessions(browser: OpenBrowser) -> None:
    here, elsewhere = browser("ben"), browser("ben")
    answer = here.post(
        "/password", current=PASSWORD, new="another long one", again="another long one"
    )
    assert answer.status_code == 303
    assert not _is_in(here)
    assert not _is_in(elsewhere)
    assert here.sign_in("ben", "another long one").status_code == 303


@pytest.mark.parametrize("minutes", [60, 12 * 60])
def test_an_idle_session_ends(whole: Tool, browser: OpenBrowser, minutes: int) -> None:
    here = browser("ben")
    whole.clock.move(minutes=minutes)
    assert not _is_in(here)


def test_a_session_in_use_lives_on_but_never_beyond_twelve_hours(
    whole: Tool, browser: OpenBrowser
) -> None:
    here = browser("ben")
    for _ in range(23):
        whole.clock.move(minutes=30)
        assert _is_in(here)
    whole.clock.move(minutes=30)
    assert not _is_in(here)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser: OpenBrowser, tmp_path: Path
) -> None:
    plain = browser("").sign_in("ben").headers.getlist("Set-Cookie")
    assert any(
        cookie.startswith("session=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
        for cookie in plain
    )
    with tool(tmp_path, secure=True) as made:
        client = made.app.test_client()
        here = Browser(client)
        client.get("/sign-in", base_url="https://localhost")
        secret = here.secret_over_tls("/sign-in")
        answer = client.post(
            "/sign-in",
            base_url="https://localhost",
            headers={"Referer": "https://localhost/sign-in"},
            data={"csrf_token": secret, "login": "ben", "password": PASSWORD},
        )
        cookies = answer.headers.getlist("Set-Cookie")
        assert any(
            cookie.startswith("__Host-session=") and "Secure" in cookie and "Path=/" in cookie
            for cookie in cookies
        )
        assert "Strict-Transport-Security" in answer.headers


def test_no_token_and_no_password_is_ever_stored(
    whole: Tool, browser: OpenBrowser, tmp_path: Path
) -> None:
    token = _token(browser("ben"))
    whole.application.database.close()
    for file in tmp_path.rglob("*.db*"):
        content = file.read_bytes()
        assert token.encode() not in content
        assert PASSWORD.encode() not in content


def test_a_wrong_password_is_told_in_the_same_words_as_an_unknown_login(
    browser: OpenBrowser,
) -> None:
    here = browser("")
    wrong = here.sign_in("ben", "not the password")
    unknown = here.sign_in("nobody", "not the password")
    assert wrong.status_code == unknown.status_code == 403
    for answer in (wrong, unknown):
        assert "The login or the password is not right." in answer.text
        assert "not the password" not in answer.text
