"""The privileges that vCenter is known to have, and what each lets a person do, in plain words."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def _descriptions() -> Mapping[str, str]:
    text = files("accessreview.rulesets").joinpath("privileges.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({row["privilege"]: row["description"] for row in rows})


def known_privileges() -> frozenset[str]:
    """All privilege ids that this version knows; products add more, so none is refused for it."""
    return frozenset(_descriptions())


def describe(privilege: str) -> str:
    """What the privilege allows, for somebody who never saw vCenter; an unknown one is its id."""
    return _descriptions().get(privilege, privilege)
