"""Immutable ids as text."""

from accessreview.ldap.ids import decoded, guid_text, object_id, sid_text
from accessreview.ldap.settings import DirectoryKind

SID = bytes.fromhex("010500000000000515000000010000000200000003000000f4010000")
GUID = bytes.fromhex("33221100554477668899aabbccddeeff")


def test_a_sid_reads_as_windows_shows_it() -> None:
    assert sid_text(SID) == "S-1-5-21-1-2-3-500"
    assert sid_text(b"S-1-5-21-1-2-3-500") == "S-1-5-21-1-2-3-500"


def test_what_is_no_sid_gives_nothing() -> None:
    assert not sid_text(SID[:-1])
    assert not sid_text(b"")


def test_a_guid_reads_as_windows_shows_it() -> None:
    assert guid_text(GUID) == "00112233-4455-6677-8899-aabbccddeeff"
    assert not guid_text(GUID[1:])


def test_active_directory_has_the_sid_and_no_second_choice() -> None:
    """Whose SID is hidden for a while would come back as somebody else by the GUID."""
    kind = DirectoryKind.ACTIVE_DIRECTORY
    assert object_id(kind, {"objectsid": (SID,), "objectguid": (GUID,)}) == "S-1-5-21-1-2-3-500"
    assert not object_id(kind, {"objectguid": (GUID,)})


def test_openldap_has_its_entry_uuid() -> None:
    attributes = {"entryuuid": (b"ABCD-1",), "objectsid": (SID,)}
    assert object_id(DirectoryKind.OPENLDAP, attributes) == "abcd-1"


def test_389_and_freeipa_have_the_servers_own_ids() -> None:
    attributes = {"nsuniqueid": (b"AB-1",), "ipauniqueid": (b"CD-2",)}
    assert object_id(DirectoryKind.DS389, attributes) == "ab-1"
    assert object_id(DirectoryKind.FREEIPA, attributes) == "ab-1"


def test_vmdir_writes_its_ids_as_text() -> None:
    assert object_id(DirectoryKind.VMDIR, {"objectsid": (b"S-1-7-21-1-2",)}) == "S-1-7-21-1-2"
    attributes = {"objectguid": (b"{00112233-4455-6677-8899-AABBCCDDEEFF}",)}
    assert object_id(DirectoryKind.VMDIR, attributes, "objectGUID") == guid_text(GUID)
    assert not guid_text(b"00112233-4455-6677-8899")


def test_another_attribute_may_be_the_id_as_it_is_written() -> None:
    attributes = {"staffnumber": (b" A-1 ",), "objectguid": (GUID,), "entryuuid": (b"x",)}
    kind = DirectoryKind.OPENLDAP
    assert object_id(kind, attributes, "staffNumber") == "A-1"
    assert object_id(kind, attributes, "objectGUID") == guid_text(GUID)
    assert not object_id(kind, attributes, "missing")


def test_bytes_that_are_no_text_stay_distinguishable() -> None:
    assert decoded(b"a\xff") != decoded(b"a\xfe")
    assert decoded(b"a\xed\xa0\x80\x00b") == r"a\xed\xa0\x80\x00b"
