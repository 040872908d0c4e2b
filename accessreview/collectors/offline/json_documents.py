"""JSON as other tools write it: one document after another, keys in spellings that change."""

import json
from collections.abc import Iterator
from typing import NoReturn

from accessreview.collectors.offline.files import ExportFile, text_of
from accessreview.model.errors import InputError

_BLANK = " \t\r\n"


def documents(
    file: ExportFile, written: str = "by govc with -json"
) -> Iterator[tuple[int, object]]:
    """Yield every document with the line it starts on; keys of objects are in lower case.

    ``written`` says how it should have been, for whoever has to export it again.

    Raises:
        InputError: the text is cut off or no JSON, or an object has a key twice.
    """
    text = text_of(file)
    decoder = make_decoder()
    position = line = 0
    while True:
        start = position
        while position < len(text) and text[position] in _BLANK:
            position += 1
        line += text.count("\n", start, position)
        if position == len(text):
            return
        start = position
        try:
            document, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{file.name}, line {error.lineno}: no valid JSON ({error.msg}). The file is cut"
                f" off or was not written {written}; export it again."
            ) from error
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{file.name}, line {line + 1}: the document that starts here is refused"
                f" ({reason_of(error)})."
            ) from error
        yield line + 1, document
        line += text.count("\n", start, position)


def make_decoder() -> json.JSONDecoder:
    """One that puts keys in lower case, and refuses what is no JSON and keys that are there twice.

    It raises ValueError, of which JSONDecodeError is one.
    """
    return json.JSONDecoder(object_pairs_hook=_folded, parse_constant=_refuse)


def _folded(pairs: list[tuple[str, object]]) -> dict[str, object]:
    folded: dict[str, object] = {}
    for key, value in pairs:
        if key.lower() in folded:
            raise ValueError(f"the key {key} is there twice")
        folded[key.lower()] = value
    return folded


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def reason_of(error: Exception) -> str:
    """Why a value was refused, in a few words."""
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
