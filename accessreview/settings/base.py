"""What all sections of the configuration are made of."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
Pin = Annotated[str, Field(pattern=r"^(([0-9A-Fa-f]{2}:?){32})?$")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Pattern = Annotated[str, Field(max_length=200)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """What every source has; ``name`` is what people call it."""

    id: SourceId
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or self.id


class VSphere(Source):
    """How a vCenter, or a host by itself, is reached, and with which account."""

    host: str
    port: Port = 443
    username: str
    password_file: Path
    ca_file: Path | None = None
    pin_sha256: Pin = ""
    timeout_seconds: Seconds = 60
    deadline_seconds: Seconds = 1800


class Account(Strict):
    """A login of its own for one purpose."""

    username: str
    password_file: Path


class WriteAccount(Account):
    """The separate account that may carry out removals; without one nothing is carried out."""
