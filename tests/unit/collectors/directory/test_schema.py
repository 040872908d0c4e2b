"""What is read where little is set."""

from dataclasses import replace

import pytest

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.root import ServerIdentity
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.errors import ConfigurationError

UNSET = DirectorySchema(kind=DirectoryKind.LDAP)
SUFFIX = "dc=corp,dc=example"


def server(kind: DirectoryKind, *contexts: str) -> ServerIdentity:
    return ServerIdentity(kind=kind, naming_contexts=contexts, dns_host_name="ldap1.example")


def test_a_server_says_what_it_is_and_what_it_holds() -> None:
    told = UNSET.completed(server(DirectoryKind.OPENLDAP, SUFFIX, "dc=other", "cn=accesslog"))
    assert (told.kind, told.bases) == (DirectoryKind.OPENLDAP, (SUFFIX, "dc=other"))
    assert "entryUUID" in told.attributes


def test_of_freeipa_only_the_accounts_are_read() -> None:
    told = UNSET.completed(server(DirectoryKind.FREEIPA, SUFFIX, "o=ipaca"))
    assert told.bases == (f"cn=accounts,{SUFFIX}",)


def test_what_is_set_counts() -> None:
    schema = replace(UNSET, kind=DirectoryKind.DS389, bases=("ou=x",))
    assert schema.completed(server(DirectoryKind.FREEIPA, SUFFIX)) == schema
    by_kind = replace(UNSET, kind=DirectoryKind.DS389)
    assert by_kind.completed(server(DirectoryKind.OPENLDAP, SUFFIX)).kind is DirectoryKind.DS389


def test_a_server_that_is_none_of_the_known_ones_is_read_by_the_standards() -> None:
    told = UNSET.completed(server(DirectoryKind.LDAP, SUFFIX))
    assert told.filters == replace(told, kind=DirectoryKind.OPENLDAP).filters


def test_a_server_that_names_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"ldap1\.example does not say what it holds"):
        UNSET.completed(server(DirectoryKind.LDAP))
    assert replace(UNSET, bases=("ou=x",)).completed(server(DirectoryKind.LDAP)).bases == ("ou=x",)
