"""What is wrong with a snapshot, and where: located, counted, fit to show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accessreview.model.errors import InputError

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one value.

    ``row`` counts from 0; None speaks of the whole table, an empty ``table`` of the manifest.
    ``why`` goes on after the value is named; ``other_row``, if there is one, is where it ends.
    """

    table: str
    row: int | None
    column: str
    value: str
    why: str
    other_row: int | None = None

    def sentence(self, where: str, number: Callable[[int], int]) -> str:
        """Say it of a place called ``where`` whose rows bear the ``number`` of their index."""
        row = "" if self.row is None else f" row {number(self.row)}"
        column = f": {self.column} {shown(self.value)}" if self.column else ":"
        other = "" if self.other_row is None else f" {number(self.other_row)}"
        return f"{where}{row}{column} {self.why}{other}."


@dataclass(frozen=True, slots=True)
class Problems:
    """The first of all that is wrong, at most ``InputError.LIMIT`` by table and row; and how much.

    ``total`` counts also those that are not listed.
    """

    first: tuple[Problem, ...] = ()
    total: int = 0

    def __bool__(self) -> bool:
        return self.total > 0

    @classmethod
    def merge(cls, parts: Sequence["Problems"], tables: Sequence[str]) -> "Problems":
        """Join the problems of several rules; ``tables`` is the order to list them in."""
        ranks = {name: rank for rank, name in enumerate(("", *tables))}
        found = sorted(
            (problem for part in parts for problem in part.first),
            key=lambda problem: (ranks[problem.table], -1 if problem.row is None else problem.row),
        )
        return cls(tuple(found[: InputError.LIMIT]), sum(part.total for part in parts))


def shown(value: str) -> str:
    r"""A value as a message may show it: quoted, on one line, of bounded length.

    Bytes that could not be decoded (``surrogateescape``) are shown as ``\xNN``.
    """
    try:
        text = value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        text = value.encode("utf-8", "backslashreplace").decode()
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "…"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in f"“{text}”"
    )
