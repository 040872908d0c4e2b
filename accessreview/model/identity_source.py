"""How a vCenter resolves the groups of one directory: its identity sources."""

from dataclasses import dataclass
from enum import StrEnum


class IdentitySourceKind(StrEnum):
    AD_OVER_LDAP = "ad-over-ldap"
    INTEGRATED = "integrated"
    OPENLDAP = "openldap"
    FEDERATED = "federated"


@dataclass(frozen=True, slots=True)
class IdentitySource:
    """One identity source of a vCenter, over the directory of that source id.

    Bases are canonical distinguished names (``model/dn.py``); an empty one is all of the
    directory. They mean something for ``AD_OVER_LDAP`` and ``OPENLDAP`` only, as do
    ``whole_domain`` and ``direct_groups_only`` for the first; ``foreign_groups`` for
    ``INTEGRATED``.
    """

    directory: str
    kind: IdentitySourceKind
    user_base: str = ""
    group_base: str = ""
    whole_domain: bool = False
    direct_groups_only: bool = False
    foreign_groups: bool = False
