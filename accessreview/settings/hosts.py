"""Live hosts without a vCenter."""

from typing import Literal

from accessreview.settings.base import VSphere


class Host(VSphere):
    """An ESXi host that is read by itself."""

    kind: Literal["esxi"]
