"""Model values as canonical JSON and back: the bodies of rows.

A field that a value of an older version lacks takes its default; a field that this version does not
know is an error, because dropping it silently would lose what somebody recorded.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from accessreview.model.canonical import canonical_json
from accessreview.model.errors import IntegrityError

Value = TypeVar("Value")
Decode = Callable[[Any], Any]


def encode(value: object) -> str:
    return canonical_json(value).decode()


def decode(kind: type[Value], text: str | bytes) -> Value:
    """The value of that class that ``encode`` made ``text`` of.

    Raises:
        IntegrityError: the text is no such value: changed outside, or written by a newer version.
    """
    form: Any = kind  # hashable, whatever mypy makes of a type variable's metaclass
    try:
        value: Value = _decoder(form)(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise IntegrityError(
            f"A stored {kind.__name__} cannot be read ({error}); the database was changed "
            "outside this program, or written by a newer version of it."
        ) from error
    return value


@cache
def _decoder(kind: Any) -> Decode:  # noqa: ANN401, PLR0911 - a table of type forms, one line each
    arguments = get_args(kind)
    match get_origin(kind) or kind:
        case origin if origin is UnionType:
            return _union(arguments)
        case origin if origin is tuple:
            return _tuple(arguments)
        case origin if origin is Mapping:
            value = _decoder(arguments[1])
            return lambda plain: {key: value(item) for key, item in plain.items()}
        case origin if origin is datetime:
            return datetime.fromisoformat
        case origin if is_dataclass(origin):
            return _dataclass(kind)
        case origin if issubclass(origin, Enum):
            return _enumeration(origin)
        case origin if origin in {str, int, bool}:
            return _scalar(origin)
        case _:
            raise TypeError(f"{kind} has no stored form")


def _enumeration(kind: type[Enum]) -> Decode:
    return kind


def _scalar(kind: type) -> Decode:
    def read(plain: object) -> object:
        if type(plain) is not kind:
            raise TypeError(f"{plain!r} where {kind.__name__} is due")
        return plain

    return read


def _tuple(arguments: tuple[Any, ...]) -> Decode:
    if arguments[-1] is Ellipsis:
        element = _decoder(arguments[0])
        return lambda plain: tuple(map(element, plain))
    elements = [_decoder(argument) for argument in arguments]
    return lambda plain: tuple(element(item) for element, item in zip(elements, plain, strict=True))


def _union(arguments: tuple[Any, ...]) -> Decode:
    """Either something or null, or one of several dataclasses, told apart by their fields."""
    others = [argument for argument in arguments if argument is not NoneType]
    if len(others) == 1:
        one = _decoder(others[0])
        return lambda plain: None if plain is None else one(plain)
    options = [(_required(option), _decoder(option)) for option in others]

    def read(plain: Any) -> Any:  # noqa: ANN401 - JSON in, a value out
        (fitting,) = [option for required, option in options if required <= plain.keys()]
        return fitting(plain)

    return read


def _required(kind: type) -> frozenset[str]:
    return frozenset(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    )


def _dataclass(kind: Any) -> Decode:  # noqa: ANN401 - any dataclass
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def read(plain: Any) -> Any:  # noqa: ANN401 - JSON in, a value out
        return kind(**{name: decoders[name](item) for name, item in plain.items()})

    return read


def decode_texts(text: str) -> Mapping[str, str]:
    """The mapping of texts that ``encode`` made ``text`` of, as ``decode`` would."""
    try:
        texts: Mapping[str, str] = _decoder(Mapping[str, str])(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
        raise IntegrityError(
            f"Stored details cannot be read ({error}); the database was changed outside this "
            "program."
        ) from error
    return texts
