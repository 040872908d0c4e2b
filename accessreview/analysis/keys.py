"""Row numbers of many references at once, and sets as the bits of an integer."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from accessreview.model.keys import Keys

__all__ = ["Keys", "Rows", "bits"]

Rows = NDArray[np.int64]


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the set bits, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
