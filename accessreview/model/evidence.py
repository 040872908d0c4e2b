"""Evidence packages and the verdicts on them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckVerdict(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked of a package, and how it came out, in a sentence."""

    check: str
    verdict: CheckVerdict
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePackage:
    """A sealed package as kept: ``digest`` is SHA-256 of its bytes, ``key`` the public key's."""

    id: str
    campaign: str
    built_at: datetime
    digest: str
    key: str
    size: int
