"""What an account is: somebody's or a service's, and by what that is known."""

from collections.abc import Callable, Iterator

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
_PERSONAL = ("givenname", "mail", "manager")


def service_states(account: DirectoryObject) -> Iterator[Fact]:
    """By what it is known to be a service's or a machine's; a pattern of logins makes no state."""
    attributes = account.entry.attributes
    classes = classes_of(attributes)
    managed = [name for one, name in _MANAGED.items() if one in classes]
    names = sorted(texts(attributes, ("serviceprincipalname",)))
    if managed:
        yield Fact(State.MANAGED_SERVICE, "", f"objectClass {managed[-1]}")
    elif "computer" in classes:
        yield Fact(State.COMPUTER, "", "objectClass computer")
    elif _SOLUTION_USER in classes:
        yield Fact(State.SERVICE_PRINCIPAL, "", "objectClass vmwServicePrincipal")
    elif names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield Fact(State.SERVICE_PRINCIPAL, "", f"servicePrincipalName {names[0]}{more}")


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
        is_person = identity or any(name in account.entry.attributes for name in _PERSONAL)
        return "human" if is_person else "unknown"

    return kind
