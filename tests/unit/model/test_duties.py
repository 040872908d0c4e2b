"""When privileges amount to a duty; the same for rules, reviews and rulesets."""

import pytest

from accessreview.model.duties import contributes, holds, matches
from accessreview.model.policy import Duty


def test_a_duty_is_held_when_any_of_and_all_of_are_satisfied() -> None:
    duty = Duty("d", "D", any_of=("A.*", "B.x"), at_least=2, all_of=("C.*", "D"))
    assert holds(duty, {"A.1", "A.2", "C.1", "D"})
    assert not holds(duty, {"A.1", "C.1", "D"})
    assert not holds(duty, {"A.1", "B.x", "C.1"})
    assert not holds(duty, {"a.1", "A.2", "C.1", "D"})
    assert holds(Duty("e", "E", all_of=("C.*",)), {"C.1"})
    assert contributes(duty, {"D"})
    assert not contributes(duty, {"E"})


@pytest.mark.parametrize("pattern", ["Host.Config.?", "Host.Config.[AB]", "Host.Config.A|B", "+"])
def test_only_the_star_is_special_in_a_pattern(pattern: str) -> None:
    assert matches(pattern, pattern)
    assert not matches(pattern, "Host.Config.A")
