"""The URL by which a dynamic group finds its members."""

import pytest

from accessreview.collectors.directory.searches import MemberSearch

BASE = "ou=people,dc=corp,dc=example"


@pytest.mark.parametrize(
    ("url", "search"),
    [
        (f"ldap:///{BASE}??sub?(title=T1)", (BASE, "SUBTREE", "(title=T1)")),
        (f"LDAP:///{BASE}?mail,cn?ONE?(title=T1)", (BASE, "LEVEL", "(title=T1)")),
        (f"ldap:///{BASE}???(uid=a)", (BASE, "BASE", "(uid=a)")),
        (f"ldap:///{BASE}", (BASE, "BASE", "(objectClass=*)")),
        ("ldap:///ou=A%20%3f,dc=x??sub?(cn=%2a%3f%29)", ("ou=A ?,dc=x", "SUBTREE", "(cn=*?))")),
        (f"ldap:///{BASE}??sub??x-note=1", (BASE, "SUBTREE", "(objectClass=*)")),
    ],
)
def test_its_parts_are_base_scope_and_filter(url: str, search: tuple[str, str, str]) -> None:
    found = MemberSearch.of(url)
    assert (found.base, found.scope, found.filter) == search


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("people", "no ldap URL"),
        ("https:///dc=x??sub", "no ldap URL"),
        (f"ldap://other.example/{BASE}??sub", "another server"),
        (f"ldap:///{BASE}??subtree?(uid=a)", "subtree is no scope"),
        (f"ldap:///{BASE}??sub?(uid=a)?a=1,!b=2", "extension"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        MemberSearch.of(url)
