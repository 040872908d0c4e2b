"""Result codes in words."""

import pytest

from accessreview.ldap.reasons import result_words

MESSAGE = "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data {}, v4563"


@pytest.mark.parametrize(
    ("sub_code", "words"),
    [
        ("525", "no such account"),
        ("52e", "password is wrong"),
        ("530", "at this time"),
        ("531", "from this machine"),
        ("532", "password has expired"),
        ("533", "is disabled"),
        ("701", "account has expired"),
        ("773", "must be changed"),
        ("775", "is locked"),
    ],
)
def test_active_directory_says_why_a_sign_in_failed(sub_code: str, words: str) -> None:
    assert words in result_words(49, MESSAGE.format(sub_code))


def test_an_unknown_reason_falls_back_to_the_code() -> None:
    words = result_words(49, MESSAGE.format("999"))
    assert words.startswith("the name or the password is wrong;")
    assert words.endswith("(code 49)")
    assert result_words(123) == "the server refused (code 123)"


def test_words_of_the_server_are_never_quoted() -> None:
    assert "canary" not in result_words(1, "canary")
