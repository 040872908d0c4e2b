"""Collecting what is not known as few sentences: one a kind, with its count and first examples."""

from collections.abc import Iterable


class Gaps:
    """Sentences in the order in which their kind first occurred; counts are never cut."""

    EXAMPLES = 5

    def __init__(self) -> None:
        self._cases: dict[str, list[str]] = {}

    def add(self, sentence: str, case: str) -> None:
        """Note one more case of what ``sentence`` (without its full stop) says."""
        self._cases.setdefault(sentence, []).append(case)

    def sentences(self) -> tuple[str, ...]:
        return tuple(
            f"{sentence}: {listed(cases, self.EXAMPLES)}."
            for sentence, cases in self._cases.items()
        )


def listed(cases: list[str], shown: int) -> str:
    """The first cases, and how many more there are."""
    text = "; ".join(cases[:shown])
    rest = len(cases) - shown
    return text if rest <= 0 else f"{text}; and {rest} more"


def without(gaps: Iterable[str], sentences: tuple[str, ...]) -> tuple[str, ...]:
    """The gaps but for those that ``Gaps`` made of one of these sentences."""
    beginnings = tuple(f"{sentence}: " for sentence in sentences)
    return tuple(gap for gap in gaps if not gap.startswith(beginnings))
