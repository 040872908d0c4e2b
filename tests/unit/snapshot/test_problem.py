"""Values as messages show them."""

import pytest

from accessreview.snapshot.problem import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Größe 5", "“Größe 5”"),
        ("", "“”"),
        ("two\nlines\t", "“two\\nlines\\t”"),
        ("\x1b[31mred", "“\\x1b[31mred”"),
        ("caf\udce9", "“caf\\xe9”"),
        ("half \ud83d", "“half \\ud83d”"),
        ("x" * 1000, f"“{'x' * 120}…”"),
    ],
    ids=["plain", "empty", "line end", "terminal escape", "bytes", "half a pair", "long"],
)
def test_a_value_is_quoted_on_one_bounded_line(value: str, text: str) -> None:
    assert shown(value) == text
