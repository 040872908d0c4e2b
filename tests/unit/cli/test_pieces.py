"""Pieces of text are gathered into the bytes that joining them one by one would give."""

import json
from random import Random

import numpy as np
import pytest

from accessreview.cli.pieces import Pieces, Strings
from accessreview.model.texts import Texts

NASTY = [
    "",
    "plain",
    'a "b"',
    "C:\\D",
    "\n\t\r\b\f\x00\x1f",
    "\x7f",
    "Ærø ☃ 🂡",
    "\u2028",
    " ",
    "x" * 99,
]


@pytest.mark.parametrize("times", [1, 200])  # few strings, and so many that they are packed
def test_strings_stand_as_they_do_in_json(times: int) -> None:
    strings = [f"{text}{number or ''}" for number in range(times) for text in NASTY]
    strings += [f"{number}" for number in range(300)]
    numbers = np.arange(len(strings))

    for some in (strings, [each for each in strings if each.isalnum()]):
        taken = Strings(Texts(some)).take(numbers[: len(some)][::-1])

        quoted = [json.dumps(text, ensure_ascii=False) for text in reversed(some)]
        assert [f'"{each.as_py().decode()}"' for each in taken] == quoted


def test_pieces_are_joined_in_the_order_asked_for() -> None:
    rng = Random(1)  # noqa: S311 - reproducible, not secret
    pieces, texts = Pieces(), [f"{number}å" * (number % 7) for number in range(90)]
    known = [pieces.number(text) for text in texts]
    others = [Strings(Texts(f"{name}{n}" for n in range(10))).take(np.arange(10)) for name in "ab"]
    text_of = {
        **dict(zip(known, texts, strict=True)),
        **{len(pieces) + n: f"{'ab'[n // 10]}{n % 10}" for n in range(20)},
    }

    assert [pieces.number(text) for text in texts] == known  # each text is kept once
    for count in (0, 1, 5, 500):
        numbers = rng.choices([*text_of], k=count)
        joined = pieces.joined(np.array(numbers, dtype=np.int64), others)
        assert bytes(joined).decode() == "".join(text_of[number] for number in numbers)
