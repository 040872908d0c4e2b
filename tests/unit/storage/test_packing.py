"""Findings as bytes: exact, the same for the same findings, and strict when read."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model.errors import IntegrityError
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import BrokenRule, Findings
from accessreview.model.policy import RuleKind, Severity
from accessreview.storage.packing import pack, unpack

RULES = {
    "a": (RuleKind.CONFLICT, Severity.CRITICAL),
    "B": (RuleKind.REACH, Severity.LOW),
    "ü": (RuleKind.SPRAWL, Severity.HIGH),
}


def a_finding(rule: str, kind: SubjectKind, subject: str, places: int = 1) -> Finding:
    return Finding(FindingKey(rule, kind, subject), *RULES[rule], places)


KEYS = st.tuples(
    st.sampled_from(sorted(RULES)),
    st.sampled_from(SubjectKind),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)
MANY = st.dictionaries(KEYS, st.integers(1, 3) | st.integers(2**31, 2**62), max_size=30).map(
    lambda found: [a_finding(*key, places) for key, places in found.items()]
)


@given(MANY, st.randoms(use_true_random=False))
def test_what_is_packed_comes_back_and_its_bytes_do_not_depend_on_the_order(
    found: list[Finding], shuffling: Random
) -> None:
    data = pack(Findings.of(found))

    assert list(unpack(data)) == sorted(found, key=lambda each: each.key)
    shuffling.shuffle(found)
    assert pack(Findings.of(found)) == data


def test_bytes_do_not_depend_on_how_findings_are_gathered() -> None:
    """Classes may be more than needed, in any order, and hold what no finding uses."""
    scattered = Findings(
        rules=(
            BrokenRule("a", *RULES["a"]),
            BrokenRule("b", RuleKind.REACH, Severity.LOW),
            BrokenRule("c", RuleKind.REACH, Severity.LOW),
        ),
        identities=("ann", "ben", "cat", "dan"),
        vcenters=("vc",),
        class_of=np.array([30, -1, 1, 0, 2], dtype=np.int32),  # ben is of none
        rule=np.array([2, 0, 0, 0, 2, 1], dtype=np.int32),
        of_class=np.array([30, 30, 1, 0, 1, 9], dtype=np.int32),  # and nobody is of class 9
        places=np.array([7, 5, 5, 6, 7, 8], dtype=np.int64),
    )
    plain = Findings.of(list(scattered))

    assert [each.key.text() for each in scattered] == [
        "a/identity/ann",
        "a/identity/cat",
        "a/identity/dan",
        "c/identity/ann",
        "c/identity/cat",
    ]
    assert pack(scattered) == pack(plain)
    read = unpack(pack(scattered))
    assert read == scattered
    assert (read.identities, read.vcenters) == (("ann", "cat", "dan"), ())
    assert [rule.id for rule in read.rules] == ["a", "c"]
    assert read.class_of.tolist() == [0, 0, 1]


def test_people_with_equal_verdicts_are_kept_once() -> None:
    few, many = (
        pack(Findings.of(a_finding("a", SubjectKind.IDENTITY, f"{n:04}") for n in range(count)))
        for count in (1000, 2000)
    )
    assert len(many) - len(few) == 1000 * (4 + 4 + 4)  # a length, a name of four letters, a class


SOUND = pack(
    Findings.of(
        [
            a_finding("a", SubjectKind.IDENTITY, "ann", 3),
            a_finding("a", SubjectKind.IDENTITY, "ben"),
            a_finding("ü", SubjectKind.VCENTER, "vc"),
        ]
    )
)


@pytest.mark.parametrize("length", range(0, len(SOUND), 7))
def test_what_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(IntegrityError, match="Stored findings"):
        unpack(SOUND[:length])


def test_what_is_longer_is_refused() -> None:
    with pytest.raises(IntegrityError, match="not as long"):
        unpack(SOUND + b"\0")


def test_no_byte_can_change_without_an_error_or_another_meaning() -> None:
    """Read strictly: whatever is accepted is exactly what would have been written."""
    refused = 0
    for place in range(len(SOUND)):
        changed = bytearray(SOUND)
        changed[place] ^= 0x81
        try:
            read = unpack(bytes(changed))
        except IntegrityError:
            refused += 1
        else:
            assert pack(read) == changed
    assert refused > len(SOUND) / 2


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (b"ARF1", b"ARF2", "does not know"),
        (b"critical", b"terrible", "terrible"),
        (b"annben", b"benann", "in order"),
        (b"annben", b"annb\xffn", "UTF-8"),
    ],
)
def test_it_is_said_what_is_wrong(before: bytes, after: bytes, problem: str) -> None:
    with pytest.raises(IntegrityError, match=problem):
        unpack(SOUND.replace(before, after))


def test_no_findings_are_findings_too() -> None:
    nothing = Findings.of([])
    assert list(unpack(pack(nothing))) == []
