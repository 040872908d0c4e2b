"""Values to canonical bytes: RFC 8785 JSON of plain values; no floats, times in UTC."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum

import rfc8785

Plain = bool | int | str | None | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:  # noqa: PLR0911 - a table of types, one line each
    """Turn model values into JSON's own: dataclasses to objects, enumerations to their values.

    Sets become sorted lists, aware times RFC 3339 with ``Z``. Raises TypeError for anything else,
    floats and naive times included: they have no place in evidence.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | str():
            return value
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return [plain(item) for item in sorted(value)]
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: object) -> bytes:
    return rfc8785.dumps(plain(value))


def json_lines(values: Iterable[object]) -> bytes:
    """One canonical JSON value a line, each ended by a line feed."""
    return b"".join(canonical_json(value) + b"\n" for value in values)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
