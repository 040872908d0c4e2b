"""``user``: added, listed without secrets, shut out; each with its record."""

from click.testing import CliRunner

from accessreview.cli import main
from tests.unit.cli.conftest import PASSWORD, Installation

ADD = ("user", "add", "ann", "--name", "Ann", "--role", "auditor")


def test_a_user_is_added_and_listed_without_the_password(installation: Installation) -> None:
    expected = {
        "login": "ann",
        "name": "Ann",
        "mail": "",
        "role": "auditor",
        "identity": "",
        "enabled": True,
    }
    assert installation.run(*ADD, "--password", PASSWORD) == [expected]
    assert installation.run("user", "list") == [expected]
    (event,) = installation.run("audit", "list")
    assert event["action"] == "user:add"
    assert event["actor"].startswith("command line (")
    assert PASSWORD not in str(event)


def test_the_password_is_asked_for_twice_and_not_shown(installation: Installation) -> None:
    result = CliRunner().invoke(
        main, [*ADD, "--config", str(installation.config)], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert result.exit_code == 0
    assert PASSWORD not in result.output


def test_everything_wrong_is_told_at_once(installation: Installation) -> None:
    told = installation.refused(2, *ADD, "--mail", "nowhere", "--password", "short")
    assert told.count("\n") == 2
    assert "short" not in told
    assert installation.run("user", "list") == []


def test_a_login_is_given_once(installation: Installation) -> None:
    installation.run(*ADD, "--password", PASSWORD)
    assert "ann" in installation.refused(8, *ADD, "--password", PASSWORD)


def test_a_user_is_shut_out(installation: Installation) -> None:
    installation.run(*ADD, "--password", PASSWORD)
    (row,) = installation.run("user", "disable", "ann")
    assert row["enabled"] is False


def test_an_unknown_login_is_named(installation: Installation) -> None:
    told = installation.refused(5, "user", "disable", "bob")
    assert told == "There is no user with the login bob.\n"


def test_a_new_password_replaces_the_old_one_and_is_recorded(installation: Installation) -> None:
    installation.run(*ADD, "--password", PASSWORD)
    installation.run("user", "password", "ann", "--password", "another long one")
    event = installation.run("audit", "list")[-1]
    assert event["action"] == "user:password:change"
    assert "another long one" not in str(event)
    assert "bert" in installation.refused(5, "user", "password", "bert", "--password", PASSWORD)
