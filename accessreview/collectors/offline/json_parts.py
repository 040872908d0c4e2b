"""One large JSON document, value by value, so that what is not kept takes no memory.

Keys of objects are in lower case, as in ``json_documents.py``.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from accessreview.collectors.offline.files import ExportFile, text_of
from accessreview.collectors.offline.json_documents import make_decoder, reason_of
from accessreview.model.errors import InputError

Part = TypeVar("Part")

_BLANK = re.compile(r"[ \t\r\n]*")


class JsonParts:
    """Reads forward through a document; whoever asks for a part reads it to its end.

    All methods raise InputError where the text is cut off or no JSON.
    """

    def __init__(self, file: ExportFile, written: str) -> None:
        """``written`` says how it should have been, for whoever has to export it again."""
        self._file = file.name
        self._written = written
        self._text = text_of(file)
        self._decoder = make_decoder()
        self._position = 0

    def starts(self, opening: str) -> bool:
        """Whether an object (``{``) or a list (``[``) comes next."""
        return self._next() == opening

    def members(self) -> Iterator[str]:
        """Yield the keys of an object, each once; its value is to be read before the next."""
        found: set[str] = set()
        for key in self._parts("{", "}", self._key):
            if key in found:
                line = self._line(self._position)
                raise InputError(f"{self._file}, line {line}: the key {key} is there twice.")
            found.add(key)
            yield key

    def items(self) -> Iterator[object]:
        """Yield the elements of a list."""
        yield from self._parts("[", "]", self.value)

    def value(self) -> object:
        """Read whatever comes next."""
        self._next()
        try:
            found, self._position = self._decoder.raw_decode(self._text, self._position)
        except json.JSONDecodeError as error:
            raise self._invalid(error.msg, error.pos) from error
        except (ValueError, RecursionError) as error:
            line = self._line(self._position)
            raise InputError(
                f"{self._file}, line {line}: what starts here is refused ({reason_of(error)})."
            ) from error
        return found

    def end(self) -> None:
        """Nothing may follow."""
        if self._next():
            raise self._invalid("Extra data", self._position)

    def _parts(self, opening: str, closing: str, read: Callable[[], Part]) -> Iterator[Part]:
        self._take(opening)
        if self._next() == closing:
            self._take(closing)
            return
        while True:
            yield read()
            if self._next() == closing:
                self._take(closing)
                return
            self._take(",")

    def _key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            raise self._invalid("Expecting a key", self._position)
        self._take(":")
        return key.lower()

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise self._invalid(f"Expecting '{sign}'", self._position)
        self._position += 1

    def _next(self) -> str:
        """The sign after blanks; empty at the end."""
        blank = _BLANK.match(self._text, self._position)
        self._position = blank.end() if blank else self._position
        return self._text[self._position : self._position + 1]

    def _invalid(self, message: str, position: int) -> InputError:
        return InputError(
            f"{self._file}, line {self._line(position)}: no valid JSON ({message}). The file is cut"
            f" off or was not written {self._written}; export it again."
        )

    def _line(self, position: int) -> int:
        return self._text.count("\n", 0, position) + 1
