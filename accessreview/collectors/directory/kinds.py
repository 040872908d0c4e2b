"""What an account is: somebody's or a service's, and by what that is known."""

from collections.abc import Callable
from functools import lru_cache

from accessreview.collectors.directory.logins import login_pattern
from accessreview.collectors.directory.objects import DirectoryObject, classes_of
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.states import Fact
from accessreview.ldap.ids import texts
from accessreview.model.snapshot import State

_MANAGED = {
    "msds-managedserviceaccount": "msDS-ManagedServiceAccount",
    "msds-groupmanagedserviceaccount": "msDS-GroupManagedServiceAccount",
    "msds-delegatedmanagedserviceaccount": "msDS-DelegatedManagedServiceAccount",
}
SERVICE_STATES = frozenset({State.MANAGED_SERVICE, State.SERVICE_PRINCIPAL, State.COMPUTER})
"""Each of them makes an account a service's."""
_SOLUTION_USER = "vmwserviceprincipal"
_PERSONAL = frozenset({"givenname", "mail", "manager"})


def service_states(account: DirectoryObject) -> tuple[Fact, ...]:
    """By what it is known to be a service's or a machine's; a pattern of logins makes no state."""
    attributes = account.entry.attributes
    if by_classes := _by_classes(classes_of(attributes)):
        return by_classes
    names = sorted(texts(attributes, ("serviceprincipalname",)))
    if not names:
        return ()
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (Fact(State.SERVICE_PRINCIPAL, "", f"servicePrincipalName {names[0]}{more}"),)


@lru_cache(maxsize=1024)  # as of the classes themselves
def _by_classes(classes: frozenset[str]) -> tuple[Fact, ...]:
    managed = [name for one, name in _MANAGED.items() if one in classes]
    if managed:
        return (Fact(State.MANAGED_SERVICE, "", f"objectClass {managed[-1]}"),)
    if "computer" in classes:
        return (Fact(State.COMPUTER, "", "objectClass computer"),)
    if _SOLUTION_USER in classes:
        return (Fact(State.SERVICE_PRINCIPAL, "", "objectClass vmwServicePrincipal"),)
    return ()


def kind_finder(schema: DirectorySchema) -> Callable[[DirectoryObject, str, str, bool], str]:
    """Return what says of an account ``human``, ``service`` or ``unknown``.

    It is asked with the account, its login, its identity and whether it has service states. A
    password that never expires is a hint and decides nothing.

    Raises:
        ConfigurationError: ``service_pattern`` is no regular expression.
    """
    service = login_pattern(schema.service_pattern, "service accounts")

    def kind(account: DirectoryObject, login: str, identity: str, is_service: bool) -> str:  # noqa: FBT001 - a fact like the others
        if is_service or (service and service.fullmatch(login)):
            return "service"
        is_person = identity or not _PERSONAL.isdisjoint(account.entry.attributes)
        return "human" if is_person else "unknown"

    return kind
