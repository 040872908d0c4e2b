"""The rows of the table: what is measured, against what it is held and what it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from processes import COMMAND

MACHINES = "The engine"
CLOSURE = "Closure alone: pairs of an account and a principal that its groups make it"
JUDGING = "Effective rights and two rules (SOD-002, RCH-001) for everybody, from arrays"
LIMIT = "The limit: merely reading the same columns"


@dataclass(frozen=True, slots=True)
class Check:
    """The measure that says the right answer, and which part of what it says that is."""

    measure: str
    of: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Row:
    """``beside`` names the row, by measure and part, whose seconds the ratio is to.

    ``grows``: on estates of which everything grows with the accounts. ``sample``: identities to
    judge, 0 for all.
    """

    section: str
    label: str
    measure: str
    part: str = "seconds"
    beside: tuple[str, str] | None = None
    check: str = ""
    sample: int = 0
    grows: bool = False
    milliseconds: bool = False


CHECKS = {
    "pairs": Check("engine", lambda answer: answer["pairs"]),
    "judged": Check("judged", lambda answer: answer),
}


def _pairs(label: str, measure: str) -> Row:
    return Row(CLOSURE, label, measure, beside=("engine", "closure"), check="pairs")


def _judges(label: str, measure: str, sample: int) -> Row:
    beside = ("judged", "seconds")
    return Row(JUDGING, label, measure, beside=beside, check="judged", sample=sample)


def _asked(label: str, kind: str, measure: str = "questions") -> tuple[Row, Row]:
    """The median of many, and the slowest of them."""
    return (
        Row(MACHINES, f"{label}, median of 200", measure, f"{kind} median", milliseconds=True),
        Row(MACHINES, f"{label}, slowest of 200", measure, f"{kind} max", milliseconds=True),
    )


def _limit(label: str, part: str, beside: tuple[str, str]) -> Row:
    return Row(LIMIT, label, "limit", part, beside, milliseconds=True)


ROWS = (
    Row(MACHINES, "arrays in memory to findings, all rules", "engine", "findings"),
    Row(MACHINES, "the same, the whole estate growing", "engine", "findings", grows=True),
    Row(MACHINES, "names to arrays, closure and regions included", "engine", "estate"),
    Row(MACHINES, "reading the Parquet bundle, checked and digested", "engine", "read"),
    Row(MACHINES, "bundle to findings, the command `analyze`, to nowhere", COMMAND, "nowhere"),
    Row(MACHINES, "the same, into a file", COMMAND, "file"),
    Row(MACHINES, "stored snapshot to findings stored, SQLite", "stored-SQLite"),
    Row(MACHINES, "stored snapshot to findings stored, PostgreSQL", "stored-PostgreSQL"),
    *_asked("`explain` on a loaded estate", "explain"),
    *_asked("`who`, a duty on an entity", "who"),
    *_asked("an account joins a group, judged again", "membership", "changes"),
    *_asked("a group joins a group, judged again", "nesting", "changes"),
    *_asked("a permission gets another role, judged again", "permission", "changes"),
    *_asked("a permission goes, judged again", "removal", "changes"),
    *_asked("a role gets other privileges, judged again", "role", "changes"),
    Row(CLOSURE, "accessreview", "engine", "closure", ("engine", "closure")),
    _pairs("rustworkx over groups, accounts joined by NumPy", "graph"),
    _pairs("DuckDB, groups closed first", "pairs-DuckDB"),
    _pairs("PostgreSQL, groups closed first", "pairs-PostgreSQL"),
    _pairs("SQLite, groups closed first", "pairs-SQLite"),
    _pairs("Python, a walk for each account", "walk"),
    _pairs("DuckDB, a walk for each account", "naive-DuckDB"),
    _pairs("PostgreSQL, a walk for each account", "naive-PostgreSQL"),
    _pairs("SQLite, a walk for each account", "naive-SQLite"),
    Row(JUDGING, "accessreview", "judged", beside=("judged", "seconds")),
    _judges("DuckDB, recursive SQL", "judge-DuckDB", 2000),
    _judges("PostgreSQL, recursive SQL", "judge-PostgreSQL", 400),
    _judges("SQLite, recursive SQL", "judge-SQLite", 400),
    _judges("Python, account by account and object by object", "script", 20),
    _limit("all arrays once, in sequence", "arrays", ("engine", "findings")),
    _limit("one look-up for every membership", "gather", ("engine", "closure")),
    _limit("all Parquet files, by Arrow, into memory", "parquet", ("command", "nowhere")),
)
