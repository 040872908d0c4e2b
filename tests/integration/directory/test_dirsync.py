"""What changed between two readings, held against what Active Directory itself says changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import ldap3
import pytest

from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Reading
from tests.integration.directory.conftest import Collect, Sambas
from tests.integration.directory.readings import as_account, memberships
from tests.servers.samba import AD, ADDRESSES, Samba, group, user

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]

LDIF = (
    "".join(user(login) for login in ("ann", "ben", "cleo", "audit", "remedy"))
    + group("changed", "ann", "ben")
    + group("other", "ann", "cleo")
    + f"dn: CN=Account Operators,CN=Builtin,{AD.base}\nchangetype: modify\nadd: member\n"
    f"member: CN=remedy,{AD.people}\n-\n\n"
)
CHANGED, OTHER = (f"CN={name},{AD.groups}" for name in ("changed", "other"))
ADDED, REMOVED = "member;range=1-1", "member;range=0-0"


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(LDIF) as running:
        yield running


@contextmanager
def signed_in(samba: Samba, login: str) -> Iterator[ldap3.Connection]:
    server = ldap3.Server(samba.address, 636, use_ssl=True, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, f"{login}@ad.test", f"{login}-secret", check_names=False)
    try:
        assert connection.bind(), connection.result
        yield connection
    finally:
        connection.unbind()


def login(value: bytes | str) -> str:
    """Of ``<GUID=…>;<SID=…>;CN=ann,OU=…``."""
    text = value.decode() if isinstance(value, bytes) else value
    return text.rpartition(";")[2].partition(",")[0].removeprefix("CN=")


def moves(before: Reading, after: Reading) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Who came into each group, and who went."""
    old, new = memberships(before), memberships(after)
    names = old.keys() | new.keys()
    came = {name: new.get(name, set()) - old.get(name, set()) for name in names}
    went = {name: old.get(name, set()) - new.get(name, set()) for name in names}
    return (
        {name: who for name, who in came.items() if who},
        {name: who for name, who in went.items() if who},
    )


def test_two_readings_differ_by_what_the_server_says_was_added_and_removed(
    samba: Samba, collect: Collect
) -> None:
    settings = as_account(samba)

    def reading() -> Reading:
        return collect(settings, kind=DirectoryKind.ACTIVE_DIRECTORY, bases=(AD.base,))

    with signed_in(samba, "audit") as audit, signed_in(samba, "remedy") as remedy:
        sync = audit.extend.microsoft.dir_sync(
            AD.base,
            "(objectCategory=group)",
            attributes=["member"],
            object_security=True,
            incremental_values=True,
            ancestors_first=False,
        )
        sync.loop()
        before = reading()
        for dn, change in (
            (CHANGED, {"member": [(ldap3.MODIFY_DELETE, [f"CN=ann,{AD.people}"])]}),
            (CHANGED, {"member": [(ldap3.MODIFY_ADD, [f"CN=cleo,{AD.people}"])]}),
            (OTHER, {"member": [(ldap3.MODIFY_ADD, [f"CN=ben,{AD.people}"])]}),
        ):
            assert remedy.modify(dn, change), remedy.result  # type: ignore[no-untyped-call]
        told = {
            login(entry["dn"]): entry["raw_attributes"]
            for entry in sync.loop()
            if entry["type"] == "searchResEntry"
        }

    came, went = moves(before, reading())

    assert came == {
        name: {login(value) for value in raw[ADDED]} for name, raw in told.items() if raw.get(ADDED)
    }
    assert went == {
        name: {login(value) for value in raw[REMOVED]}
        for name, raw in told.items()
        if raw.get(REMOVED)
    }
    assert came == {"changed": {"cleo"}, "other": {"ben"}}
    assert went == {"changed": {"ann"}}
