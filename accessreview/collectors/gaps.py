"""Collecting what is not known as few sentences: one a kind, with its count and first examples."""


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
            f"{sentence}: {_listed(cases, self.EXAMPLES)}."
            for sentence, cases in self._cases.items()
        )


def _listed(cases: list[str], shown: int) -> str:
    text = "; ".join(cases[:shown])
    rest = len(cases) - shown
    return text if rest <= 0 else f"{text}; and {rest} more"
