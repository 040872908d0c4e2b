"""Groups nested at random, of which servers are asked who is in which."""

import random
from dataclasses import dataclass

PEOPLE = tuple(f"t{number:02d}" for number in range(30))


@dataclass(frozen=True, slots=True)
class Knot:
    """One group, and who is directly in it."""

    name: str
    logins: tuple[str, ...]
    groups: tuple[str, ...]


def tangle(seed: int, number: int = 40, *, circles: bool = True) -> tuple[Knot, ...]:
    """Groups of people and of each other; without ``circles`` each holds only earlier ones."""
    chance = random.Random(seed)  # noqa: S311 - the same at each run, no secret
    names = [f"knot{one:02d}" for one in range(number)]
    return tuple(
        Knot(
            name,
            tuple(chance.sample(PEOPLE, chance.randint(1, 3))),
            tuple(chance.sample(names if circles else names[:at], min(at, chance.randint(0, 2)))),
        )
        for at, name in enumerate(names)
    )
