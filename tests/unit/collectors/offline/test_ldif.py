import pytest

from accessreview.collectors.offline.ldif import read_ldif
from accessreview.model.errors import InputError
from tests.unit.collectors.offline.exported import exported

ENTRY = "dn: cn=a,dc=x\nobjectClass: group\ncn: a\n\n"


def test_lines_are_unfolded_decoded_and_rid_of_comments() -> None:
    text = (
        "version: 1\n"
        "# a comment that is\n"
        "  folded: yes\n"
        "dn:: Y249WsO2ZSxkYz14\n"
        "CN:: WsO2\n"
        " ZQ==\n"
        "description: one\n"
        "  two\n"
        "description;lang-en:three\n"
        "objectGUID;binary:: AAH/\n"
        "empty:\n"
        "colon: a: b\n"
        "\n"
        "\n"
        "# another\n"
        "\n"
        "dn: dc=x\n"
        "dc: x\n"
        "\n"
    )

    raw = read_ldif(exported(text))

    assert [entry.dn for entry in raw.entries] == ["cn=Zöe,dc=x", "dc=x"]
    assert raw.entries[0].attributes == {
        "cn": ("Zöe".encode(),),
        "description": (b"one two", b"three"),
        "objectguid": (b"\x00\x01\xff",),
        "empty": (b"",),
        "colon": (b"a: b",),
    }
    assert raw.gaps == ()


def test_what_ldifde_writes_is_content() -> None:
    text = (
        "dn: CN=a,DC=x\r\nchangetype: add\r\nobjectClass: group\r\nmember: \r\n CN=b,DC=x\r\n\r\n"
    )

    for data in (text.encode(), ("\ufeff" + text).encode("utf-16-le")):
        raw = read_ldif(exported(data))
        assert raw.entries[0].attributes == {"objectclass": (b"group",), "member": (b"CN=b,DC=x",)}
        assert raw.gaps == ()


def test_values_may_hold_what_other_readers_take_for_the_end_of_a_line() -> None:
    raw = read_ldif(exported("dn: dc=x\ndescription: a\x0b\x1d\u2028b\n\n"))

    assert raw.entries[0].attributes["description"] == ("a\x0b\x1d\u2028b".encode(),)


def test_passwords_are_not_kept() -> None:
    raw = read_ldif(exported("dn: dc=x\nuserPassword:: c2VjcmV0\nunicodePwd:: AA==\ndc: x\n\n"))

    assert set(raw.entries[0].attributes) == {"dc"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no entry"),
        ("# nothing\n", "holds no entry"),
        ("dn: dc=x\ndc: x", "cut off"),
        (" dc: x\n\n", "line 1: continues a line that is not there"),
        ("version: 2\n" + ENTRY, "line 1: only version 1"),
        ("cn: a\n\n", "line 1: a record starts with cn"),
        ("dn: dc=x\nobjectCla\n", "line 2: no attribute and value"),
        ("dn: dc=x\njpegPhoto:< file:///etc/passwd\n\n", "line 2: the value of jpegPhoto is in"),
        ("dn: dc=x\ncn:: Zm9v!\n\n", "line 2: the value of cn is no valid base64"),
        ("dn: dc=x\ncn:: Zm9\n\n", "line 2: the value of cn is no valid base64"),
        ("dn:: /w==\ncn: a\n\n", "line 1: the distinguished name is not UTF-8"),
        ("dn: dc=x\nchangetype: modify\nadd: member\n-\n\n", "line 2: this is a change"),
        ("dn: dc=x\nchangetype: delete\n\n", "line 2: this is a change"),
        ("dn: dc=x\ncontrol: 1.2.3 true\nchangetype: add\n\n", "line 2: this is a change"),
        ("dn: dc=x\ncn: a\ndn: dc=y\n\n", "line 3: a second dn"),
    ],
    ids=[
        *("empty", "comments", "no end", "fold", "version", "no dn", "no colon", "url", "base64"),
        *("short base64", "dn", "modify", "delete", "control", "two names"),
    ],
)
def test_what_is_no_content_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_ldif(exported(text))


def test_a_last_entry_without_its_empty_line_is_a_gap() -> None:
    (gap,) = read_ldif(exported(ENTRY.removesuffix("\n"))).gaps

    assert "its last entry may be cut off: cn=a,dc=x" in gap


def test_ranges_are_put_together_in_their_order() -> None:
    raw = read_ldif(
        exported("dn: cn=a,dc=x\nmember;range=2-*: c\nmember;range=0-1: a\nmember;range=0-1: b\n\n")
    )

    assert raw.entries[0].attributes["member"] == (b"a", b"b", b"c")
    assert raw.gaps == ()


@pytest.mark.parametrize(
    "lines",
    [
        "member;range=0-1: a\n",
        "member;range=0-1: a\nmember;range=5-*: b\n",
        "member;Range=1-*: b\n",
    ],
    ids=["no end", "hole", "no start"],
)
def test_a_range_that_is_not_whole_is_a_gap(lines: str) -> None:
    (gap,) = read_ldif(exported(f"dn: cn=a,dc=x\n{lines}\n")).gaps

    assert gap == "Only a part of an attribute's values was exported: member of cn=a,dc=x."
