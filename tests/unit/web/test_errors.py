import inspect

from accessreview.model import errors
from accessreview.model.errors import AccessReviewError, InputError
from accessreview.web.errors import STATUSES, sentences


def test_every_error_has_a_status() -> None:
    raised = {
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, AccessReviewError) and member is not AccessReviewError
    }
    assert set(STATUSES) == raised


def test_an_error_of_many_problems_says_how_many_are_not_listed() -> None:
    error = InputError("The first.", "The second.", total=7)
    assert sentences(error) == (
        "The first.",
        "The second.",
        "There are 5 more problems like these.",
    )
