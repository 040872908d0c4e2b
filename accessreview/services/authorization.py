"""Who may do what in this tool: one table, denied unless listed."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from accessreview.model.errors import NotAllowedError
from accessreview.model.user import Authorization, UserRole


class Capability(StrEnum):
    """What an endpoint, a command or a service may ask for; the value completes "to …"."""

    SEE_OVERVIEW = "see the overview"
    SEE_FINDINGS = "see violations and who can do what"
    SEE_SOURCES = "see sources and their freshness"
    COLLECT = "collect from the sources"
    ACCEPT_READINGS = "accept readings that were kept out"
    SEE_CAMPAIGNS = "see campaigns"
    RUN_CAMPAIGNS = "open, finish and close campaigns"
    REVIEW = "decide on review items"
    REMEDIATE = "plan and carry out changes"
    SEE_EVIDENCE = "download evidence"
    BUILD_EVIDENCE = "build evidence packages"
    SEE_AUDIT = "read the audit trail"
    ADMINISTER_USERS = "administer users"


_SEEING = frozenset(
    {
        Capability.SEE_OVERVIEW,
        Capability.SEE_FINDINGS,
        Capability.SEE_SOURCES,
        Capability.SEE_CAMPAIGNS,
        Capability.SEE_EVIDENCE,
        Capability.SEE_AUDIT,
        Capability.BUILD_EVIDENCE,
    }
)

CAPABILITIES: Mapping[UserRole, frozenset[Capability]] = MappingProxyType(
    {
        # An administrator runs reviews and therefore never decides in one.
        UserRole.ADMINISTRATOR: frozenset(Capability) - {Capability.REVIEW},
        UserRole.REVIEWER: frozenset({Capability.SEE_OVERVIEW, Capability.REVIEW}),
        # An auditor changes nothing; building a package only seals what is there.
        UserRole.AUDITOR: _SEEING,
    }
)


def allowed(authorization: Authorization, capability: Capability) -> bool:
    return capability in CAPABILITIES[authorization.role]


def require(authorization: Authorization, capability: Capability) -> None:
    """Raise NotAllowedError unless the actor's role has the capability."""
    if not allowed(authorization, capability):
        raise NotAllowedError(
            f"{authorization.actor} signed in as {authorization.role} and may not {capability}."
        )
