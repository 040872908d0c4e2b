"""Under which names a vCenter may know an account or a group."""

from collections.abc import Iterable

from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import texts
from accessreview.model.dn import dns_domain
from accessreview.model.errors import ConfigurationError


def domains(schema: DirectorySchema) -> tuple[str, ...]:
    """The DNS names of the directory: those set, else the one that its first base spells.

    Raises:
        ConfigurationError: the base is no distinguished name.
    """
    if schema.dns_names or not schema.bases:
        return schema.dns_names
    try:
        name = dns_domain(schema.bases[0])
    except ValueError as error:
        raise ConfigurationError(
            f"The base {schema.bases[0]} is no distinguished name: {error}."
        ) from None
    return (name,) if name else ()


def account_names(
    account: DirectoryObject, schema: DirectorySchema, dns_names: Iterable[str]
) -> tuple[str, ...]:
    """Every spelling by login, and the user principal name where there is one."""
    attributes = account.entry.attributes
    logins = texts(attributes, (schema.login_attribute,))
    return _distinct(
        (*_spelled(logins, schema, dns_names), *texts(attributes, ("userprincipalname",)))
    )


def group_names(
    group: DirectoryObject, schema: DirectorySchema, dns_names: Iterable[str]
) -> tuple[str, ...]:
    names = texts(group.entry.attributes, (schema.group_name_attribute,))
    return _distinct(_spelled(names, schema, dns_names))


def _spelled(
    names: Iterable[str], schema: DirectorySchema, dns_names: Iterable[str]
) -> Iterable[str]:
    for name in names:
        for domain in (*schema.netbios_names, *dns_names):
            yield f"{domain}\\{name}"
        for domain in dns_names:
            yield f"{name}@{domain}"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Without those that differ in case only: principals are compared without it."""
    return tuple({name.casefold(): name for name in names}.values())
