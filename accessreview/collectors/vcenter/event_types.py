"""Which events of a vCenter concern who may do what, and in which spellings it is asked for them.

A type of the API is asked for by its bare name and by ``vim.event.`` before it, for vCenters
differ in which one they know. Others carry an id of their own (``EventEx``).
"""

from collections.abc import Iterable, Iterator

LOGIN = "UserLoginSessionEvent"
_OF_THE_API = (
    "PermissionAddedEvent",
    "PermissionUpdatedEvent",
    "PermissionRemovedEvent",
    "RoleAddedEvent",
    "RoleUpdatedEvent",
    "RoleRemovedEvent",
    "AccountCreatedEvent",
    "AccountUpdatedEvent",
    "AccountRemovedEvent",
    "UserAssignedToGroup",
    "UserUnassignedFromGroup",
    "HostAdminDisableEvent",
    "HostAdminEnableEvent",
)
_BY_ID = (
    "com.vmware.cis.CreatePermission",
    "com.vmware.cis.RemovePermission",
    "com.vmware.cis.CreateGlobalPermission",
    "com.vmware.cis.RemoveGlobalPermission",
    "com.vmware.sso.PrincipalManagement",
    "com.vmware.sso.RoleManagement",
    "com.vmware.sso.IdentitySourceManagement",
    "com.vmware.sso.DomainManagement",
    "com.vmware.sso.ConfigurationManagement",
    "com.vmware.trustmanagement.VcIdentityProviders",
    "esx.audit.lockdownmode.enabled",
    "esx.audit.lockdownmode.disabled",
    "esx.audit.lockdownmode.exceptions.changed",
)
_AUTHORIZATION = frozenset((*_OF_THE_API, *_BY_ID))
_SESSION = frozenset({LOGIN, "UserLogoutSessionEvent"})
_PREFIX = "vim.event."


def watched_types() -> tuple[str, ...]:
    """Every id to ask for: of what concerns authorization, and of logins."""
    return (*_spelled((*_OF_THE_API, LOGIN)), *_BY_ID)


def bare(type_name: str) -> str:
    """The type without its prefix, in whichever spelling it came."""
    return type_name.removeprefix(_PREFIX)


def concerns_authorization(type_name: str) -> bool:
    return type_name in _AUTHORIZATION


def is_action(type_name: str) -> bool:
    """Whether it is more than coming and going."""
    return type_name not in _SESSION


def _spelled(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield _PREFIX + name
