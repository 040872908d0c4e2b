"""Three servers to take members out of groups of, alike as far as they are."""

from collections.abc import Callable
from dataclasses import dataclass

from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.remediation import MembershipRemoval
from accessreview.model.snapshot import Reading
from accessreview.remediators.directory import DirectoryRemediator
from tests.directory_seeds import ds389 as seeds_389
from tests.directory_seeds.ldif import entry
from tests.servers import ds389, samba, slapd
from tests.servers.samba import AD

LOGINS = ("ann", "ben", "cat")
GROUPS = ("leave", "back", "forbidden", "unsure")
AWAY = "ou=away"
"""A subtree of the OpenLDAP that lies on another server."""

OPENLDAP = (
    "".join(slapd.person(login) for login in (*LOGINS, "gone"))
    + "".join(slapd.group(name, "UID=Ann, OU=People", "ben") for name in GROUPS)
    + slapd.group("moved", "ann", "cat")
    + slapd.group("last", "ann")
    + slapd.group("own", "ann", "cn=remedy")
    + entry(
        f"cn=unix,ou=groups,{slapd.SUFFIX}",
        *("objectClass: posixGroup", "cn: unix", "gidNumber: 300", "memberUid: ann"),
    )
    + entry(
        f"cn=dynamic,ou=groups,{slapd.SUFFIX}",
        *("objectClass: groupOfURLs", "cn: dynamic"),
        f"memberURL: ldap:///ou=people,{slapd.SUFFIX}??sub?(uid=ann)",
    )
    + entry(
        f"{AWAY},{slapd.SUFFIX}",
        *("objectClass: referral", "objectClass: extensibleObject", "ou: away"),
        f"ref: ldap://127.0.0.1:9/{AWAY},{slapd.SUFFIX}",
    )
)
DS389 = (
    "".join(
        seeds_389.person(login, *lines)
        for login, lines in (
            ("ann", (f"nsRoleDN: cn=operators,{ds389.SUFFIX}", "departmentNumber: ops")),
            *((login, ()) for login in (*LOGINS[1:], "gone")),
        )
    )
    + "".join(seeds_389.group(name, "ann", "ben") for name in GROUPS)
    + seeds_389.group("moved", "ann", "cat", unique=True)
    + seeds_389.group("last", "ann")
    + seeds_389.group("own", "ann", f"cn=remedy,{ds389.SUFFIX}")
    + entry(
        seeds_389.group_dn("unix"),
        *("objectClass: groupOfNames", "objectClass: posixGroup", "cn: unix", "gidNumber: 300"),
        "memberUid: ann",
    )
    + entry(
        seeds_389.group_dn("dynamic"),
        *("objectClass: groupOfURLs", "cn: dynamic"),
        f"memberURL: ldap:///{seeds_389.PEOPLE}??sub?(uid=ann)",
    )
    + seeds_389.role(
        "operators",
        *("objectClass: nsSimpleRoleDefinition", "objectClass: nsManagedRoleDefinition"),
    )
    + seeds_389.role(
        "ops",
        *("objectClass: nsComplexRoleDefinition", "objectClass: nsFilteredRoleDefinition"),
        "nsRoleFilter: (departmentNumber=ops)",
    )
)
ACTIVE_DIRECTORY = (
    "".join(samba.user(login) for login in (*LOGINS, "gone", "audit", "remedy"))
    + "".join(samba.group(name, "ann", "ben") for name in GROUPS)
    + samba.group("moved", "ann", "cat")
    + samba.group("last", "ann")
    + samba.group("within", "remedy")
    + samba.group("own", "ann", "CN=within,OU=groups")
    + "".join(
        f"dn: CN={group},CN={where},{AD.base}\nchangetype: modify\nadd: member\n"
        f"member: CN={login},{AD.people}\n-\n\n"
        for group, where, login in (
            ("Account Operators", "Builtin", "remedy"),
            ("Account Operators", "Builtin", "ann"),
            ("Domain Admins", "Users", "ann"),
            ("Enterprise Admins", "Users", "ann"),
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A running server; ``server`` gives settings to reach it as one of its accounts.

    ``change`` takes LDIF as its administrator, where there is one that signs in.
    """

    kind: DirectoryKind
    server: Callable[[str], ServerSettings]
    read: Callable[[ServerSettings], Reading]
    groups: str
    people: str
    naming: str
    change: Callable[[str], None]

    @property
    def suffix(self) -> str:
        return self.groups.partition(",")[2]

    def group(self, name: str) -> str:
        return f"cn={name},{self.groups}"

    def person(self, login: str) -> str:
        return f"{self.naming}={login},{self.people}"

    def reading(self) -> Reading:
        return self.read(self.server("audit"))

    def members(self, group: str) -> set[str]:
        """Names of what is in it now."""
        reading = self.reading()
        names = {
            row[1]: row[2] for name in ("accounts", "groups") for row in reading.tables[name].rows()
        }
        return {
            names[row[3]]
            for row in reading.tables["members"].rows()
            if names[row[1]].casefold() == group.casefold()
        }

    def removal(self, login: str, group: str) -> MembershipRemoval:
        """As a collection of now names both."""
        tables = self.reading().tables
        locators = {row[1]: row[2] for row in tables["locators"].rows()}
        accounts = {row[2]: row[1] for row in tables["accounts"].rows()}
        groups = {row[2]: row[1] for row in tables["groups"].rows()}
        return MembershipRemoval(
            group=GroupRef("corp", groups[group]),
            group_name=group,
            group_locator=locators[groups[group]],
            member=AccountRef("corp", accounts[login]),
            member_login=login,
            member_locator=locators[accounts[login]],
        )

    def remedy(
        self, account: str = "remedy", names: AttributeNames | None = None
    ) -> DirectoryRemediator:
        return DirectoryRemediator(
            "corp", self.kind, self.server(account), names or AttributeNames()
        )
