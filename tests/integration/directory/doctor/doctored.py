"""Configurations of sources on real directories, and what ``accessreview doctor`` says of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from accessreview.cli import main
from tests.directory_seeds import ds389 as seeds
from tests.integration.directory.conftest import Crowded, Ds389s, Sambas, Slapds
from tests.servers.certificates import Authority
from tests.servers.ds389 import SUFFIX as DS_SUFFIX
from tests.servers.ds389 import Ds389
from tests.servers.samba import AD, Samba, group, user
from tests.servers.slapd import SUFFIX, Slapd, person
from tests.servers.slapd import group as slapd_group

CANARY = "canary-41c7"
REFUSING = "127.0.0.3"

Row = dict[str, str]
Parts = dict[str, Any]

MANY = [f"u{number:02d}" for number in range(31)]
OPS = "8f0e1c1e-5f4b-4c39-9b0a-0d6f6f3b8a11"
IN_SLAPD = (
    person("ann")
    + person("ben")
    + slapd_group("admins", "ann", "ben")
    + slapd_group("ops", "ann", lines=(f"entryUUID: {OPS}",))
)
IN_389 = seeds.person("ann") + seeds.group("admins", "ann")
IN_AD = (
    "".join(user(login) for login in ("ann", "audit", "renew", "locked", "remedy", *MANY))
    + user("off", control=514)
    + user("past", "accountExpires: 116444736000000000")
    + f"dn: CN=renew,{AD.people}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 0\n\n"
    + f"dn: {AD.base}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 2\n\n"
    + group("admins", "ann", "audit")
    + group("many", *MANY)
    + f"dn: CN=Account Operators,CN=Builtin,{AD.base}\nchangetype: modify\nadd: member\n"
    f"member: CN=remedy,{AD.people}\n-\n\n"
)
_HIDE = (
    f"dn: {seeds.PEOPLE}\nchangetype: modify\nadd: aci\n"
    f'aci: (target = "ldap:///uid=*,{seeds.PEOPLE}")(targetattr = "*")(version 3.0; acl "vault";'
    f' deny (all) userdn = "ldap:///cn=audit,{DS_SUFFIX}";)\n\n'
)


@dataclass(frozen=True)
class World:
    """The servers, in good order, and how to make others; ``folder`` is the test's own."""

    slapd: Slapd
    samba: Samba
    ds389: Ds389
    slapds: Slapds
    crowded: Crowded
    authority: Authority
    folder: Path


@contextmanager
def running_world(
    slapds: Slapds, sambas: Sambas, ds389s: Ds389s, crowded: Crowded, authority: Authority
) -> Iterator[World]:
    with slapds(IN_SLAPD) as slapd, sambas(IN_AD) as samba, ds389s(IN_389) as ds389:
        for _ in range(3):
            wrong = ("-x", "-D", "locked@ad.test", "-w", "wrong", "-s", "base", "-b", "", "1.1")
            samba.run("ldapsearch", *wrong)
        ds389.change(_HIDE)
        yield World(slapd, samba, ds389, slapds, crowded, authority, Path())


def openldap(slapd: Slapd, account: str = "audit", /, **changes: object) -> Parts:
    return {
        "kind": "openldap",
        "host": "127.0.0.1",
        "port": slapd.tls_port,
        "bind_dn": f"cn={account},{SUFFIX}",
        "password": f"{account}-secret",
        "ca_file": str(slapd.ca_file),
        "bases": [SUFFIX],
        "timeout_seconds": 10,
    } | changes


def active_directory(samba: Samba, account: str = "audit", /, **changes: object) -> Parts:
    return {
        "kind": "active-directory",
        "host": samba.address,
        "bind_dn": f"{account}@ad.test",
        "password": f"{account}-secret",
        "ca_file": str(samba.ca_file),
        "bases": [AD.base],
        "timeout_seconds": 10,
    } | changes


def of_389(ds389: Ds389, **changes: object) -> Parts:
    return {
        "kind": "389-ds",
        "host": "127.0.0.1",
        "port": ds389.tls_port,
        "bind_dn": f"cn=audit,{DS_SUFFIX}",
        "password": "audit-secret",
        "ca_file": str(ds389.ca_file),
        "bases": [DS_SUFFIX],
        "timeout_seconds": 10,
    } | changes


def configured(folder: Path, parts: Parts) -> Path:
    secret = folder / "audit.password"
    if password := parts.pop("password", ""):
        secret.write_text(f"{password}\n", encoding="utf-8")
    lines = (
        f"{key} = {inline(value)}"
        for key, value in {"id": "corp", "password_file": str(secret), **parts}.items()
    )
    config = folder / "accessreview.toml"
    config.write_text("[[source]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return config


def inline(value: object) -> str:
    """A value as TOML has it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def doctor(config: Path, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["doctor", "--config", str(config), *words], catch_exceptions=False
    )


def rows(result: Result) -> list[Row]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def told(folder: Path, parts: Parts, step: str) -> tuple[str, str]:
    """Verdict and sentence of one step."""
    (row,) = (
        row for row in rows(doctor(configured(folder, parts), "--json")) if row["step"] == step
    )
    return row["verdict"], row["sentence"]
