"""Under which names a vCenter may know an account or a group: the alias map of a directory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
        self._logins = _lowered(schema.login_attributes)
        self._group_names = _lowered(schema.group_name_attributes)
        of_base = _of_base(schema)
        set_ = schema.netbios_names, schema.dns_names
        self._usual = _Domain.of(set_[0], set_[1] or of_base)
        longest_first = sorted(domains, key=lambda domain: -len(domain.base))
        self._domains = (
            ()
            if all(set_)
            else tuple(
                (
                    key_of(domain.base),
                    _Domain.of(
                        set_[0] or _some(domain.netbios_name),
                        set_[1] or _some(domain.dns_name) or of_base,
                    ),
                )
                for domain in longest_first
            )
        )

    def of_account(self, account: DirectoryObject) -> tuple[str, ...]:
        """Every spelling by login, and the user principal name where there is one."""
        names = self._spelled(account, self._logins)
        names += texts(account.entry.attributes, ("userprincipalname",))
        return _distinct(names)

    def of_group(self, group: DirectoryObject) -> tuple[str, ...]:
        """Every spelling by name."""
        return _distinct(self._spelled(group, self._group_names))

    def _spelled(self, one: DirectoryObject, attributes: Iterable[str]) -> list[str]:
        for attribute in attributes:
            if names := texts(one.entry.attributes, (attribute,)):
                domain = self._domain(one.key)
                return [spelled for name in names for spelled in domain.spelled(name)]
        return []

    def _domain(self, key: str) -> "_Domain":
        """The domain that an entry of this canonical name lies in."""
        for base, domain in self._domains:
            if is_within(key, base):
                return domain
        return self._usual


@dataclass(frozen=True, slots=True)
class _Domain:
    """What stands before a name and what stands after it, in each of its spellings."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @classmethod
    def of(cls, netbios_names: Sequence[str], dns_names: Sequence[str]) -> "_Domain":
        before = tuple(f"{name}\\" for name in (*netbios_names, *dns_names))
        return cls(before, tuple(f"@{name}" for name in dns_names))

    def spelled(self, name: str) -> list[str]:
        return [*[before + name for before in self.before], *[name + end for end in self.after]]


def _of_base(schema: DirectorySchema) -> tuple[str, ...]:
    if schema.dns_names or not schema.bases:
        return ()
    try:
        return _some(dns_domain(schema.bases[0]))
    except ValueError as error:
        raise ConfigurationError(
            f"The base {schema.bases[0]} is no distinguished name: {error}."
        ) from None


def _lowered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _some(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Without those that differ in case only: principals are compared without it."""
    return tuple({name.casefold(): name for name in names}.values())
