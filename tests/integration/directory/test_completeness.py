"""A reading that was cut, by whom and wherever, is never a complete one."""

from collections.abc import Iterator, Mapping

import pytest

from accessreview.ldap.connection import open_connection
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading
from tests.integration.directory.conftest import Collect, Server, Slapds
from tests.servers.slapd import SUFFIX, Slapd, group, person

pytestmark = pytest.mark.integration

PEOPLE = 120
LIMIT = 100


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    entries = "".join(person(f"u{number:03d}") for number in range(PEOPLE))
    with slapds(entries + group("all", "u000", "u119"), size_limit=LIMIT) as running:
        yield running


def rows(reading: Reading, table: str) -> int:
    return len(reading.tables[table])


@pytest.mark.parametrize("page_size", [7, 60, 100])
def test_an_account_without_a_total_limit_reads_everything(
    slapd: Slapd, server: Server, collect: Collect, page_size: int
) -> None:
    reading = collect(server(slapd, page_size=page_size))
    assert reading.source.coverage is Coverage.FULL
    assert reading.source.gaps == ()
    assert rows(reading, "accounts") == PEOPLE
    assert rows(reading, "members") == 2


@pytest.mark.parametrize("page_size", [7, 60, 100])
def test_an_account_limited_in_total_reads_in_part_and_says_so(
    slapd: Slapd, server: Server, collect: Collect, page_size: int
) -> None:
    reading = collect(server(slapd, "capped", page_size=page_size))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "size limit" in reading.source.gaps[0]
    assert "Corp (ldaps://127.0.0.1:" in reading.source.gaps[0]
    assert SUFFIX in reading.source.gaps[0]
    assert 0 < rows(reading, "accounts") <= LIMIT + 1  # a member is looked up


def test_a_page_larger_than_the_server_allows_is_asked_for_in_halves(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    reading = collect(server(slapd, page_size=300))
    assert reading.source.coverage is Coverage.FULL
    assert rows(reading, "accounts") == PEOPLE


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_server_lost_between_pages_ends_the_reading_with_an_error(
    slapds: Slapds, server: Server, *, comes_back: bool
) -> None:
    entries = "".join(person(f"u{number:03d}") for number in range(30))
    with (
        slapds(entries) as slapd,
        open_connection(server(slapd, page_size=10), CollectionError) as connection,
    ):
        pages = connection.pages(SUFFIX, "(objectClass=inetOrgPerson)", ["uid"])
        read = [next(pages) for _ in range(10)]
        slapd.kill()
        if comes_back:
            slapd.start()
        with pytest.raises(CollectionError, match=r"ldaps://127\.0\.0\.1.*failed"):
            read.extend(pages)
        assert len(read) in {10, 20}  # the next page is asked for ahead, and may have come


def test_a_server_that_is_not_there_gives_nothing(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    with pytest.raises(CollectionError, match="Connection refused"):
        collect(server(slapd, port=1))


def test_a_base_that_does_not_exist_gives_nothing(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    with pytest.raises(CollectionError, match="no such object"):
        collect(server(slapd), bases=("ou=elsewhere,dc=corp,dc=example",))


def test_an_empty_subtree_is_never_taken_for_an_empty_directory(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    reading = collect(server(slapd), bases=(f"ou=groups,{SUFFIX}",))
    assert reading.source.coverage is Coverage.PARTIAL
    assert any("Not one account was found" in gap for gap in reading.source.gaps)


@pytest.mark.parametrize(
    "change", [{"user_filter": "(objectClass=person"}, {"group_filter": "(nonsense)("}]
)
def test_a_malformed_filter_is_said(
    slapd: Slapd, server: Server, collect: Collect, change: Mapping[str, str]
) -> None:
    reading = collect(server(slapd), **change)
    assert reading.source.coverage is Coverage.PARTIAL
    assert any("the filter is malformed" in gap for gap in reading.source.gaps)


def test_a_filter_that_finds_what_is_no_account_makes_the_reading_partial(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    reading = collect(server(slapd), user_filter="(|(uid=u00*)(objectClass=organizationalUnit))")
    assert reading.source.coverage is Coverage.PARTIAL
    assert any(f"ou=people,{SUFFIX}" in gap for gap in reading.source.gaps)


def test_a_member_that_the_filter_leaves_out_is_looked_up(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    reading = collect(server(slapd), user_filter="(uid=u00*)")
    assert reading.source.coverage is Coverage.FULL
    assert rows(reading, "accounts") == 11
    assert rows(reading, "members") == 2
