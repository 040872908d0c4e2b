"""Names as vCenter escapes them."""

import pytest

from accessreview.collectors.vcenter.names import unescape


@pytest.mark.parametrize(
    ("escaped", "name"),
    [
        ("web%2fdb", "web/db"),
        ("web%5Cdb", "web\\db"),
        ("100%25", "100%"),
        ("%252f", "%2f"),
        ("50%20off", "50%20off"),
        ("plain", "plain"),
    ],
)
def test_three_characters_are_unescaped_once_and_nothing_else(escaped: str, name: str) -> None:
    assert unescape(escaped) == name
