"""Accounts of several directories that are one person's, and those that could be several's."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.model.snapshot import Coverage, Reading, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.snapshot.persons import PersonMapping, PersonRules, join_persons
from tests.snapshots import NOON, a_reading, a_source, contents, rows_of

BY_MAIL = PersonRules(("mail",))
Key = tuple[str, str]


def directory(
    source: str,
    accounts: Mapping[str, str],
    *keys: tuple[str, str, str],
    kinds: Mapping[str, str] | None = None,
    joins: Sequence[tuple[str, str, str, str]] = (),
) -> Reading:
    """Accounts with their identities, and what may tell whose they are: id, key, value."""
    return a_reading(
        a_source(source, SourceKind.DIRECTORY),
        {
            "accounts": [
                (source, id_, f"{id_}-login", "", "", (kinds or {}).get(id_, "human"), "true", own)
                for id_, own in accounts.items()
            ],
            "person_keys": [(source, *row) for row in keys],
            "joins": [(source, *row) for row in joins],
        },
    )


def identities(readings: Sequence[Reading]) -> dict[Key, str]:
    """As they count: an account without one is its own."""
    return {
        (row[0], row[1]): row[7] or f"{row[0]}/{row[1]}"
        for reading in readings
        for row in rows_of(reading.tables)["accounts"]
    }


def joins(readings: Sequence[Reading]) -> dict[Key, tuple[str, str, str]]:
    """Of each account its identity, by what, and the detail."""
    return {
        (row[0], row[1]): (row[2], row[3], row[4])
        for reading in readings
        for row in rows_of(reading.tables)["joins"]
    }


def test_accounts_of_two_directories_with_one_value_are_one_person() -> None:
    corp = directory("corp", {"a": "E1"}, ("a", "mail", "Ann@Corp.example"))
    lab = directory("lab", {"u": "", "v": ""}, ("u", "mail", " ann@corp.example "))
    found = join_persons([corp, lab], PersonRules(("Mail",)))
    assert identities(found) == {("corp", "a"): "E1", ("lab", "u"): "E1", ("lab", "v"): "lab/v"}
    assert joins(found) == {
        ("lab", "u"): ("E1", "other-source", "mail ann@corp.example, as a-login (corp)")
    }
    compose(NOON, found)


def test_without_any_identity_the_first_account_gives_its_name() -> None:
    corp = directory("corp", {"a": ""}, ("a", "mail", "x"))
    lab = directory("lab", {"u": ""}, ("u", "mail", "x"))
    found = join_persons([lab, corp], BY_MAIL)
    assert set(identities(found).values()) == {"corp/a"}
    assert joins(found) == {
        ("corp", "a"): ("corp/a", "other-source", "mail x, as u-login (lab)"),
        ("lab", "u"): ("corp/a", "other-source", "mail x, as a-login (corp)"),
    }


def test_an_administrators_account_goes_with_its_ordinary_account() -> None:
    corp = directory(
        "corp",
        {"a": "", "adm-a": "corp/a"},
        ("a", "mail", "x"),
        joins=[("adm-a", "corp/a", "pattern", "adm-(.+)")],
    )
    lab = directory("lab", {"u": "E1"}, ("u", "mail", "x"))
    found = join_persons([corp, lab], BY_MAIL)
    assert set(identities(found).values()) == {"E1"}
    assert joins(found)[("corp", "adm-a")] == (
        "E1",
        "other-source",
        "through another account of the person",
    )


@pytest.mark.parametrize(
    ("corp", "lab", "why"),
    [
        (
            directory("corp", {"a": "E1"}, ("a", "mail", "x")),
            directory("lab", {"u": "E2"}, ("u", "mail", "x")),
            "they are different persons by an attribute or the mapping",
        ),
        (
            directory("corp", {"a": "", "b": ""}, ("a", "mail", "x"), ("b", "mail", "x")),
            directory("lab", {"u": ""}, ("u", "mail", "x")),
            "one person would have two accounts of one directory",
        ),
        (
            directory("corp", {"a": "E1", "b": ""}, ("a", "mail", "x"), ("b", "mail", "x")),
            directory("lab", {"u": ""}, ("u", "mail", "x")),
            "one person would have two accounts of one directory",
        ),
    ],
    ids=["two identities", "two accounts", "an identity and an account"],
)
def test_what_could_be_several_persons_stays_apart_and_is_listed(
    corp: Reading, lab: Reading, why: str
) -> None:
    found = join_persons([corp, lab], BY_MAIL)
    assert identities(found) == identities([corp, lab])
    listed = joins(found)
    assert listed.keys() == identities(found).keys()
    for account, (identity, by, detail) in listed.items():
        assert (identity, by) == (identities(found)[account], "ambiguous")
        assert detail.startswith("shares mail x with ")
        assert detail.endswith(f": {why}")
        others = {f"{id_}-login ({source})" for source, id_ in listed if (source, id_) != account}
        assert all(other in detail for other in others)


def test_values_that_only_together_make_two_persons_one_join_nobody() -> None:
    corp = directory("corp", {"a": "E1"}, ("a", "mail", "x"), ("a", "phone", "1"))
    lab = directory("lab", {"u": ""}, ("u", "mail", "x"), ("u", "mail", "y"))
    far = directory("far", {"z": "E2"}, ("z", "mail", "y"), ("z", "phone", "2"))
    found = join_persons([corp, lab, far], BY_MAIL)
    assert identities(found) == identities([corp, lab, far])
    assert {by for _, by, _ in joins(found).values()} == {"ambiguous"}


def test_a_shared_mailbox_does_not_keep_the_others_apart() -> None:
    everybody = [(id_, "mail", "info@x") for id_ in ("a", "b", "c")]
    corp = directory("corp", {"a": "", "b": "", "c": ""}, *everybody, ("a", "mail", "a@x"))
    lab = directory("lab", {"u": ""}, ("u", "mail", "info@x"), ("u", "mail", "a@x"))
    found = join_persons([corp, lab], BY_MAIL)
    assert identities(found)[("lab", "u")] == identities(found)[("corp", "a")]
    assert joins(found)[("corp", "b")][1] == "ambiguous"
    assert joins(found)[("lab", "u")][1:] == ("other-source", "mail a@x, as a-login (corp)")


def test_a_later_attribute_may_tell_what_an_earlier_one_did_not() -> None:
    keys = [("a", "mail", "x"), ("b", "mail", "x"), ("a", "phone", "1"), ("b", "phone", "2")]
    corp = directory("corp", {"a": "", "b": ""}, *keys)
    lab = directory("lab", {"u": ""}, ("u", "mail", "x"), ("u", "phone", "1"))
    found = join_persons([corp, lab], PersonRules(("mail", "phone")))
    assert identities(found)[("lab", "u")] == "corp/a"
    assert joins(found)[("corp", "b")][1] == "ambiguous"


def test_many_others_are_counted() -> None:
    ids = [f"a{number:02}" for number in range(30)]
    corp = directory("corp", dict.fromkeys(ids, ""), *((id_, "mail", "x") for id_ in ids))
    lab = directory("lab", {"u": ""}, ("u", "mail", "x"))
    detail = joins(join_persons([corp, lab], BY_MAIL))[("lab", "u")][2]
    assert "a00-login (corp), " in detail
    assert " and 25 more: " in detail


def test_one_directory_alone_joins_nobody_and_lists_nobody() -> None:
    corp = directory("corp", {"a": "", "b": ""}, ("a", "mail", "x"), ("b", "mail", "x"))
    found = join_persons([corp], BY_MAIL)
    assert (set(identities(found).values()), joins(found)) == ({"corp/a", "corp/b"}, {})


def test_service_accounts_are_not_joined_by_values() -> None:
    corp = directory("corp", {"a": "E1"}, ("a", "mail", "x"))
    lab = directory("lab", {"svc": ""}, ("svc", "mail", "x"), kinds={"svc": "service"})
    found = join_persons([corp, lab], BY_MAIL)
    assert (identities(found)[("lab", "svc")], joins(found)) == ("lab/svc", {})


@pytest.mark.parametrize("account", ["u", "u-login", "U-LOGIN"])
def test_the_mapping_comes_before_everything(account: str) -> None:
    corp = directory("corp", {"a": "E1"}, ("a", "mail", "x"))
    lab = directory("lab", {"u": "E2"}, ("u", "mail", "x"))
    rules = PersonRules(("mail",), (PersonMapping("lab", account, "E1"),))
    found = join_persons([corp, lab], rules)
    assert identities(found) == {("corp", "a"): "E1", ("lab", "u"): "E1"}
    assert joins(found) == {("lab", "u"): ("E1", "mapping", "the mapping names it")}


def test_the_mapping_settles_what_was_ambiguous() -> None:
    corp = directory("corp", {"a": "", "b": ""}, ("a", "mail", "x"), ("b", "mail", "x"))
    lab = directory("lab", {"u": ""}, ("u", "mail", "x"))
    named = [PersonMapping("corp", "a", "ann"), PersonMapping("lab", "u", "ann")]
    found = join_persons([corp, lab], PersonRules(("mail",), tuple(named)))
    assert joins(found)[("corp", "b")][1] == "ambiguous"
    named.append(PersonMapping("corp", "b", "bob"))
    found = join_persons([corp, lab], PersonRules(("mail",), tuple(named)))
    assert {by for _, by, _ in joins(found).values()} == {"mapping"}
    assert identities(found) == {("corp", "a"): "ann", ("corp", "b"): "bob", ("lab", "u"): "ann"}


def test_an_account_may_be_mapped_to_another_one_and_takes_its_administrators_account_along() -> (
    None
):
    corp = directory("corp", {"a": "", "adm-a": "corp/a"})
    lab = directory("lab", {"u": ""})
    mapped = join_persons([corp, lab], PersonRules((), (PersonMapping("lab", "u", "corp/a"),)))
    assert set(identities(mapped).values()) == {"corp/a"}
    renamed = join_persons([corp, lab], PersonRules((), (PersonMapping("corp", "a", "ann"),)))
    assert identities(renamed)[("corp", "adm-a")] == "ann"


def test_the_mapping_says_what_it_names_in_vain_and_does_not_choose() -> None:
    lab = a_reading(
        a_source("lab", SourceKind.DIRECTORY),
        {
            "accounts": [
                ("lab", id_, login, "", "", "human", "true", "")
                for id_, login in (("1", "ann"), ("2", "ANN"), ("3", "ann"))
            ]
        },
    )
    names = ["ann", "nobody", "2", "ANN"]
    rules = PersonRules((), tuple(PersonMapping("lab", name, "E1") for name in names))
    (found,) = join_persons([lab], rules)
    assert identities([found])[("lab", "2")] == "E1"
    assert identities([found])[("lab", "1")] == "lab/1"
    assert found.source.gaps == (
        "The mapping of persons names logins that several accounts have; name each by its id: ann.",
        "The mapping of persons names accounts that were not read: nobody.",
    )
    assert found.source.coverage is Coverage.FULL
    (without,) = join_persons([found], PersonRules())
    assert without.source.gaps == ()


def test_what_was_joined_once_is_apart_again_when_nothing_joins_it_any_more() -> None:
    corp = directory("corp", {"a": "", "adm-a": "corp/a"}, ("a", "mail", "x"))
    lab = directory("lab", {"u": "E1", "v": "E2"}, ("u", "mail", "x"))
    rules = PersonRules(("mail",), (PersonMapping("lab", "v", "E3"),))
    joined = join_persons([corp, lab], rules)
    assert set(identities(joined).values()) == {"E1", "E3"}
    back = join_persons(joined, PersonRules())
    assert identities(back) == identities([corp, lab])
    assert joins(back) == {}
    assert [rows_of(each.tables)["person_keys"] for each in back] == [
        rows_of(each.tables)["person_keys"] for each in (corp, lab)
    ]


KEYS = [("mail", "x"), ("mail", "X "), ("mail", "y"), ("mail", "z"), ("phone", "1"), ("phone", "2")]


@st.composite
def directories(draw: st.DrawFn) -> list[Reading]:
    made = []
    for source in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        ids = [f"{number}" for number in range(draw(st.integers(1, 4)))]
        own = {
            id_: draw(st.sampled_from(["", "", "", "E1", "E2", f"{source}/0", "a/1"]))
            for id_ in ids
        }
        keys = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(KEYS)), max_size=6))
        made.append(
            directory(
                source,
                own,
                *((id_, key, value) for id_, (key, value) in sorted(keys)),
                kinds={id_: draw(st.sampled_from(["human", "unknown", "service"])) for id_ in ids},
            )
        )
    return made


@st.composite
def rules(draw: st.DrawFn) -> PersonRules:
    mapping = draw(
        st.dictionaries(
            st.tuples(st.sampled_from("abc"), st.sampled_from(["0", "1", "2-LOGIN", "nobody"])),
            st.sampled_from(["E1", "E3", "b/0"]),
            max_size=3,
        )
    )
    return PersonRules(
        tuple(draw(st.permutations(["mail", "phone"]))),
        tuple(PersonMapping(*account, identity) for account, identity in mapping.items()),
    )


@settings(deadline=None)
@given(directories(), rules())
def test_joining_again_changes_nothing(given: list[Reading], by: PersonRules) -> None:
    once = join_persons(given, by)
    assert contents(join_persons(once, by)) == contents(once)
    compose(NOON, once)


@settings(deadline=None)
@given(directories(), rules(), st.integers(0, 1000))
def test_no_order_matters(given: list[Reading], by: PersonRules, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - shuffles, hides nothing
    turned = [
        a_reading(
            reading.source,
            {
                name: random.sample(rows, len(rows))
                for name, rows in rows_of(reading.tables).items()
            },
        )
        for reading in random.sample(given, len(given))
    ]
    other = PersonRules(by.join_by, tuple(random.sample(by.mapping, len(by.mapping))))
    assert contents(join_persons(turned, other)) == contents(join_persons(given, by))


@settings(deadline=None)
@given(directories(), rules())
def test_nothing_is_guessed(given: list[Reading], by: PersonRules) -> None:
    found = join_persons(given, by)
    before, after, said = identities(given), identities(found), joins(found)
    changed = {account for account in before if before[account] != after[account]}
    assert changed <= {a for a, (_, how, _) in said.items() if how != "ambiguous"}
    assert {a: identity for a, (identity, _, _) in said.items()}.items() <= after.items()
    mapped = {account for account, (_, how, _) in said.items() if how == "mapping"}
    persons: dict[str, set[Key]] = defaultdict(set)
    for account, identity in after.items():
        persons[identity].add(account)
    for accounts in persons.values():
        free = {account for account in accounts if account not in mapped}
        was = {before[account] for account in free}
        # Whoever shares a directory with another account of the person did so before.
        sources = Counter(
            source for source, own in {(account[0], before[account]) for account in free}
        )
        assert max(sources.values(), default=1) == 1, was


@settings(deadline=None)
@given(directories())
def test_without_rules_nothing_is_touched(given: list[Reading]) -> None:
    assert contents(join_persons(given, PersonRules())) == contents(given)
