"""What is refused of a bundle: sentences collected over all its files, bounded and counted."""

from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problems


class Faults:
    """Collects sentences; keeps the first ``InputError.LIMIT`` and counts all."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.total = 0

    def __bool__(self) -> bool:
        return self.total > 0

    def add(self, *sentences: str) -> None:
        self.sentences += sentences[: InputError.LIMIT - len(self.sentences)]
        self.total += len(sentences)

    def add_error(self, error: InputError) -> None:
        """Take over what was refused elsewhere."""
        self.add(*error.problems)
        self.total += error.total - len(error.problems)

    def add_problems(self, problems: Problems, sentences: list[str]) -> None:
        """Take over the ``sentences`` that say the first of ``problems``, and count the rest."""
        self.add(*sentences)
        self.total += problems.total - len(sentences)

    def add_all(self, others: "Faults") -> None:
        """Take over what was collected apart."""
        self.add(*others.sentences)
        self.total += others.total - len(others.sentences)

    def raise_if_any(self) -> None:
        """Refuse the input if anything was found.

        Raises:
            InputError: with all sentences kept.
        """
        if self:
            raise InputError(*self.sentences, total=self.total)
