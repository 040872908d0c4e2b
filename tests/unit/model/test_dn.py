"""Two spellings of one name meet; two names never do."""

import pytest

from accessreview.model.dn import ancestors, canonical, dns_domain, is_within, without_uid

SAME = [
    (r"cn=Doe\, John,ou=People,DC=Example,dc=com", r"CN=Doe\2C John, OU=people,dc=example,DC=com"),
    (r"cn=a+sn=b,dc=x", r"SN=B+CN=A,dc=x"),
    ("cn=J  Smith,dc=x", "CN=j smith , dc=x"),
    (r"cn=Lu\C4\8Di\C4\87,dc=x", "cn=Lučić,dc=x"),
    (r'cn="Doe, John",dc=x', r"cn=doe\, john,dc=x"),
    ("2.5.4.3=a,dc=x", "cn=A,dc=x"),
    ("OID.2.5.4.3=a,dc=x", "commonName=A,domainComponent=x"),
    (r"cn=\23h,dc=x", r"cn=\#h,dc=x"),
    ("cn=STRASSE,dc=x", "cn=straße,dc=x"),
    (r"cn=a\ ,dc=x", "cn=a,dc=x"),
    ("cn=a;dc=x", "cn=a,dc=x"),
    ("cn=#04024869,dc=x", "CN=#04024869,dc=x"),
]
DIFFERENT = [
    ("cn=a,dc=x", r"cn=a\,dc=x"),
    ("cn=ab,dc=x", "cn=a b,dc=x"),
    ("cn=a,dc=x", "cn=a,dc=x,dc=y"),
    (r"cn=a\+sn=b,dc=x", "cn=a+sn=b,dc=x"),
    ("cn=#61,dc=x", r"cn=\#61,dc=x"),
]
NO_NAMES = ["alice", "cn=a,bob", "=a,dc=x", "cn=a\\", "cn=a+"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
    assert canonical(canonical(one)) == canonical(one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"part|backslash"):
        canonical(text)


def test_a_comma_inside_a_part_is_no_border() -> None:
    key = canonical(r"cn=Doe\, John,ou=People,dc=x")
    assert ancestors(key) == ("ou=people,dc=x", "dc=x")
    assert is_within(key, "ou=people,dc=x")
    assert not is_within("cn=a,ou=morepeople,dc=x", "ou=people,dc=x")
    assert is_within(key, "")


def test_the_domain_is_spelled_by_its_parts() -> None:
    assert dns_domain("OU=x,DC=Corp,DC=Example") == "corp.example"
    assert not dns_domain("o=corp")


def test_the_bit_string_of_a_unique_member_is_no_part_of_the_name() -> None:
    assert without_uid("uid=a,dc=x#'0101'B") == "uid=a,dc=x"
    assert without_uid("uid=a#1,dc=x") == "uid=a#1,dc=x"
