"""Findings as bytes and back: their columns, one after the other, in the one canonical gathering.

Little-endian: the head, which names the form with its version and counts rules, identities,
vCenters and verdicts (uint32 each); the length in bytes of every text (uint32 each), then the texts
in UTF-8: id, kind and severity of each rule, the identities, the vCenters; the class of every
subject, the rule and the class of every verdict (int32 each), and its places (int64 each).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from accessreview.model.errors import IntegrityError
from accessreview.model.findings import BrokenRule, Findings
from accessreview.model.policy import RuleKind, Severity

Numbers = NDArray[np.int64]

_HEAD = Struct("<4sIIII")
_FORM = b"ARF1"
_PARTS_OF_A_RULE = 3


def pack(findings: Findings) -> bytes:
    """Equal findings have equal bytes, however they are gathered into classes."""
    one = _canonical(findings)
    encoded = [text.encode() for text in _texts(one)]
    lengths = np.fromiter(map(len, encoded), dtype="<u4", count=len(encoded))
    return b"".join(
        (
            _HEAD.pack(
                _FORM, len(one.rules), len(one.identities), len(one.vcenters), len(one.rule)
            ),
            lengths.tobytes(),
            *encoded,
            *(column.astype("<i4").tobytes() for column in (one.class_of, one.rule, one.of_class)),
            one.places.astype("<i8").tobytes(),
        )
    )


def unpack(data: bytes) -> Findings:
    """The exact inverse of ``pack``.

    Raises:
        IntegrityError: ``data`` is not what ``pack`` writes of any findings.
    """
    if len(data) < _HEAD.size:
        raise IntegrityError("Stored findings are cut off in their head.")
    form, rules, identities, vcenters, verdicts = _HEAD.unpack_from(data)
    if form != _FORM:
        raise IntegrityError("Stored findings are of a form that this program does not know.")
    subjects = identities + vcenters
    count = rules * _PARTS_OF_A_RULE + subjects
    start = _HEAD.size + 4 * count
    end = len(data) - 4 * subjects - (4 + 4 + 8) * verdicts
    if start > end:
        raise IntegrityError("Stored findings are shorter than their head says.")
    texts = _read_texts(data, count, start, end)
    codes = np.frombuffer(data, "<i4", subjects + 2 * verdicts, end).astype(np.int32)
    named = texts[rules * _PARTS_OF_A_RULE :]
    findings = Findings(
        rules=tuple(_rules(texts[: rules * _PARTS_OF_A_RULE])),
        identities=named[:identities],
        vcenters=named[identities:],
        class_of=codes[:subjects],
        rule=codes[subjects : subjects + verdicts],
        of_class=codes[subjects + verdicts :],
        places=np.frombuffer(data, "<i8", verdicts, len(data) - 8 * verdicts).astype(np.int64),
    )
    _require_sound(findings)
    if pack(findings) != data:
        raise IntegrityError("Stored findings are not in their canonical form.")
    return findings


def _texts(findings: Findings) -> Iterator[str]:
    for rule in findings.rules:
        yield from (rule.id, rule.kind.value, rule.severity.value)
    yield from findings.identities
    yield from findings.vcenters


def _read_texts(data: bytes, count: int, start: int, end: int) -> tuple[str, ...]:
    lengths = np.frombuffer(data, "<u4", count, _HEAD.size)
    bounds = np.concatenate(([start], start + np.cumsum(lengths, dtype=np.int64))).tolist()
    if bounds[-1] != end:
        raise IntegrityError("Stored findings are not as long as their head says.")
    try:
        return tuple(data[left:right].decode() for left, right in pairwise(bounds))
    except UnicodeDecodeError as error:
        raise IntegrityError("Stored findings name something that is not UTF-8.") from error


def _rules(texts: Sequence[str]) -> Iterator[BrokenRule]:
    for id_, kind, severity in zip(*[iter(texts)] * _PARTS_OF_A_RULE, strict=True):
        try:
            yield BrokenRule(id_, RuleKind(kind), Severity(severity))
        except ValueError as error:
            raise IntegrityError(f"Stored findings say of the rule {id_}: {error}.") from error


def _require_sound(findings: Findings) -> None:
    """Raise IntegrityError where a number leads nowhere, or names do not stand in order."""
    rules = [rule.id for rule in findings.rules]
    for names in (rules, findings.identities, findings.vcenters):
        if any(left >= right for left, right in pairwise(names)):
            raise IntegrityError("Stored findings do not stand in order.")
    classes = len(findings.class_of)  # none is without a subject
    for codes, below in (
        (findings.rule, len(findings.rules)),
        (findings.of_class, classes),
        (findings.class_of, classes),
    ):
        if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < below:
            raise IntegrityError("Stored findings point to what is not there.")


def _canonical(findings: Findings) -> Findings:
    """The same without what has no part in a finding, each class once, numbered as first met."""
    classes, own = np.unique(findings.class_of, return_inverse=True)
    told = np.flatnonzero(np.isin(findings.of_class, classes))
    broken, rule = np.unique(findings.rule[told], return_inverse=True)
    of_class, places = np.searchsorted(classes, findings.of_class[told]), findings.places[told]
    alike = _alike(rule, of_class, places, len(classes))
    kept = np.flatnonzero(alike[own] >= 0)
    _, first, class_of = np.unique(alike[own[kept]], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    rows = np.unique(np.stack((rule, rank[alike[of_class]], places), axis=1), axis=0)
    people = len(findings.identities)
    return Findings(
        rules=tuple(findings.rules[number] for number in broken.tolist()),
        identities=tuple(findings.identities[at] for at in kept[kept < people].tolist()),
        vcenters=tuple(findings.vcenters[at - people] for at in kept[kept >= people].tolist()),
        class_of=rank[class_of].astype(np.int32),
        rule=rows[:, 0].astype(np.int32),
        of_class=rows[:, 1].astype(np.int32),
        places=rows[:, 2].astype(np.int64),
    )


def _alike(rule: Numbers, of_class: Numbers, places: Numbers, count: int) -> Numbers:
    """By class, of ``count``: one number for all with equal verdicts, -1 without any."""
    order = np.lexsort((rule, of_class))
    classes, starts = np.unique(of_class[order], return_index=True)
    verdicts = np.stack((rule, places), axis=1)[order]
    numbers: dict[bytes, int] = {}
    alike = np.full(count, -1, dtype=np.int64)
    for each, (start, end) in zip(
        classes.tolist(), pairwise([*starts.tolist(), len(order)]), strict=True
    ):
        alike[each] = numbers.setdefault(verdicts[start:end].tobytes(), len(numbers))
    return alike
