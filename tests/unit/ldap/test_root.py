"""What a server is, by what it says of itself."""

import pytest

from accessreview.ldap.root import Domain, ServerIdentity, domains_of, identity_of
from accessreview.ldap.settings import DirectoryKind

NOBODY = ("cn=schemacontext", "CN=Configuration,DC=corp,DC=example", "cn=changelog", "o=ipaca")
HOLDS = ("dc=corp,dc=example", "o=partners")


def identity(**attributes: str | tuple[str, ...]) -> ServerIdentity:
    return identity_of(
        {
            name.lower(): tuple(
                one.encode() for one in ((values,) if isinstance(values, str) else values)
            )
            for name, values in attributes.items()
        },
        {},
    )


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        (
            {"supportedCapabilities": ("1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.800")},
            DirectoryKind.ACTIVE_DIRECTORY,
        ),
        ({"objectClass": ("top", "OpenLDAProotDSE")}, DirectoryKind.OPENLDAP),
        ({"structuralObjectClass": "OpenLDAProotDSE"}, DirectoryKind.OPENLDAP),
        ({"vendorVersion": "389-Directory/2.3.1 B2023.004"}, DirectoryKind.DS389),
        (
            {
                "vendorVersion": "389-Directory/2.3.1 B2023.004",
                "supportedExtension": ("1.3.6.1.4.1.1466.20037", "2.16.840.1.113730.3.8.10.3"),
            },
            DirectoryKind.FREEIPA,
        ),
        ({"vmwAdministratorDN": "cn=Administrator,cn=Users,dc=x"}, DirectoryKind.VMDIR),
        ({"vendorName": "Somebody Else"}, DirectoryKind.LDAP),
        ({}, DirectoryKind.LDAP),
    ],
)
def test_its_kind_is_told_by_its_marks(
    attributes: dict[str, str | tuple[str, ...]], kind: DirectoryKind
) -> None:
    assert identity(**attributes).kind is kind


def test_all_that_may_hold_somebody_is_read_and_nothing_else() -> None:
    assert identity(namingContexts=(*NOBODY, *HOLDS)).bases == HOLDS


@pytest.mark.parametrize(
    "mark",
    [{"supportedCapabilities": "1.2.840.113556.1.4.800"}, {"vmwServerGUID": "x"}],
    ids=["domain controller", "vmdir"],
)
def test_of_a_domain_its_own_context_alone_is_read(mark: dict[str, str]) -> None:
    contexts = ("DC=corp,DC=example", "DC=sub,DC=corp,DC=example")
    found = identity(defaultNamingContext=contexts[0], namingContexts=contexts, **mark)
    assert found.bases == contexts[:1]


def test_what_a_server_leaves_out_is_empty() -> None:
    assert identity(highestCommittedUSN="many") == ServerIdentity()


def test_a_domain_has_the_names_that_its_forest_gives_it() -> None:
    reference = {
        "ncname": (b"DC=corp,DC=example",),
        "netbiosname": (b"CORP",),
        "dnsroot": (b"corp.example",),
    }
    assert domains_of([reference]) == (Domain("DC=corp,DC=example", "CORP", "corp.example"),)
