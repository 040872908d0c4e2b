"""Model values as JSON and back: the bodies of rows."""

import json
from collections.abc import Mapping
from typing import TypeVar

from accessreview.model.canonical import plain
from accessreview.model.decoding import decoded
from accessreview.model.errors import IntegrityError

Value = TypeVar("Value")


def encode(value: object) -> str:
    # Not the canonical form: no digest is taken of it, and a campaign has very many items.
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(kind: type[Value], text: str | bytes) -> Value:
    """The value of that class that ``encode`` made ``text`` of.

    Raises:
        IntegrityError: the text is no such value: changed outside, or written by a newer version.
    """
    try:
        return decoded(kind, json.loads(text))
    except ValueError as error:
        raise IntegrityError(
            f"A stored {kind.__name__} cannot be read ({error}); the database was changed "
            "outside this program, or written by a newer version of it."
        ) from error


def decode_texts(text: str) -> Mapping[str, str]:
    """The mapping of texts that ``encode`` made ``text`` of, as ``decode`` would."""
    try:
        form: type[Mapping[str, str]] = Mapping[str, str]  # type: ignore[type-abstract]
        return decoded(form, json.loads(text))
    except ValueError as error:
        raise IntegrityError(
            f"Stored details cannot be read ({error}); the database was changed outside this "
            "program."
        ) from error
