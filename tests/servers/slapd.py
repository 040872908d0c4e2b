"""An OpenLDAP server on loopback, for tests and for the lab.

Who may what: ``cn=audit`` reads all but ``ou=hidden`` and is limited a page, not in total;
``cn=capped`` is limited in total; ``cn=remedy`` writes members and sees ``ou=hidden``. Each one's
password is its name followed by ``-secret``. Nobody signs in as the administrator: limits and
access rules do not hold for it.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import Authority, Issued, issue, make_ca
from tests.servers.ports import free_ports

SUFFIX = "dc=corp,dc=example"
HEAD = (
    f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: corp
dc: corp

"""
    + "".join(
        f"dn: cn={name},{SUFFIX}\nobjectClass: organizationalRole\n"
        f"objectClass: simpleSecurityObject\ncn: {name}\nuserPassword: {name}-secret\n\n"
        for name in ("audit", "capped", "remedy")
    )
    + "".join(
        f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        for name in ("people", "groups", "hidden")
    )
)
"""What every directory starts with; entries for people and groups follow it."""

NESTED_MEMBER_OF = """\
overlay dynlist
dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*
"""
"""An overlay that answers ``memberOf`` with all groups of groups, as vmdir and 389-ds do."""

_SCHEMAS = Path("/etc/ldap/schema")
_MODULES = Path("/usr/lib/ldap")
_PROFILE = Path("/etc/apparmor.d/usr.sbin.slapd")


@dataclass(slots=True)
class Slapd:
    """A running server; ``kill`` and ``start`` may be called by a test."""

    folder: Path
    port: int
    tls_port: int
    ca_file: Path
    certificate: Issued
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Raises RuntimeError when it does not answer within ten seconds."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    _unconfined("slapd", self.folder),
                    *("-f", self.folder / "slapd.conf", "-d", "0"),
                    *("-h", f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.tls_port), 1):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"slapd did not start: {(self.folder / 'log').read_text()}")

    def restrict(self, rule: str) -> None:
        """Start anew with an access rule before the others, as an administrator would set it."""
        self.kill()
        file, first = self.folder / "slapd.conf", "access to dn.subtree="
        file.write_text(file.read_text().replace(first, rule + first, 1))
        self.start()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def missing() -> str:
    """Say which package is to be installed, or nothing."""
    return "" if _program("slapd") else "the OpenLDAP server needs the Debian package slapd"


def make_slapd(folder: Path, entries: Iterable[str]) -> None:
    """Fill ``folder`` with the database of a server that holds ``HEAD`` and ``entries`` (LDIF)."""
    shown = issue(make_ca(folder, "slapd-ca"), folder, name="slapd")
    (folder / "slapd.conf").write_text(_configuration(folder, shown))
    _load(folder, entries)


@contextmanager
def running_slapd(  # noqa: PLR0913 - what a test may want to be different
    folder: Path,
    entries: str = "",
    *,
    ca: Authority | None = None,
    certificate: Issued | None = None,
    size_limit: int = 500,
    settings: str = "",
    overlays: str = "",
    template: Path | None = None,
) -> Iterator[Slapd]:
    """Load ``HEAD`` and ``entries`` (LDIF) and serve them until the end of the block.

    ``certificate`` is shown in place of one of ``ca``; ``settings`` are further lines of
    slapd.conf, ``overlays`` those of the database. Instead of ``entries`` there may be a
    ``template`` by ``make_slapd``, which is copied.
    """
    authority = ca or make_ca(folder, "slapd-ca")
    shown = certificate or issue(authority, folder, name="slapd")
    (folder / "slapd.conf").write_text(
        _configuration(folder, shown, size_limit, settings, overlays)
    )
    if template:
        # the file is mostly holes, which Python's own copy would fill
        subprocess.run(["cp", "-r", template / "database", folder], check=True)
    else:
        _load(folder, (entries,))
    port, tls_port = free_ports(2)
    running = Slapd(folder, port, tls_port, authority.certificate_file, shown)
    try:
        running.start()
        yield running
    finally:
        running.kill()
        shutil.rmtree(folder / "database")


def _load(folder: Path, entries: Iterable[str]) -> None:
    (folder / "database").mkdir()
    with (folder / "entries.ldif").open("w+", encoding="utf-8") as ldif:
        ldif.write(HEAD)
        ldif.writelines(entries)
        ldif.seek(0)
        subprocess.run(
            [_unconfined("slapadd", folder), "-q", "-f", folder / "slapd.conf"],
            stdin=ldif,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def person(login: str, *lines: str, classes: tuple[str, ...] = ()) -> str:
    """LDIF of somebody under ``ou=people``."""
    return _entry(
        f"uid={login},ou=people,{SUFFIX}",
        *(f"objectClass: {name}" for name in ("inetOrgPerson", *classes)),
        *(f"uid: {login}", f"cn: {login.title()}", "sn: x"),
        *lines,
    )


def group(name: str, *members: str, lines: tuple[str, ...] = (), under: str = "ou=groups") -> str:
    """LDIF of a groupOfNames; members are names without the suffix, or logins."""
    names = (f"{one}" if "=" in one else f"uid={one},ou=people" for one in members)
    return _entry(
        f"cn={name},{under},{SUFFIX}",
        *("objectClass: groupOfNames", f"cn: {name}"),
        *(f"member: {one},{SUFFIX}" for one in names),
        *lines,
    )


def _entry(dn: str, *lines: str) -> str:
    return "\n".join((f"dn: {dn}", *lines, "", ""))


def _configuration(
    folder: Path, shown: Issued, size_limit: int = 500, settings: str = "", overlays: str = ""
) -> str:
    schemas = "\n".join(
        f"include {_SCHEMAS}/{name}.schema"
        for name in ("core", "cosine", "nis", "inetorgperson", "dyngroup")
    )
    limit = f"size.soft={size_limit} size.hard={size_limit}"
    remedy = f'by dn.exact="cn=remedy,{SUFFIX}"'
    return f"""\
{schemas}
modulepath {_MODULES}
moduleload back_mdb
moduleload ppolicy
moduleload dynlist
TLSCertificateFile {shown.certificate_file}
TLSCertificateKeyFile {shown.key_file}
TLSProtocolMin 3.3
{settings}
database mdb
suffix "{SUFFIX}"
rootdn "cn=admin,{SUFFIX}"
directory {folder}/database
dbnosync
maxsize 4294967296
index objectClass,entryUUID eq
limits dn.exact="cn=audit,{SUFFIX}" {limit} size.pr={size_limit} size.prtotal=unlimited
limits dn.exact="cn=capped,{SUFFIX}" {limit} size.pr={size_limit}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=hidden,{SUFFIX}" {remedy} read by * none
access to attrs=member,uniqueMember,memberUid {remedy} write by users read by * none
access to * by users read by * none
overlay ppolicy
{overlays}"""


def _program(name: str) -> str:
    """Where it is; Debian keeps it out of the way of ordinary users."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") or ""


def _unconfined(name: str, folder: Path) -> Path:
    """The program; or a copy of it where AppArmor (Ubuntu's) would keep it out of our folder."""
    program = Path(_program(name))
    if not _PROFILE.exists():
        return program
    copy = folder / name  # slapadd is slapd by another name
    if not copy.exists():
        shutil.copy(program.resolve(), copy)
    return copy
