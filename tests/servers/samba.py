"""An Active Directory domain controller (Samba's) on loopback, for tests and for the lab.

Its ports are compiled in, so each controller takes a loopback address of its own, one of
``ADDRESSES``, and only root can run it. Like Active Directory: ids, primary groups, referrals to
other naming contexts, result codes. Not like it: groups are never handed out in parts and pages
never cut; ``adproxy`` does both.
"""

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import Authority, issue, make_ca

ADDRESSES = tuple(f"127.77.0.{number}" for number in range(10, 26))
BASE = "DC=ad,DC=test"
PEOPLE = f"OU=people,{BASE}"
GROUPS = f"OU=groups,{BASE}"
NETBIOS_NAME = "ADTEST"

_ADMINISTRATOR = f"CN=Administrator,CN=Users,{BASE}"
_PASSWORD = "Administrator-secret1"
_PORTS = (389, 636, 3268, 3269)
_HELD = 3270
_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
HEAD = "".join(f"dn: {name}\nobjectClass: organizationalUnit\n\n" for name in (PEOPLE, GROUPS))


@dataclass(frozen=True, slots=True)
class Samba:
    address: str
    ca_file: Path

    def add(self, ldif: str) -> None:
        """Add entries, or change them where the LDIF says ``changetype: modify``."""
        done = subprocess.run(
            [
                *(_program("ldapmodify"), "-a", "-x", "-H", f"ldaps://{self.address}"),
                *("-D", _ADMINISTRATOR, "-w", _PASSWORD),
            ],
            input=ldif.encode(),
            capture_output=True,
            env={"LDAPTLS_CACERT": str(self.ca_file), "PATH": _SYSTEM_PATH},
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


def missing() -> str:
    """Say what keeps it from running here, or nothing."""
    for program, package in (
        ("samba", "samba"),
        ("samba-tool", "python3-samba"),
        ("ldapmodify", "ldap-utils"),
    ):
        if not _program(program):
            return f"the Active Directory server needs the Debian package {package}"
    if not Path("/usr/share/samba/setup").is_dir():
        return "the Active Directory server needs the Debian package samba-ad-provision"
    if not any(Path("/usr/lib").glob("*/samba/ldb/samba_dsdb.so")):
        return "the Active Directory server needs the Debian package samba-dsdb-modules"
    if os.geteuid() != 0:
        return "the Active Directory server takes ports that only root may take"
    return ""


@contextmanager
def running_samba(folder: Path, ldif: str = "", *, ca: Authority | None = None) -> Iterator[Samba]:
    """Make a domain, add ``HEAD`` and ``ldif`` to it, and serve it until the end of the block."""
    authority = ca or make_ca(folder, "samba-ca")
    with ExitStack() as stack:
        address = stack.enter_context(_own_address())
        certificate = issue(authority, folder, name="samba", names=("dc1.ad.test",), ips=(address,))
        configuration = folder / "run.conf"
        _provision(folder, address)
        configuration.write_text(
            _configuration(folder, address, certificate.certificate_file, certificate.key_file)
        )
        _tool(
            *("domain", "passwordsettings", "set", f"--configfile={configuration}"),
            *("-H", f"{folder}/private/sam.ldb", "--complexity=off", "--min-pwd-length=1"),
            *("--min-pwd-age=0", "--max-pwd-age=0", "--history-length=0"),
        )
        stack.enter_context(_serving(folder, configuration, address))
        running = Samba(address, authority.certificate_file)
        running.add(HEAD + ldif)
        yield running


def user(login: str, *lines: str, control: int = 512) -> str:
    """LDIF of somebody under ``PEOPLE``, whose password is the login followed by ``-secret``."""
    password = base64.b64encode(f'"{login}-secret"'.encode("utf-16-le")).decode()
    return "\n".join(
        (
            f"dn: CN={login},{PEOPLE}",
            *("objectClass: user", f"sAMAccountName: {login}"),
            *(f"userPrincipalName: {login}@ad.test", f"userAccountControl: {control}"),
            f"unicodePwd:: {password}",
            *lines,
            *("", ""),
        )
    )


def group(name: str, *members: str, lines: tuple[str, ...] = ()) -> str:
    """LDIF of a security group under ``GROUPS``; members are logins, or names without the base."""
    names = (f"{one},{BASE}" if "=" in one else f"CN={one},{PEOPLE}" for one in members)
    return "\n".join(
        (
            f"dn: CN={name},{GROUPS}",
            *("objectClass: group", f"sAMAccountName: {name}", "groupType: -2147483646"),
            *(f"member: {one}" for one in names),
            *lines,
            *("", ""),
        )
    )


@contextmanager
def _serving(folder: Path, configuration: Path, address: str) -> Iterator[None]:
    with (
        (folder / "output").open("ab") as log,
        subprocess.Popen(
            [
                *(_program("samba"), "-s", configuration, "-l", folder, "-F"),
                *("--no-process-group", "-M", "single"),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            _wait(process, address, folder / "output")
            yield
        finally:
            process.kill()


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    """Until it answers; it listens a moment before that."""
    search = [_program("ldapsearch"), "-x", "-H", f"ldap://{address}", "-s", "base", "-b", ""]
    for _ in range(300):
        if process.poll() is not None:
            break
        if subprocess.run([*search, "1.1"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"Samba did not start: {log.read_text()}")


def _provision(folder: Path, address: str) -> None:
    _tool(
        *("domain", "provision", "--quiet", f"--targetdir={folder}", "--realm=AD.TEST"),
        *(f"--domain={NETBIOS_NAME}", "--host-name=dc1", f"--host-ip={address}"),
        *(f"--adminpass={_PASSWORD}", "--server-role=dc", "--dns-backend=NONE"),
        *(f"--option=interfaces={address}/8", "--option=bind interfaces only=yes"),
    )
    for name in ("run", "cache"):
        (folder / name).mkdir(exist_ok=True)


def _configuration(folder: Path, address: str, certificate: Path, key: Path) -> str:
    return f"""\
[global]
    netbios name = DC1
    realm = AD.TEST
    workgroup = {NETBIOS_NAME}
    server role = active directory domain controller
    server services = ldap
    interfaces = {address}/8
    bind interfaces only = yes
    private dir = {folder}/private
    lock directory = {folder}
    state directory = {folder}/state
    cache directory = {folder}/cache
    binddns dir = {folder}/bind-dns
    pid directory = {folder}/run
    ncalrpc dir = {folder}/ncalrpc
    winbindd socket directory = {folder}/winbindd
    ntp signd socket directory = {folder}/ntp
    log file = {folder}/log.samba
    log level = 0
    panic action =
    ldap server require strong auth = no
    tls enabled = yes
    tls keyfile = {key}
    tls certfile = {certificate}
    tls cafile = {certificate}
"""


def _tool(*words: str) -> None:
    """Run samba-tool with the system's Python, for which alone its libraries are built."""
    done = subprocess.run(
        [_program("samba-tool"), *words],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": _SYSTEM_PATH},
    )
    if done.returncode:
        raise RuntimeError(f"samba-tool {words[1]} failed: {done.stdout}{done.stderr}")


def _program(name: str) -> str:
    return shutil.which(name, path=_SYSTEM_PATH) or ""


@contextmanager
def _own_address() -> Iterator[str]:
    """An address of one's own until the end of the block, held by one more port of it.

    The domain is made long before it listens; no other process may choose the same meanwhile.
    """
    for address in ADDRESSES:
        with ExitStack() as stack:
            try:
                for port in (_HELD, *_PORTS):
                    probe = stack.enter_context(socket.socket())
                    if port != _HELD:
                        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((address, port))
                    if port != _HELD:
                        probe.close()
            except OSError:
                continue
            yield address
            return
    raise RuntimeError("every loopback address for Samba is taken")
