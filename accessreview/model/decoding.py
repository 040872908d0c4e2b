"""JSON's own values back to model values: the inverse of ``canonical.plain``, and as strict."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Decode = Callable[[Any], Any]
_SHOWN = 80


def decoded(kind: type[Value], plain: object) -> Value:
    """The value of that class whose plain form this is.

    A field that an older version did not have takes its default; one that is not known is an error,
    because dropping it silently would lose what somebody recorded.

    Raises:
        ValueError: it is no such value.
    """
    form: Any = kind  # hashable, whatever mypy makes of a type variable's metaclass
    try:
        value: Value = _decoder(form)(plain)
    except (TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ValueError(str(error)) from error
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
            return _time
        case origin if is_dataclass(origin):
            return _dataclass(kind)
        case origin if issubclass(origin, Enum):
            return _enumeration(origin)
        case origin if origin in {str, int, bool}:
            return _scalar(origin)
        case _:
            raise TypeError(f"{kind} has no plain form")


def _time(plain: Any) -> datetime:  # noqa: ANN401 - JSON in, a value out
    moment = datetime.fromisoformat(plain)
    if moment.utcoffset() is None:
        raise ValueError(f"{plain} is a time without a zone")
    return moment.astimezone(UTC)


def _enumeration(kind: type[Enum]) -> Decode:
    return kind


def _scalar(kind: type) -> Decode:
    def read(plain: object) -> object:
        if type(plain) is not kind:
            raise TypeError(f"{_shown(plain)} where {kind.__name__} is due")
        return plain

    return read


def _shown(plain: object) -> str:
    return repr(plain)[:_SHOWN]


def _list(plain: object) -> list[Any]:
    if not isinstance(plain, list):
        raise TypeError(f"{_shown(plain)} where a list is due")
    return plain


def _tuple(arguments: tuple[Any, ...]) -> Decode:
    if arguments[-1] is Ellipsis:
        element = _decoder(arguments[0])
        return lambda plain: tuple(map(element, _list(plain)))
    elements = [_decoder(argument) for argument in arguments]

    def read(plain: object) -> object:
        items = _list(plain)
        if len(items) != len(elements):
            raise TypeError(f"{_shown(plain)} where {len(elements)} values are due")
        return tuple(element(item) for element, item in zip(elements, items, strict=True))

    return read


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
        for name in plain.keys() - decoders.keys():
            raise TypeError(f"{kind.__name__} has no field {_shown(name)}")
        return kind(**{name: decoders[name](item) for name, item in plain.items()})

    return read
