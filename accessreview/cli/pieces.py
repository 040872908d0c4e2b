"""Much text put together from pieces that many lines share: their bytes are gathered at once."""

from collections.abc import Sequence
from json.encoder import encode_basestring as quoted

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from accessreview.model.texts import Texts

Numbers = NDArray[np.int64]

_FIRST_PLAIN, _QUOTE, _BACKSLASH = (ord(each) for each in ' "\\')


class Pieces:
    """Texts by number, each kept once."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._texts: list[bytes] = []

    def __len__(self) -> int:
        return len(self._texts)

    def number(self, text: str) -> int:
        piece = text.encode()
        found = self._numbers.setdefault(piece, len(self._texts))
        if found == len(self._texts):
            self._texts.append(piece)
        return found

    def joined(self, numbers: Numbers, others: Sequence[pa.Array]) -> memoryview:
        """The bytes of these pieces one after the other, where ``others`` are numbered after all.

        Only the pieces that are used are handed over, so that few of very many cost little.
        """
        count = len(self._texts)
        is_used = np.zeros(count + sum(map(len, others)), dtype=bool)
        is_used[count:] = True
        is_used[numbers] = True
        texts = [self._texts[number] for number in np.flatnonzero(is_used[:count]).tolist()]
        pieces = pa.concat_arrays([pa.array(texts, pa.large_binary()), *others])
        data = pieces.take(pa.array((np.cumsum(is_used) - 1)[numbers]))
        _, bounds, body = data.buffers()
        end = np.frombuffer(bounds, dtype=np.int64)[len(data)] if len(data) else 0
        return memoryview(body or b"")[: int(end)]


class Strings:
    """Strings as they stand between the quotes in JSON."""

    def __init__(self, texts: Texts) -> None:
        escaped = _escaped(texts)
        buffers = (None, pa.py_buffer(escaped.bounds), pa.py_buffer(escaped.data))
        self._array = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(texts), buffers)

    def take(self, numbers: NDArray[np.integer]) -> pa.Array:
        return self._array.take(pa.array(numbers))


def _escaped(texts: Texts) -> Texts:
    body = texts.body
    special = np.flatnonzero((body < _FIRST_PLAIN) | (body == _QUOTE) | (body == _BACKSLASH))
    odd = np.unique(np.searchsorted(texts.bounds, special, side="right") - 1)
    if not len(odd):
        return texts
    numbers = np.arange(len(texts))
    numbers[odd] = len(texts) + np.arange(len(odd))
    return texts.joined(Texts(quoted(text)[1:-1] for text in texts.take(odd))).take(numbers)
