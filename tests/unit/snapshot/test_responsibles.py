"""Managers and owners of one directory who lie in another one."""

from accessreview.model.snapshot import Coverage, Reading, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from tests.snapshots import NOON, Rows, a_reading, a_source, rows_of

ANN = "CN=Ann,DC=child,DC=root,DC=example"
NOBODY = "is no account of any directory that is read"
BOSS = "CN=Boss,OU=people,DC=root,DC=example"


def directory(id_: str, rows: Rows) -> Reading:
    return a_reading(a_source(id_, SourceKind.DIRECTORY), rows)


def account(source: str, id_: str) -> tuple[str, ...]:
    return (source, id_, id_, "", "", "human", "true", "")


CHILD = directory(
    "child",
    {
        "accounts": [account("child", "ann"), account("child", "ben")],
        "groups": [("child", "g", "Ops")],
        "locators": [("child", "ann", ANN)],
        "responsibles": [
            ("child", "ann", "manager", "child", "ben"),
            ("child", "ann", "manager", "", "cn=boss, ou=people,dc=root,dc=example"),
            ("child", "g", "owner", "", BOSS),
        ],
    },
)


def boss(source: str = "root", locator: str = BOSS) -> Reading:
    return directory(
        source,
        {"accounts": [account(source, "boss")], "locators": [(source, "boss", locator)]},
    )


def told(*readings: Reading) -> tuple[Reading, set[tuple[str, ...]]]:
    joined = join(readings)
    compose(NOON, joined)  # which refuses whatever leads nowhere
    child = next(one for one in joined if one.source.id == "child")
    return child, set(rows_of(child.tables)["responsibles"])


def test_a_manager_is_found_by_name_in_the_directory_that_holds_them() -> None:
    child, responsibles = told(CHILD, boss())
    assert responsibles == {
        ("child", "ann", "manager", "child", "ben"),
        ("child", "ann", "manager", "root", "boss"),
        ("child", "g", "owner", "root", "boss"),
    }
    assert child.source.gaps == ()


def test_whom_no_directory_knows_is_said_and_hides_nobody() -> None:
    child, responsibles = told(CHILD, boss(locator="CN=Other,DC=root,DC=example"))
    assert responsibles == {("child", "ann", "manager", "child", "ben")}
    assert child.source.coverage is Coverage.FULL
    assert child.source.gaps == (
        f"The manager {NOBODY}: cn=boss, ou=people,dc=root,dc=example of {ANN}.",
        f"The owner {NOBODY}: {BOSS} of g.",
    )


def test_a_group_of_that_name_answers_for_nobody() -> None:
    group = directory(
        "root", {"groups": [("root", "boss", "Boss")], "locators": [("root", "boss", BOSS)]}
    )
    assert told(CHILD, group)[1] == {("child", "ann", "manager", "child", "ben")}


def test_a_directory_that_is_read_twice_gives_both_accounts() -> None:
    _, responsibles = told(CHILD, boss(), boss("again"))
    owners = {row[3] for row in responsibles if row[2] == "owner"}
    assert owners == {"root", "again"}


def test_joining_again_changes_nothing() -> None:
    once = join([CHILD, boss()])
    assert [rows_of(one.tables) for one in join(once)] == [rows_of(one.tables) for one in once]
