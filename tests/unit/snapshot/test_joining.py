"""Members of one directory that another one knows."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.model.snapshot import Coverage, Reading, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from tests.snapshots import NOON, Rows, a_reading, a_source, contents, rows_of

DOMAIN = "S-1-5-21-1-2-3"
OTHER = "S-1-5-21-7-8-9"
OUTSIDE = (
    "A member lies outside what is read of all directories, so who it is is not known; add a source"
    " or a base for it: "
)
MISSING = (
    "A member's domain is read, but the member was not found there: it was deleted, or is hidden"
    " from the account that reads; take it out of its group, or let the account read it: "
)
NO_UUID = (
    "A member was found in no directory that knows its entries by UUID: it was deleted, or is"
    " hidden from the account that reads; take it out of its group, or let the account read it: "
)
UNREAD = (
    "Members belong to domains that no source reads; add a source for a domain to see who they are:"
    " "
)
SEVERAL = "A member fits several accounts or groups, and all of them count: "
UUID = "0a1b2c3d-0000-4000-8000-00000000000f"


def directory(id_: str, rows: Rows) -> Reading:
    return a_reading(a_source(id_, SourceKind.DIRECTORY), rows)


def account(source: str, id_: str, login: str = "") -> tuple[str, ...]:
    return (source, id_, login or id_, "", "", "human", "true", "")


def naming(member: str, standing: str = "foreign") -> Reading:
    """A directory whose group names one outsider."""
    return directory(
        "corp",
        {
            "accounts": [account("corp", f"{DOMAIN}-500")],
            "groups": [("corp", "g", "Ops")],
            "outsiders": [("corp", "g", member, standing, "member")],
        },
    )


def members(reading: Reading) -> set[tuple[str, ...]]:
    return set(rows_of(reading.tables).get("members", []))


def outsiders(reading: Reading) -> set[str]:
    return {row[2] for row in rows_of(reading.tables)["outsiders"]}


@pytest.mark.parametrize(
    ("known", "member", "standing"),
    [
        ({"accounts": [account("b", f"{OTHER}-7")]}, f"{OTHER}-7", "foreign"),
        ({"groups": [("b", f"{OTHER}-7", "G")]}, f"{OTHER}-7", "foreign"),
        (
            {
                "accounts": [account("b", "7")],
                "identifiers": [("b", "7", "sid", f"{OTHER}-7")],
            },
            f"{OTHER}-7",
            "foreign",
        ),
        (
            {
                "accounts": [account("b", "7")],
                "identifiers": [("b", "7", "sid-history", f"{OTHER}-7")],
            },
            f"{OTHER}-7",
            "foreign",
        ),
        ({"accounts": [account("b", UUID)]}, UUID.upper(), "foreign"),
        (
            {"accounts": [account("b", "7")], "identifiers": [("b", "7", "uuid", UUID)]},
            UUID,
            "foreign",
        ),
        (
            {"accounts": [account("b", "7")], "locators": [("b", "7", "CN=Ann\\2c A.,dc=b")]},
            "cn=ann\\, a., DC=B",
            "elsewhere",
        ),
    ],
    ids=["id", "group", "sid", "sid-history", "uuid id", "uuid", "name"],
)
def test_a_member_that_another_reading_knows_becomes_one(
    known: Rows, member: str, standing: str
) -> None:
    corp, other = join([naming(member, standing), directory("b", known)])
    ((*_, id_),) = members(corp)
    assert members(corp) == {("corp", "g", "b", id_)}
    way = {"foreign": "foreign", "elsewhere": "other-source"}[standing]
    assert rows_of(corp.tables)["ways"] == [("corp", "g", "b", id_, way)]
    assert outsiders(corp) == set()
    assert (corp.source.coverage, corp.source.gaps) == (Coverage.FULL, ())
    assert other.source.coverage is Coverage.FULL
    compose(NOON, [corp, other])


def test_who_has_the_sid_today_and_who_had_it_before_both_count_and_it_is_said() -> None:
    moved = directory(
        "new",
        {
            "accounts": [account("new", "S-1-5-21-4-4-4-1"), account("new", "S-1-5-21-4-4-4-2")],
            "identifiers": [
                ("new", "S-1-5-21-4-4-4-1", "sid-history", f"{OTHER}-7"),
                ("new", "S-1-5-21-4-4-4-2", "sid-history", f"{OTHER}-7"),
            ],
        },
    )
    old = directory("old", {"accounts": [account("old", f"{OTHER}-7")]})
    corp, *_ = join([naming(f"{OTHER}-7"), moved, old])
    assert members(corp) == {
        ("corp", "g", "new", "S-1-5-21-4-4-4-1"),
        ("corp", "g", "new", "S-1-5-21-4-4-4-2"),
        ("corp", "g", "old", f"{OTHER}-7"),
    }
    assert corp.source.coverage is Coverage.FULL
    (gap,) = corp.source.gaps
    assert gap == (
        SEVERAL + "S-1-5-21-7-8-9-7 in Ops is new/S-1-5-21-4-4-4-1, new/S-1-5-21-4-4-4-2,"
        " old/S-1-5-21-7-8-9-7."
    )


@pytest.mark.parametrize(
    ("member", "standing", "known", "coverage", "told"),
    [
        (
            "cn=x,dc=far",
            "elsewhere",
            {"accounts": [account("b", "7")]},
            Coverage.PARTIAL,
            OUTSIDE + "cn=x,dc=far in Ops.",
        ),
        (
            "no name at all",
            "elsewhere",
            {"accounts": [account("b", "7")]},
            Coverage.PARTIAL,
            OUTSIDE + "no name at all in Ops.",
        ),
        (
            f"{OTHER}-7",
            "foreign",
            {"accounts": [account("b", f"{OTHER}-8")]},
            Coverage.PARTIAL,
            MISSING + f"{OTHER}-7 in Ops, not in b.example.",
        ),
        (
            f"{DOMAIN}-9",
            "foreign",
            {},
            Coverage.PARTIAL,
            MISSING + f"{DOMAIN}-9 in Ops, not in corp.example.",
        ),
        (
            f"{OTHER}-7",
            "foreign",
            {
                "accounts": [account("b", "S-1-5-21-4-4-4-1")],
                "identifiers": [("b", "S-1-5-21-4-4-4-1", "sid-history", f"{OTHER}-8")],
            },
            Coverage.FULL,
            UNREAD + f"{OTHER} (1, such as {OTHER}-7 in Ops).",
        ),
        (
            UUID,
            "foreign",
            {"accounts": [account("b", UUID.replace("f", "e"))]},
            Coverage.PARTIAL,
            NO_UUID + f"{UUID} in Ops.",
        ),
        (
            UUID,
            "foreign",
            {
                "accounts": [account("b", f"{OTHER}-8")],
                "identifiers": [("b", f"{OTHER}-8", "uuid", UUID.replace("f", "e"))],
            },
            Coverage.FULL,
            UNREAD + f"a directory that names its entries by UUID (1, such as {UUID} in Ops).",
        ),
        (
            "S-1-5-32-544",
            "foreign",
            {"groups": [("b", "S-1-5-32-544", "Administrators")]},
            Coverage.FULL,
            UNREAD + "S-1-5-32 (1, such as S-1-5-32-544 in Ops).",
        ),
    ],
    ids=[
        "elsewhere",
        "no name",
        "of a domain that is read",
        "of the own domain",
        "of a domain that is not read",
        "uuid",
        "uuid of nobody read",
        "built in",
    ],
)
def test_a_member_that_nobody_knows_stays_outside_and_is_told_of(
    member: str, standing: str, known: Rows, coverage: Coverage, told: str
) -> None:
    readings = [naming(member, standing), *([directory("b", known)] if known else [])]
    corp = join(readings)[0]
    assert members(corp) == set()
    assert outsiders(corp) == {member}
    assert (corp.source.coverage, corp.source.gaps) == (coverage, (told,))


def test_many_are_told_of_in_one_sentence_with_their_number() -> None:
    corp = directory(
        "corp",
        {
            "groups": [("corp", "g", "Ops")],
            "outsiders": [
                ("corp", "g", f"{domain}-{number:03}", "foreign", "member")
                for domain in (OTHER, "S-1-5-21-5-5-5")
                for number in range(200)
            ],
        },
    )
    (gap,) = join([corp])[0].source.gaps
    assert "S-1-5-21-7-8-9 (200, such as S-1-5-21-7-8-9-000 in Ops)" in gap
    assert "S-1-5-21-5-5-5 (200, such as S-1-5-21-5-5-5-000 in Ops)" in gap


@pytest.mark.parametrize("standing", ["everybody", "other", "hidden", "dangling"])
def test_other_outsiders_are_left_alone(standing: str) -> None:
    known = directory("b", {"accounts": [account("b", f"{OTHER}-7")]})
    corp = join([naming(f"{OTHER}-7", standing), known])[0]
    assert outsiders(corp) == {f"{OTHER}-7"}
    assert corp.source.gaps == ()


def test_what_was_said_of_a_member_goes_when_it_is_found() -> None:
    (alone,) = join([naming("cn=ann,dc=b", "elsewhere")])
    assert alone.source.coverage is Coverage.PARTIAL
    known = directory(
        "b", {"accounts": [account("b", "7")], "locators": [("b", "7", "cn=ann,dc=b")]}
    )
    corp = join([alone, known])[0]
    assert corp.source.gaps == ()
    assert members(corp) == {("corp", "g", "b", "7")}


IDS = [f"{domain}-{number}" for domain in (DOMAIN, OTHER) for number in range(3)]
NAMES = ["cn=a,dc=x", "CN=A, DC=x", "cn=b,dc=y", "nonsense"]


@st.composite
def readings(draw: st.DrawFn) -> Sequence[Reading]:
    made = []
    for source in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=4))
        groups = [f"g{number}" for number in range(draw(st.integers(1, 2)))]
        own = [*ids, *groups]
        outside = draw(
            st.lists(
                st.tuples(
                    st.sampled_from(groups),
                    st.one_of(
                        st.tuples(st.sampled_from([*IDS, UUID]), st.just("foreign")),
                        st.tuples(st.sampled_from(NAMES), st.just("elsewhere")),
                        st.tuples(st.sampled_from(IDS), st.just("hidden")),
                    ),
                ),
                unique_by=lambda one: (one[0], one[1][0]),
                max_size=5,
            )
        )
        some = st.sampled_from(own)
        made.append(
            directory(
                source,
                {
                    "accounts": [account(source, id_) for id_ in ids],
                    "groups": [(source, id_, id_) for id_ in groups],
                    "members": [
                        (source, group, source, id_)
                        for group, id_ in draw(
                            st.sets(st.tuples(st.sampled_from(groups), some), max_size=4)
                        )
                    ],
                    "identifiers": [
                        (source, id_, scheme, value)
                        for id_, scheme, value in draw(
                            st.sets(
                                st.tuples(
                                    some,
                                    st.sampled_from(["sid", "sid-history", "uuid"]),
                                    st.sampled_from([*IDS, UUID]),
                                ),
                                max_size=4,
                            )
                        )
                    ],
                    "locators": [
                        (source, id_, draw(st.sampled_from(NAMES)))
                        for id_ in draw(st.sets(some, max_size=3))
                    ],
                    "outsiders": [
                        (source, group, member, standing, "")
                        for group, (member, standing) in outside
                    ],
                },
            )
        )
    return made


@settings(deadline=None)
@given(readings())
def test_joining_again_changes_nothing(given: Sequence[Reading]) -> None:
    once = join(given)
    assert contents(join(once)) == contents(once)
    compose(NOON, once)


@settings(deadline=None)
@given(readings(), st.randoms(use_true_random=False))
def test_the_order_of_readings_does_not_matter(given: Sequence[Reading], random: object) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis types it as object
    assert contents(join(shuffled)) == contents(join(given))


@settings(deadline=None)
@given(readings())
def test_no_membership_is_lost_and_every_outsider_stays_or_becomes_a_member(
    given: Sequence[Reading],
) -> None:
    for before, after in zip(given, join(given), strict=True):
        assert members(before) <= members(after)
        rows = rows_of(after.tables)
        joined = {row[1] for row in rows.get("ways", ())}
        gone = set(rows_of(before.tables)["outsiders"]) - set(rows["outsiders"])
        assert {row[1] for row in gone} == joined
        assert all(row[3] in {"foreign", "elsewhere"} for row in gone)
        assert {row[:4] for row in rows.get("ways", ())} <= set(rows["members"])


@settings(deadline=None)
@given(readings())
def test_a_full_reading_names_nobody_of_a_domain_that_is_read_and_unknown(
    given: Sequence[Reading],
) -> None:
    joined = join(given)
    read = {
        row[1].rpartition("-")[0]
        for reading in joined
        for row in rows_of(reading.tables)["accounts"]
    }
    for reading in joined:
        doubtful = [
            row
            for row in rows_of(reading.tables)["outsiders"]
            if row[3] == "elsewhere" or (row[3] == "foreign" and row[2].rpartition("-")[0] in read)
        ]
        if doubtful:
            assert reading.source.coverage is Coverage.PARTIAL
