"""How to reach one vCenter, and with which account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class VCenterSettings:
    """One vCenter: ``id`` is the source's in every snapshot, ``name`` what people call it.

    ``password`` is asked for at each login and never kept. The certificate is verified by
    ``ca_file`` (PEM), or compared with ``pin_sha256`` (the hexadecimal SHA-256 of the server's own
    certificate, colons allowed), or else verified by the authorities that this machine trusts.
    ``timeout_seconds`` bounds each wait for an answer, ``deadline_seconds`` the whole session.
    """

    id: str
    name: str
    host: str
    username: str
    password: Callable[[], str] = field(repr=False)
    port: int = 443
    ca_file: Path | None = None
    pin_sha256: str = ""
    timeout_seconds: float = 60
    deadline_seconds: float = 1800

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.name} ({self.host}:{self.port})"
