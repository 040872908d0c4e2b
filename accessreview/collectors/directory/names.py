"""Under which names a vCenter may know an account or a group: the alias map of a directory."""

from collections.abc import Iterable, Sequence

from accessreview.collectors.directory.objects import DirectoryObject, key_of
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import texts
from accessreview.ldap.root import Domain
from accessreview.model.dn import dns_domain, is_within
from accessreview.model.errors import ConfigurationError


class Aliases:
    """The names of a directory's domains: those set, else those that it gives them itself.

    Without either, the DNS name is the one that the first base spells.

    Raises:
        ConfigurationError: the base is no distinguished name.
    """

    def __init__(self, schema: DirectorySchema, domains: Sequence[Domain]) -> None:
        self._schema = schema
        self._of_base = _of_base(schema)
        longest_first = sorted(domains, key=lambda domain: -len(domain.base))
        self._domains = tuple((key_of(domain.base), domain) for domain in longest_first)
        self._all_are_set = bool(schema.netbios_names and schema.dns_names)

    def of_account(self, account: DirectoryObject) -> tuple[str, ...]:
        """Every spelling by login, and the user principal name where there is one."""
        names = self._spelled(account, self._schema.login_attributes)
        return _distinct((*names, *texts(account.entry.attributes, ("userprincipalname",))))

    def of_group(self, group: DirectoryObject) -> tuple[str, ...]:
        """Every spelling by name."""
        return _distinct(self._spelled(group, self._schema.group_name_attributes))

    def _spelled(self, one: DirectoryObject, attributes: Iterable[str]) -> Iterable[str]:
        values = (texts(one.entry.attributes, (name.lower(),)) for name in attributes)
        names = next(filter(None, values), ())
        netbios_names, dns_names = self._domain(one.entry.dn) if names else ((), ())
        for name in names:
            for domain in (*netbios_names, *dns_names):
                yield f"{domain}\\{name}"
            for domain in dns_names:
                yield f"{name}@{domain}"

    def _domain(self, dn: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """NetBIOS and DNS names of the domain that an entry lies in."""
        netbios_names, dns_names = self._schema.netbios_names, self._schema.dns_names
        if not self._all_are_set and self._domains:
            key = key_of(dn)
            own = next((one for base, one in self._domains if is_within(key, base)), None)
            if own is not None:
                netbios_names = netbios_names or _some(own.netbios_name)
                dns_names = dns_names or _some(own.dns_name)
        return netbios_names, dns_names or self._of_base


def _of_base(schema: DirectorySchema) -> tuple[str, ...]:
    if schema.dns_names or not schema.bases:
        return ()
    try:
        return _some(dns_domain(schema.bases[0]))
    except ValueError as error:
        raise ConfigurationError(
            f"The base {schema.bases[0]} is no distinguished name: {error}."
        ) from None


def _some(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Without those that differ in case only: principals are compared without it."""
    return tuple({name.casefold(): name for name in names}.values())
