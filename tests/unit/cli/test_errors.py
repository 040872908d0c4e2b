"""Exit codes, and what a person sees of an error."""

from collections.abc import Iterator

import pytest

from accessreview.cli.errors import EXIT_CODES, FINDINGS, UNEXPECTED, exit_code, explained
from accessreview.model.errors import AccessReviewError, InputError, NotFoundError, SelfReviewError


def subclasses(base: type[AccessReviewError]) -> Iterator[type[AccessReviewError]]:
    for subclass in base.__subclasses__():
        # A class defined by a test elsewhere in this run is not of the product.
        if subclass.__module__.startswith("accessreview."):
            yield subclass
        yield from subclasses(subclass)


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = EXIT_CODES.values()

    assert set(EXIT_CODES) == set(subclasses(AccessReviewError))
    assert len(set(codes)) == len(codes)
    assert not {0, UNEXPECTED, FINDINGS} & set(codes)


@pytest.mark.parametrize(
    ("error", "code"),
    [(InputError("x"), 2), (NotFoundError("x"), 5), (SelfReviewError("x"), 7)],
    ids=["input", "not found", "self review"],
)
def test_codes_are_those_of_the_reference_page(error: AccessReviewError, code: int) -> None:
    assert exit_code(error) == code


def test_refused_input_lists_every_problem() -> None:
    assert list(explained(InputError("One.", "Two."))) == ["One.", "Two."]


def test_beyond_a_hundred_problems_are_counted() -> None:
    sentences = list(explained(InputError(*map(str, range(101)), total=250)))

    assert len(sentences) == 101
    assert sentences[-1] == "… and 150 more; 250 problems in all."
