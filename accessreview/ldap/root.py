"""What a server says of itself in its root entry, and an Active Directory of its domains."""

from collections.abc import Iterable
from dataclasses import dataclass

from accessreview.ldap.ids import Attributes, guid_text, text, texts
from accessreview.ldap.settings import DirectoryKind

ROOT_ATTRIBUTES = ("*", "+")
DOMAIN_FILTER = "(&(objectClass=crossRef)(nETBIOSName=*))"
DOMAIN_ATTRIBUTES = ("nETBIOSName", "dnsRoot", "nCName")

_ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
"""The capability of a domain controller, Samba's too."""
_IPA_OPERATIONS = "2.16.840.1.113730.3.8.10."
_HOLD_NOBODY = (
    *("cn=configuration,", "cn=schema,", "dc=domaindnszones,", "dc=forestdnszones,"),
    *("cn=schemacontext", "cn=accesslog", "cn=changelog", "cn=config", "cn=monitor", "o=ipaca"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerIdentity:
    """One server; what it did not say is empty, and its kind then LDAP.

    ``invocation_id`` changes when a domain controller is restored from a backup; ``highest_usn``
    is its last change at the time of asking.
    """

    kind: DirectoryKind = DirectoryKind.LDAP
    vendor: str = ""
    naming_contexts: tuple[str, ...] = ()
    default_context: str = ""
    configuration_context: str = ""
    dns_host_name: str = ""
    ds_service_name: str = ""
    invocation_id: str = ""
    highest_usn: int | None = None
    controls: frozenset[str] = frozenset()

    @property
    def bases(self) -> tuple[str, ...]:
        """The subtrees that may hold accounts and groups."""
        if self.default_context and self.kind in {
            DirectoryKind.ACTIVE_DIRECTORY,  # the others belong to the forest, or are copies
            DirectoryKind.VMDIR,
        }:
            return (self.default_context,)
        return tuple(
            name for name in self.naming_contexts if not name.lower().startswith(_HOLD_NOBODY)
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """What a forest calls one of its domains: ``CORP`` and ``corp.example`` for ``base``."""

    base: str
    netbios_name: str
    dns_name: str


def identity_of(root: Attributes, service: Attributes) -> ServerIdentity:
    """From the attributes of the root entry, and of the one that its ``dsServiceName`` names."""
    usn = text(root, "highestcommittedusn")
    return ServerIdentity(
        kind=_kind(root),
        vendor=" ".join(filter(None, (text(root, "vendorname"), text(root, "vendorversion")))),
        naming_contexts=texts(root, ("namingcontexts",)),
        default_context=text(root, "defaultnamingcontext"),
        configuration_context=text(root, "configurationnamingcontext"),
        dns_host_name=text(root, "dnshostname"),
        ds_service_name=text(root, "dsservicename"),
        invocation_id=guid_text(next(iter(service.get("invocationid", ())), b"")),
        highest_usn=int(usn) if usn.isdecimal() else None,
        controls=frozenset(texts(root, ("supportedcontrol",))),
    )


def domains_of(cross_references: Iterable[Attributes]) -> tuple[Domain, ...]:
    """From the entries under ``CN=Partitions`` that stand for domains."""
    return tuple(
        Domain(text(one, "ncname"), text(one, "netbiosname"), text(one, "dnsroot"))
        for one in cross_references
    )


def _kind(root: Attributes) -> DirectoryKind:
    classes = {name.lower() for name in texts(root, ("objectclass", "structuralobjectclass"))}
    if _ACTIVE_DIRECTORY in texts(root, ("supportedcapabilities",)):
        return DirectoryKind.ACTIVE_DIRECTORY
    if "openldaprootdse" in classes:
        return DirectoryKind.OPENLDAP
    if text(root, "vendorversion").startswith("389-Directory/"):
        operations = texts(root, ("supportedextension",))
        is_ipa = any(name.startswith(_IPA_OPERATIONS) for name in operations)
        return DirectoryKind.FREEIPA if is_ipa else DirectoryKind.DS389
    if any(name.startswith("vmw") for name in root):
        return DirectoryKind.VMDIR
    return DirectoryKind.LDAP
