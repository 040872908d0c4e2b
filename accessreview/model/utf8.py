"""What bytes and strings are text in UTF-8."""

import numpy as np
from numpy.typing import NDArray


def is_ascii(data: NDArray[np.uint8]) -> bool:
    return int(data.max(initial=0)) < 0x80  # noqa: PLR2004 - the end of ASCII


def require_utf8(data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> None:
    """Raise UnicodeDecodeError unless each string by itself is UTF-8."""
    if is_ascii(data):
        return
    whole = data.tobytes()
    whole.decode()
    starts = bounds[:-1]
    starts = starts[starts < len(data)]
    split = np.flatnonzero((data[starts] & 0xC0) == 0x80)  # noqa: PLR2004 - goes on a character
    if len(split):
        at = int(starts[split[0]])
        raise UnicodeDecodeError("utf-8", whole[at : at + 1], 0, 1, "invalid start byte")


def is_faulty(string: str) -> bool:
    try:
        string.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in string
