"""The predefined groups of vCenter's own directory that give power outside the permission model.

Being in one is no permission on anything, and no role lists what it allows. Groups that give
nothing by themselves (``Users``, ``SolutionUsers``, ``DCClients`` …) are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from accessreview.model.snapshot import Power

POWERS: Mapping[str, Power] = MappingProxyType(
    {
        "administrators": Power.SSO_ADMINISTRATION,
        "systemconfiguration.bashshelladministrators": Power.APPLIANCE_SHELL,
        "systemconfiguration.administrators": Power.APPLIANCE_ADMINISTRATION,
        "caadmins": Power.CERTIFICATE_AUTHORITY,
        "dcadmins": Power.DIRECTORY_CONTROL,
        "actasusers": Power.ACT_AS,
        "trustedadmins": Power.TRUST_ADMINISTRATION,
        "componentmanager.administrators": Power.COMPONENT_REGISTRATION,
        "licenseservice.administrators": Power.LICENSE_ADMINISTRATION,
    }
)
"""By the group's name without case."""


def powers_of(groups: Iterable[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Rows of ``powers`` without their source, of groups by name and principal.

    The group itself holds the power: who is in it, at any depth, the memberships say.
    """
    for name, principal in groups:
        power = POWERS.get(name.casefold())
        if power is not None:
            yield "", power.value, principal, "true", name
