"""What is refused of a bundle: sentences collected over all its files, bounded and counted."""

from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problems


class Faults:
    """Collects sentences; keeps the first ``InputError.LIMIT`` and counts all."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._total = 0

    def __bool__(self) -> bool:
        return self._total > 0

    def add(self, *sentences: str) -> None:
        self._sentences += sentences[: InputError.LIMIT - len(self._sentences)]
        self._total += len(sentences)

    def add_error(self, error: InputError) -> None:
        """Take over what was refused elsewhere."""
        self.add(*error.problems)
        self._total += error.total - len(error.problems)

    def add_problems(self, problems: Problems, sentences: list[str]) -> None:
        """Take over the ``sentences`` that say the first of ``problems``, and count the rest."""
        self.add(*sentences)
        self._total += problems.total - len(sentences)

    def raise_if_any(self) -> None:
        """Refuse the input if anything was found.

        Raises:
            InputError: with all sentences kept.
        """
        if self:
            raise InputError(*self._sentences, total=self._total)
