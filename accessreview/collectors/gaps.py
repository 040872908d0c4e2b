"""The sentences of ``snapshot/gaps.py``, under the name by which collectors know them."""

from accessreview.snapshot.gaps import Gaps

__all__ = ["Gaps"]
