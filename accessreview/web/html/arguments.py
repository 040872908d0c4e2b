"""What addresses and forms carry, read strictly: a value that is none of the choices is none."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TypeVar

from flask import request

from accessreview.model.errors import InputError

Choice = TypeVar("Choice", bound=StrEnum)


def page_number() -> int:
    return request.args.get("page", 1, type=int)


def choice_in(choices: Iterable[Choice], text: str) -> Choice | None:
    """The choice of this value; None for any other text."""
    return next((one for one in choices if one.value == text), None)


def chosen(choices: Iterable[Choice], name: str, asked: str) -> Choice:
    """The choice that a form field names; raises InputError with ``asked`` when it is none."""
    found = choice_in(choices, request.form.get(name, ""))
    if found is None:
        raise InputError(asked)
    return found


def end_of_day(text: str) -> datetime:
    """The last second of a date as a form has it, in UTC."""
    try:
        date = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError("Choose the day by which answers are due.") from None
    return datetime.combine(date, time(23, 59, 59), UTC)


def typed(*names: str) -> Mapping[str, str]:
    """What was typed into these fields, to be shown again when something was wrong."""
    return {name: request.form.get(name, "") for name in names}


def demand(condition: bool, sentence: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Raise InputError with the sentence unless the condition holds."""
    if not condition:
        raise InputError(sentence)
