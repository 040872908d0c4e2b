"""``accessreview doctor`` before real directories: each broken configuration gets its sentence."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.ldap.settings import Security
from tests.integration.directory.doctor.doctored import (
    CANARY,
    IN_SLAPD,
    Parts,
    World,
    active_directory,
    configured,
    doctor,
    of_389,
    openldap,
    rows,
)
from tests.servers.certificates import LOOPBACK_IPS, LOOPBACK_NAMES, issue, make_ca
from tests.servers.ldap_relay import running_ldap_relay
from tests.servers.listener import running_listener
from tests.servers.ports import free_ports
from tests.servers.samba import ADDRESSES
from tests.servers.slapd import SUFFIX

PAGE = (Path(__file__).parents[4] / "docs" / "how-to" / "doctor.md").read_text("utf-8")
TABLE = re.findall(
    r"^\| ([^|]+?) \| `([\w-]+)` \| ([^|]+?) \|$", PAGE.split("## What it says")[1], re.MULTILINE
)
LATER_TOO = {"the account sees nobody", "the account gets less than all"}
"""What goes wrong in a step on which nothing else depends."""

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])]


@contextmanager
def showing(
    world: World,
    *,
    names: Sequence[str] = LOOPBACK_NAMES,
    ips: Sequence[str] = LOOPBACK_IPS,
    lifetime: timedelta = timedelta(days=30),
) -> Iterator[Parts]:
    """A slapd that shows another certificate than the one that fits."""
    shown = issue(
        world.authority, world.folder, name="shown", names=names, ips=ips, lifetime=lifetime
    )
    with world.slapds(IN_SLAPD, certificate=shown) as slapd:
        yield openldap(slapd)


@contextmanager
def silent(_: World) -> Iterator[Parts]:
    with running_listener() as listener:
        yield {
            "kind": "openldap",
            "host": "127.0.0.1",
            "port": listener.port,
            "bind_dn": f"cn=audit,{SUFFIX}",
            "password": "audit-secret",
            "timeout_seconds": 1,
        }


@contextmanager
def stripped(world: World) -> Iterator[Parts]:
    """Somebody on the way who keeps StartTLS from being offered."""
    with running_ldap_relay("127.0.0.1", world.slapd.port) as relay:
        yield openldap(world.slapd, port=relay.port, security=Security.STARTTLS.value)


@contextmanager
def demanding(world: World) -> Iterator[Parts]:
    with world.slapds(IN_SLAPD, settings="security simple_bind=128") as slapd:
        yield openldap(slapd, port=slapd.port, security="plain")


@contextmanager
def of_many(world: World) -> Iterator[Parts]:
    with world.crowded(600) as slapd:
        yield openldap(slapd, "capped")


@contextmanager
def unpaged(world: World) -> Iterator[Parts]:
    limits = f'limits dn.exact="cn=remedy,{SUFFIX}" size.prtotal=disabled\n'
    with world.slapds(IN_SLAPD, overlays=limits) as slapd:
        yield openldap(slapd, "remedy")


Broken = Callable[[World], AbstractContextManager[Parts]]


def with_slapd(*account: str, **changes: object) -> Broken:
    return lambda world: nullcontext(openldap(world.slapd, *account, **changes))


def with_samba(account: str, **changes: object) -> Broken:
    return lambda world: nullcontext(active_directory(world.samba, account, **changes))


def with_389(**changes: object) -> Broken:
    return lambda world: nullcontext(of_389(world.ds389, **changes))


BROKEN: dict[str, Broken] = {
    "the file of the password is missing": with_slapd(password=""),
    "the host name is wrong": with_slapd(host="dir.invalid"),
    "nothing listens": lambda world: nullcontext(openldap(world.slapd, port=free_ports(1)[0])),
    "the port is silent": silent,
    "`ldaps` at the port without TLS": lambda world: nullcontext(
        openldap(world.slapd, port=world.slapd.port)
    ),
    "StartTLS is not offered": stripped,
    "the CA file is another's": lambda world: nullcontext(
        openldap(world.slapd, ca_file=str(make_ca(world.folder, "other").certificate_file))
    ),
    "the certificate is for another name": lambda world: showing(
        world, names=("other.example",), ips=()
    ),
    "the certificate has expired": lambda world: showing(world, lifetime=timedelta(days=-1)),
    "another certificate is pinned": with_slapd(pin_sha256="ab" * 32),
    "the server wants encryption": demanding,
    "the password is wrong (OpenLDAP)": with_slapd(password=CANARY),
    "the password is wrong (Active Directory)": with_samba("audit", password=CANARY),
    "the account is disabled": with_samba("off"),
    "the account has expired": with_samba("past"),
    "the account is locked": with_samba("locked"),
    "the password must be changed": with_samba("renew"),
    "another kind is configured": with_389(kind="openldap"),
    "a base does not exist": with_slapd(bases=[f"ou=staff,{SUFFIX}"]),
    "a base is hidden from the account": with_slapd(bases=[f"ou=hidden,{SUFFIX}"]),
    "paging is not offered": unpaged,
    "the account sees nobody": with_389(),
    "the account gets less than all": of_many,
}


def test_the_page_shows_all_that_is_tried() -> None:
    assert [what for what, _, _ in TABLE] == [*BROKEN]


@pytest.mark.parametrize(("what", "step", "sentence"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_broken_is_named_with_its_remedy(
    world: World, what: str, step: str, sentence: str
) -> None:
    with BROKEN[what](world) as parts:
        config = configured(world.folder, dict(parts))
        result = doctor(config, "--json")
    found = rows(result)
    failed = [row for row in found if row["verdict"] == "failed"]
    assert result.exit_code == 9
    assert failed[0]["step"] == step
    assert as_on_the_page(failed[0]["sentence"], world, parts) == sentence
    assert CANARY not in result.stdout + result.stderr
    if what not in LATER_TOO:
        after = found[found.index(failed[0]) + 1 :]
        assert {row["verdict"] for row in after} == {"skipped"}


def as_on_the_page(sentence: str, world: World, parts: Parts) -> str:
    """With names for what is different in each run."""
    host = parts["host"]
    sentence = sentence.replace(str(parts.get("ca_file", "no file")), "company-ca.pem")
    sentence = sentence.replace(f"{world.folder}/", "secrets/")
    sentence = sentence.replace(f"{host}:{parts.get('port', 636)}", "dc1.example:636")
    return re.sub(r"[0-9a-f]{64}", "1f…", sentence)
