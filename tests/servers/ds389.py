"""A 389 Directory Server, the engine of FreeIPA, on loopback for tests.

It lives wholly in a folder of its own: neither systemd nor an installed instance is needed, and
any user may run it. Roles are computed. Groups nest by its MemberOf plug-in; it loses some members
of groups that contain each other in a circle of three and more.

Who may what: ``cn=audit`` reads all but ``ou=hidden`` and gets 500 entries a page; ``cn=capped``
gets 50; ``cn=shallow`` may have 100 entries looked through; ``cn=remedy``
writes members and sees ``ou=hidden``. Each one's password is its name followed by ``-secret``.
"""

import base64
import getpass
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate

from tests.servers.certificates import Authority, Issued, issue, make_ca
from tests.servers.ports import free_ports

SUFFIX = "dc=ds,dc=example"
_REMEDY = f'userdn = "ldap:///cn=remedy,{SUFFIX}"'
_ALL_BUT_REMEDY = f'deny (all) userdn != "ldap:///cn=remedy,{SUFFIX}"'
_MEMBERS = "member || uniqueMember || memberUid"
HEAD = (
    f"""\
dn: {SUFFIX}
objectClass: domain
dc: ds
aci: (targetattr != "userPassword || aci")(version 3.0; acl "read";
  allow (read, search, compare) userdn = "ldap:///all";)
aci: (targetattr = "{_MEMBERS}")(version 3.0; acl "remedy"; allow (write) {_REMEDY};)

"""
    + "".join(
        f"dn: cn={name},{SUFFIX}\nobjectClass: organizationalRole\n"
        f"objectClass: simpleSecurityObject\ncn: {name}\nuserPassword: {name}-secret\n{limits}\n"
        for name, limits in (
            ("audit", "nsSizeLimit: 500\n"),
            ("capped", "nsSizeLimit: 50\nnsPagedSizeLimit: 50\n"),
            ("shallow", "nsLookThroughLimit: 100\nnsPagedLookThroughLimit: 100\n"),
            ("remedy", ""),
        )
    )
    + "".join(
        f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n{rule}\n"
        for name, rule in (
            ("people", ""),
            ("groups", ""),
            ("hidden", f'aci: (targetattr = "*")(version 3.0; acl "hidden"; {_ALL_BUT_REMEDY};)\n'),
        )
    )
)
"""What every directory starts with; entries for people and groups follow it."""

_MANAGER = "cn=Directory Manager"
_MANAGERS_PASSWORD = "manager-secret"
_DATA = Path("/usr/share/dirsrv/data/template-dse.ldif")
_FILES = {
    "certmap.conf": "certmap default default\n",
    "slapd-collations.conf": "",
    "schema/99user.ldif": "dn: cn=schema\nobjectClass: top\nobjectClass: ldapSubentry\n"
    "objectClass: subschema\ncn: schema\n",
}
"""What a server cannot start without; those of the package are not for everybody to read."""

_SHARED = Path("/dev/shm")  # noqa: S108 - where the C library keeps semaphores
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_BACKEND = f"""
dn: cn=userRoot,cn=ldbm database,cn=plugins,cn=config
objectClass: extensibleObject
objectClass: nsBackendInstance
cn: userRoot
nsslapd-suffix: {SUFFIX}
nsslapd-directory: %s

dn: cn="{SUFFIX}",cn=mapping tree,cn=config
objectClass: extensibleObject
objectClass: nsMappingTree
cn: {SUFFIX}
nsslapd-state: backend
nsslapd-backend: userRoot
"""
_FILL_MEMBER_OF = "cn=seed,cn=memberof task,cn=tasks,cn=config"


@dataclass(slots=True)
class Ds389:
    """A running server; ``kill`` and ``start`` may be called by a test."""

    folder: Path
    port: int
    tls_port: int
    ca_file: Path
    certificate: Issued
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def configuration(self) -> Path:
        """Its name is also that of something that all servers of the machine share."""
        return _configuration_of(self.folder, self.tls_port)

    def start(self) -> None:
        """Raises RuntimeError when it does not answer within twenty seconds."""
        self.process = subprocess.Popen(
            [
                _program("ns-slapd"),
                "-D",
                self.configuration,
                "-i",
                self.folder / "run/pid",
                "-d",
                "0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(400):
            if self.process.poll() is not None:
                break
            if self.run("ldapsearch", "-x", "-s", "base", "-b", "", "1.1").returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"389-ds did not start: {(self.folder / 'log/errors').read_text()}")

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        if self.process:
            self.process.send_signal(with_signal)
            self.process.wait()
            self.process = None
            (_SHARED / f"sem.{self.configuration.name}.stats").unlink(missing_ok=True)

    def change(self, ldif: str) -> None:
        """Add entries, or change them where the LDIF says ``changetype``, as its manager."""
        words = ("ldapmodify", "-a", "-x", "-D", _MANAGER, "-w", _MANAGERS_PASSWORD)
        done = self.run(*words, ldif=ldif)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def run(
        self, program: str, *words: str, ldif: str = ""
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [_program(program), "-H", f"ldaps://127.0.0.1:{self.tls_port}", *words],
            input=ldif.encode(),
            capture_output=True,
            check=False,
            env={"LDAPTLS_CACERT": str(self.ca_file)},
        )


def missing() -> str:
    """Say which package is to be installed, or nothing."""
    for program, package in (
        ("ns-slapd", "389-ds-base"),
        ("certutil", "libnss3-tools"),
        ("ldapmodify", "ldap-utils"),
    ):
        if not _program(program):
            return f"the 389 directory server needs the Debian package {package}"
    return ""


def make_ds389(folder: Path, entries: str) -> None:
    """Fill ``folder`` with a stopped server that holds ``HEAD`` and ``entries`` (LDIF).

    As after live changes, whoever is a member of anything has a ``memberOf``; this takes a second a
    hundred entries, without those that bring theirs along.
    """
    server = _prepared(folder, make_ca(folder, "ds-ca"), None)
    ldif = folder / "seed.ldif"
    ldif.write_text(HEAD + entries)
    _do("ns-slapd", "ldif2db", "-D", server.configuration, "-n", "userRoot", "-i", ldif)
    try:
        server.start()
        server.change(
            f"dn: {_FILL_MEMBER_OF}\nobjectClass: extensibleObject\ncn: seed\nbasedn: {SUFFIX}\n"
            "filter: (!(memberOf=*))\nttl: 60\n"
        )
        _wait_for_member_of(server)
    finally:
        server.kill(signal.SIGTERM)


@contextmanager
def running_ds389(
    folder: Path,
    template: Path,
    *,
    ca: Authority | None = None,
    certificate: Issued | None = None,
) -> Iterator[Ds389]:
    """Serve a copy of what ``make_ds389`` made until the end of the block.

    ``certificate`` is shown in place of one of ``ca``.
    """
    running = _prepared(folder, ca or make_ca(folder, "ds-ca"), certificate)
    shutil.copytree(template / "db", folder / "db", dirs_exist_ok=True)
    try:
        running.start()
        yield running
    finally:
        running.kill()


def _prepared(folder: Path, authority: Authority, certificate: Issued | None) -> Ds389:
    shown = certificate or issue(authority, folder, name="ds389")
    port, tls_port = free_ports(2)
    configuration = _configuration_of(folder, tls_port)
    for name in ("db", "run", "log", f"{configuration.name}/schema"):
        (folder / name).mkdir(parents=True)
    for name, text in _FILES.items():
        (configuration / name).write_text(text)
    (configuration / "dse.ldif").write_text(_configured(folder, port, tls_port))
    _keep_certificate(configuration, authority, shown)
    return Ds389(folder, port, tls_port, authority.certificate_file, shown)


def _configuration_of(folder: Path, tls_port: int) -> Path:
    return folder / f"ds389-{tls_port}"


def _configured(folder: Path, port: int, tls_port: int) -> str:
    configuration = _configuration_of(folder, tls_port)
    folders = dict.fromkeys(("tmp", "ldif", "bak", "run", "inst", "lock"), folder / "run") | {
        "schema": configuration / "schema",
        "cert": configuration,
        "config": configuration,
        "log": folder / "log",
        "db": folder / "db",
        "db_home": folder / "db",
    }
    salt = b"no secret"
    digest = hashlib.sha512(_MANAGERS_PASSWORD.encode() + salt).digest() + salt
    values = {f"{name}_dir": str(path) for name, path in folders.items()} | {
        "fqdn": "localhost",
        "ds_port": str(port),
        "ds_user": getpass.getuser(),
        "rootdn": _MANAGER,
        "ds_passwd": "{SSHA512}" + base64.b64encode(digest).decode(),
        "ds_suffix": SUFFIX,
        "db_lib": "bdb",
        "ldapi": str(folder / "run/ldapi"),
        "ldapi_enabled": "off",
        "ldapi_autobind": "off",
    }
    text = re.sub(r"%(\w+)%", lambda found: values[found[1]], _DATA.read_text())
    return _changed(text, tls_port).rstrip() + "\n" + _BACKEND % (folder / "db/userRoot")


def _changed(text: str, tls_port: int) -> str:
    """With what the server's own installation would have set by and by."""
    additions = {
        "cn=config": (
            *("nsslapd-listenhost: 127.0.0.1", "nsslapd-securelistenhost: 127.0.0.1"),
            *(f"nsslapd-secureport: {tls_port}", "nsslapd-security: on"),
            *("nsslapd-accesslog-logging-enabled: off", "passwordStorageScheme: SSHA512"),
            "nsslapd-ignore-virtual-attrs: off",  # or roles would count only after a live change
        ),
        "cn=MemberOf Plugin,cn=plugins,cn=config": (
            *("nsslapd-pluginEnabled: on", "memberOfGroupAttr: member"),
            *("memberOfGroupAttr: uniqueMember", "memberOfAutoAddOC: nsMemberOf"),
        ),
        "cn=config,cn=ldbm database,cn=plugins,cn=config": (
            *("nsslapd-cache-autosize: 0", "nsslapd-dbcachesize: 10000000"),
            *("nsslapd-import-cache-autosize: 0", "nsslapd-import-cachesize: 20000000"),
        ),
    }
    blocks = []
    for block in text.split("\n\n"):
        first, *lines = block.split("\n")
        added = additions.get(first.removeprefix("dn: "), ())
        named = {line.partition(":")[0].lower() for line in added}
        kept = (line for line in lines if line.partition(":")[0].lower() not in named)
        blocks.append("\n".join((first, *kept, *added)))
    return "\n\n".join(blocks)


def _keep_certificate(folder: Path, authority: Authority, shown: Issued) -> None:
    """Put it where alone the server looks for it: into a database of NSS."""
    bundle = folder / "certificate.p12"
    bundle.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"Server-Cert",
            load_pem_private_key(shown.key_file.read_bytes(), None),  # type: ignore[arg-type]
            load_pem_x509_certificate(shown.certificate_file.read_bytes()),
            [authority.certificate],
            NoEncryption(),
        )
    )
    _do("certutil", "-N", "-d", folder, "--empty-password")
    _do("pk12util", "-i", bundle, "-d", folder, "-W", "", "-K", "")


def _wait_for_member_of(server: Ds389) -> None:
    words = ("-x", "-LLL", "-D", _MANAGER, "-w", _MANAGERS_PASSWORD, "-s", "base")
    for _ in range(400):
        done = server.run("ldapsearch", *words, "-b", _FILL_MEMBER_OF, "nsTaskExitCode")
        if code := re.search(rb"nsTaskExitCode: (\d+)", done.stdout):
            if code[1] != b"0":
                break
            return
        time.sleep(0.05)
    raise RuntimeError(f"memberOf was not filled: {(server.folder / 'log/errors').read_text()}")


def _do(program: str, *words: str | Path) -> None:
    done = subprocess.run([_program(program), *words], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program} failed: {(done.stdout + done.stderr).decode()}")


def _program(name: str) -> str:
    """Where it is; Debian keeps some of them out of the way of ordinary users."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_PATH}") or ""
