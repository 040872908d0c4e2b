"""Keep the findings of an assessment as packed columns, people with equal verdicts at a time.

Until now they were JSON Lines with examples, which are found again whenever they are asked for.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise
from struct import Struct

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ASSESSMENTS = sa.table("assessments", sa.column("number"), sa.column("findings"))
_HEAD = Struct("<4sIIII")
_FORM = b"ARF1"
_KINDS = ("identity", "vcenter")

Finding = tuple[tuple[str, str, str], str, str, int]
"""Its key of rule, kind of subject and subject; its kind, severity and number of places."""


def upgrade() -> None:
    _rewrite(lambda data: _packed(_from_lines(data)))


def downgrade() -> None:
    _rewrite(lambda data: _lines(_unpacked(data)))


def _rewrite(change: Callable[[bytes], bytes]) -> None:
    connection = op.get_bind()
    numbers = connection.scalars(sa.select(_ASSESSMENTS.c.number)).all()
    if not numbers:
        return
    refusal = _lift_refusal(connection)
    for number in numbers:
        its = _ASSESSMENTS.c.number == number
        data = connection.scalars(sa.select(_ASSESSMENTS.c.findings).where(its)).one()
        changed = zlib.compress(change(zlib.decompress(data)))
        connection.execute(sa.update(_ASSESSMENTS).where(its).values(findings=changed))
    for statement in refusal:
        op.execute(statement)


def _lift_refusal(connection: sa.Connection) -> list[str]:
    """Allow rewriting for once; returns the statements that refuse it again."""
    if connection.dialect.name == "postgresql":
        switch = "ALTER TABLE assessments {} TRIGGER assessments_refuse_rewriting"
        op.execute(switch.format("DISABLE"))
        return [switch.format("ENABLE")]
    trigger = "assessments_refuse_update"
    found = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
    statement = connection.scalar(found, {"name": trigger})
    op.execute(f"DROP TRIGGER {trigger}")
    return [statement]


def _from_lines(data: bytes) -> Iterator[Finding]:
    for line in data.splitlines():
        finding = json.loads(line)
        key = finding["key"]
        yield (
            (key["rule"], key["subject_kind"], key["subject"]),
            finding["kind"],
            finding["severity"],
            finding["places"],
        )


def _lines(findings: Iterable[Finding]) -> bytes:
    return "\n".join(
        json.dumps(
            {
                "key": {"rule": rule, "subject": subject, "subject_kind": subject_kind},
                "kind": kind,
                "places": places,
                "severity": severity,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for (rule, subject_kind, subject), kind, severity, places in findings
    ).encode()


def _packed(findings: Iterable[Finding]) -> bytes:
    found = sorted(findings)
    rules = sorted({(rule, kind, severity) for (rule, *_), kind, severity, _ in found})
    number = {rule: position for position, (rule, _, _) in enumerate(rules)}
    verdicts: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for (rule, subject_kind, subject), _, _, places in found:
        verdicts.setdefault((subject_kind, subject), []).append((number[rule], places))
    subjects = sorted(verdicts)
    classes: dict[tuple[tuple[int, int], ...], int] = {}
    class_of = [classes.setdefault(tuple(verdicts[each]), len(classes)) for each in subjects]
    rows = sorted(
        (rule, of_class, places) for each, of_class in classes.items() for rule, places in each
    )
    texts = [*(part for rule in rules for part in rule), *(name for _, name in subjects)]
    encoded = [text.encode() for text in texts]
    counts = (sum(kind == each for kind, _ in subjects) for each in _KINDS)
    return b"".join(
        (
            _HEAD.pack(_FORM, len(rules), *counts, len(rows)),
            _numbers("I", map(len, encoded)),
            *encoded,
            _numbers("i", class_of),
            _numbers("i", (rule for rule, _, _ in rows)),
            _numbers("i", (of_class for _, of_class, _ in rows)),
            _numbers("q", (places for _, _, places in rows)),
        )
    )


def _numbers(code: str, values: Iterable[int]) -> bytes:
    numbers = list(values)
    return Struct(f"<{len(numbers)}{code}").pack(*numbers)


def _unpacked(data: bytes) -> list[Finding]:
    _, rules, identities, vcenters, verdicts = _HEAD.unpack_from(data)
    subjects = identities + vcenters
    count = 3 * rules + subjects
    lengths = Struct(f"<{count}I").unpack_from(data, _HEAD.size)
    bounds = list(accumulate(lengths, initial=_HEAD.size + 4 * count))
    texts = [data[start:end].decode() for start, end in pairwise(bounds)]
    codes = Struct(f"<{subjects + 2 * verdicts}i{verdicts}q").unpack_from(data, bounds[-1])
    found: dict[int, list[tuple[int, int]]] = {}
    for row in range(subjects, subjects + verdicts):
        places = codes[row + 2 * verdicts]
        found.setdefault(codes[row + verdicts], []).append((codes[row], places))
    return sorted(
        (
            (texts[3 * rule], _KINDS[subject >= identities], texts[3 * rules + subject]),
            texts[3 * rule + 1],
            texts[3 * rule + 2],
            places,
        )
        for subject in range(subjects)
        for rule, places in found[codes[subject]]
    )
