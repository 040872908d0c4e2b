"""The ruleset that comes with the product."""

from importlib.resources import files

from accessreview.model.policy import Ruleset
from accessreview.rulesets.known import known_privileges
from accessreview.rulesets.reader import read_ruleset

FOUNDATION = "foundation.toml"


def shipped_ruleset() -> Ruleset:
    """The ruleset ``accessreview-foundation``."""
    text = files("accessreview.rulesets").joinpath(FOUNDATION).read_text("utf-8")
    return read_ruleset(text, FOUNDATION, known_privileges())[0]
