"""Whatever stands in its attributes, a directory's reading is one that a snapshot takes."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage, Source, SourceKind
from accessreview.snapshot.check import check
from accessreview.snapshot.joining import join
from tests.unit.collectors.directory.entries import BASE, NOW

SOURCE = Source("corp", SourceKind.DIRECTORY, "Corp", Coverage.FULL, (), NOW, NOW)
NAMES = (
    *(f"cn=a,{BASE}", f"CN=b, {BASE}", f"cn=c+uid=x,ou=elsewhere,{BASE}", "cn=far,dc=other", ""),
    *("<SID=S-1-5-21-1-2-3-1>;cn=a", "<GUID=00>", "cn=x+", "S-1-5-21-9-9-9-1", "a", "42"),
    f"cn=S-1-5-21-9-9-9-1,cn=ForeignSecurityPrincipals,{BASE}",
    f"externalObjectId=00112233-4455-6677-8899-aabbccddeeff,cn=ForeignSecurityPrincipals,{BASE}",
    f"ldap:///{BASE}??sub?(cn=*)",
)
VALUES = st.lists(st.sampled_from(NAMES).map(str.encode) | st.binary(max_size=20), max_size=3)


@st.composite
def directories(draw: st.DrawFn) -> tuple[DirectorySchema, RawDirectory]:
    schema = DirectorySchema(
        kind=draw(st.sampled_from(DirectoryKind)),
        bases=draw(st.sampled_from([(), (BASE,)])),
    )
    product = schema.product
    classes = st.sampled_from((*product.account_classes, *product.group_classes, "top"))
    names = [name.lower() for name in schema.attributes if name != "objectClass"]
    attributes = st.dictionaries(st.sampled_from(names), VALUES.map(tuple), max_size=12)

    def entry(dn: str, class_: str, rest: Mapping[str, tuple[bytes, ...]]) -> RawEntry:
        values = {name: some for name, some in rest.items() if some}
        return RawEntry(dn, {"objectclass": (class_.encode(),), **values})

    entries = st.builds(entry, st.sampled_from(NAMES[:4]), classes, attributes)
    found = draw(st.sampled_from([{}, {NAMES[-1]: (NAMES[0], "cn=new,dc=x")}]))
    return schema, RawDirectory(tuple(draw(st.lists(entries, max_size=6))), found=found)


@given(directories())
def test_it_obeys_every_rule(directory: tuple[DirectorySchema, RawDirectory]) -> None:
    schema, raw = directory
    (reading,) = join([translate(SOURCE, raw, schema, NOW)])
    problems = check([reading.source], reading.tables)
    assert not problems.total, problems.first


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_names_that_are_no_text_are_spelled_out(name: str) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    entry = RawEntry(
        f"cn=a,{BASE}",
        {"objectclass": (b"person",), "entryuuid": (b"x",), "uid": (raw,), "cn": (raw,)},
    )
    schema = DirectorySchema(kind=DirectoryKind.OPENLDAP, bases=(BASE,))
    reading = translate(SOURCE, RawDirectory((entry,)), schema, NOW)
    assert not check([reading.source], reading.tables).total
    assert "\\x" in reading.tables["accounts"]["login"][0]
