"""Live hosts without a vCenter."""

from pathlib import Path
from typing import Literal

from accessreview.settings.base import Pin, Port, Seconds, Source


class Host(Source):
    """An ESXi host that is read by itself."""

    kind: Literal["esxi"]
    host: str
    port: Port = 443
    username: str
    password_file: Path
    ca_file: Path | None = None
    pin_sha256: Pin = ""
    timeout_seconds: Seconds = 60
    deadline_seconds: Seconds = 1800
