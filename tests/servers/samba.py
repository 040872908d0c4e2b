"""Active Directory domain controllers (Samba's) on loopback, for tests and for the lab.

Their ports are compiled in, so each controller takes a loopback address of its own, one of
``ADDRESSES``, and only root can run it. Like Active Directory: ids, primary groups, foreign
principals, referrals to other naming contexts, result codes. Not like it: groups are never handed
out in parts and pages never cut; ``adproxy`` does both.
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

from tests.servers.certificates import Authority, Issued, issue, make_ca

ADDRESSES = tuple(f"127.77.0.{number}" for number in range(10, 26))


@dataclass(frozen=True, slots=True)
class Forest:
    """One forest of one domain; its domain's SID is always the same."""

    realm: str
    netbios_name: str
    sid: str

    @property
    def domain(self) -> str:
        return self.realm.lower()

    @property
    def base(self) -> str:
        return ",".join(f"DC={part}" for part in self.domain.split("."))

    @property
    def people(self) -> str:
        return f"OU=people,{self.base}"

    @property
    def groups(self) -> str:
        return f"OU=groups,{self.base}"


AD = Forest("AD.TEST", "ADTEST", "S-1-5-21-1004336348-1177238915-682003330")
OTHER = Forest("OTHER.TEST", "OTHERTEST", "S-1-5-21-2108764321-1594083277-839522115")

_PASSWORD = "Administrator-secret1"
_PORTS = (389, 636, 3268, 3269)
_HELD = 3270
_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_SEED = Path(__file__).with_name("samba_seed.py")
_DH_GROUP = Path(__file__).with_name("ffdhe2048.pem")
"""RFC 7919's; without one a controller looks for a prime at each start, up to seconds long."""
_NEVER = "-9223372036854775808"
_A_THOUSAND_YEARS = "-315360000000000000"


@dataclass(slots=True)
class Samba:
    """A running controller; ``kill`` and ``start`` may be called by a test."""

    folder: Path
    forest: Forest
    address: str
    ca_file: Path
    certificate: Issued
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Raises RuntimeError when it does not answer within fifteen seconds."""
        with (self.folder / "output").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(_program("samba"), "-s", self.folder / "run.conf", "-l", self.folder, "-F"),
                    *("--no-process-group", "-M", "single"),
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _ in range(300):
            if self.process.poll() is not None:
                break
            # it listens a moment before it answers
            if self.run("ldapsearch", "-x", "-s", "base", "-b", "", "1.1").returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"Samba did not start: {(self.folder / 'output').read_text()}")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def change(self, ldif: str) -> None:
        """Add entries, or change them where the LDIF says ``changetype``, as administrator."""
        administrator = f"CN=Administrator,CN=Users,{self.forest.base}"
        done = self.run("ldapmodify", "-a", "-x", "-D", administrator, "-w", _PASSWORD, ldif=ldif)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def run(
        self, program: str, *words: str, ldif: str = "", url: str = ""
    ) -> "subprocess.CompletedProcess[bytes]":
        """One of OpenLDAP's programs, connected to the controller by TLS if not to ``url``."""
        return subprocess.run(
            [_program(program), "-H", url or f"ldaps://{self.address}", *words],
            input=ldif.encode(),
            capture_output=True,
            env={"LDAPTLS_CACERT": str(self.ca_file), "PATH": _SYSTEM_PATH},
            check=False,
        )


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


def make_forest(folder: Path, forest: Forest) -> None:
    """Fill ``folder`` with a new domain that nobody has touched, and no more than its data."""
    made = folder / "made"
    done = subprocess.run(
        [
            *(_program("samba-tool"), "domain", "provision", "--quiet", f"--targetdir={made}"),
            *(f"--realm={forest.realm}", f"--domain={forest.netbios_name}", "--host-name=dc1"),
            *(f"--domain-sid={forest.sid}", f"--host-ip={ADDRESSES[0]}"),
            *(f"--adminpass={_PASSWORD}", "--server-role=dc", "--dns-backend=NONE"),
            *(f"--option=interfaces={ADDRESSES[0]}/8", "--option=bind interfaces only=yes"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": _SYSTEM_PATH},  # the libraries of samba-tool are built for its Python alone
    )
    if done.returncode:
        raise RuntimeError(f"The domain was not made: {done.stdout}{done.stderr}")
    (made / "private").rename(folder / "private")
    shutil.rmtree(made)


def seed_forest(folder: Path, forest: Forest, template: Path, ldif: str) -> None:
    """Fill ``folder`` with a copy of ``template`` and, in it, ``head`` and ``ldif``."""
    shutil.copytree(template / "private", folder / "private")
    configuration = folder / "run.conf"
    configuration.write_text(_configuration(folder, forest, ADDRESSES[0]))
    done = subprocess.run(
        ["/usr/bin/python3", "-I", _SEED, configuration],
        input=head(forest) + ldif,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": _SYSTEM_PATH},
    )
    if done.returncode:
        raise RuntimeError(f"The domain was not filled: {done.stdout}{done.stderr}")


@contextmanager
def running_samba(  # noqa: PLR0913 - what a test may want to be different
    folder: Path,
    forest: Forest,
    template: Path,
    *,
    ca: Authority | None = None,
    certificate: Issued | None = None,
    services: str = "ldap",
) -> Iterator[Samba]:
    """Serve a copy of what ``seed_forest`` made until the end of the block.

    ``certificate`` is shown in place of one of ``ca``; the service ``kdc`` gives tickets.
    """
    authority = ca or make_ca(folder, "samba-ca")
    with _own_address() as address:
        shown = certificate or issue(
            authority, folder, name="samba", names=(f"dc1.{forest.domain}",), ips=(address,)
        )
        shutil.copytree(template / "private", folder / "private")
        for name in ("run", "cache", "state"):
            (folder / name).mkdir()
        (folder / "run.conf").write_text(_configuration(folder, forest, address, shown, services))
        running = Samba(folder, forest, address, authority.certificate_file, shown)
        try:
            running.start()
            yield running
        finally:
            running.kill()
            shutil.rmtree(folder / "private")


def head(forest: Forest) -> str:
    """What every domain starts with: units, and a policy that lets tests choose passwords.

    Who is locked stays locked for a thousand years.
    """
    policy = dict.fromkeys(("pwdProperties", "pwdHistoryLength", "minPwdLength", "minPwdAge"), "0")
    policy |= {"maxPwdAge": _NEVER, "lockoutDuration": _A_THOUSAND_YEARS}
    changes = "".join(f"replace: {name}\n{name}: {value}\n-\n" for name, value in policy.items())
    return f"dn: {forest.base}\nchangetype: modify\n{changes}\n" + "".join(
        f"dn: {unit}\nobjectClass: organizationalUnit\n\n"
        for unit in (forest.people, forest.groups)
    )


def user(login: str, *lines: str, control: int = 512, forest: Forest = AD) -> str:
    """LDIF of somebody under ``people``, whose password is the login followed by ``-secret``."""
    password = base64.b64encode(f"{login}-secret".encode("utf-16-le")).decode()
    return "\n".join(
        (
            f"dn: CN={login},{forest.people}",
            *("objectClass: user", f"sAMAccountName: {login}"),
            *(f"userPrincipalName: {login}@{forest.domain}", f"userAccountControl: {control}"),
            f"clearTextPassword:: {password}",
            *lines,
            *("", ""),
        )
    )


def group(
    name: str,
    *members: str,
    lines: tuple[str, ...] = (),
    kind: int = -2147483646,
    forest: Forest = AD,
) -> str:
    """LDIF of a group under ``groups``, by default a global security group.

    Members are logins, names without the base, or ``<SID=…>`` of strangers.
    """
    names = (_name(one, forest) for one in members)
    return "\n".join(
        (
            f"dn: CN={name},{forest.groups}",
            *("objectClass: group", f"sAMAccountName: {name}", f"groupType: {kind}"),
            *(f"member: {one}" for one in names),
            *lines,
            *("", ""),
        )
    )


def _name(member: str, forest: Forest) -> str:
    if member.startswith("<"):
        return member
    return f"{member},{forest.base}" if "=" in member else f"CN={member},{forest.people}"


def _configuration(
    folder: Path,
    forest: Forest,
    address: str,
    certificate: Issued | None = None,
    services: str = "ldap",
) -> str:
    lines = (
        (
            f"tls keyfile = {certificate.key_file}",
            f"tls certfile = {certificate.certificate_file}",
            f"tls cafile = {certificate.certificate_file}",
            f"tls dh params file = {_DH_GROUP}",
        )
        if certificate
        else ()
    )
    return f"""\
[global]
    netbios name = DC1
    realm = {forest.realm}
    workgroup = {forest.netbios_name}
    server role = active directory domain controller
    server services = {services}
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
""" + "".join(f"    {line}\n" for line in lines)


def _program(name: str) -> str:
    return shutil.which(name, path=_SYSTEM_PATH) or ""


@contextmanager
def _own_address() -> Iterator[str]:
    """An address of one's own until the end of the block, held by one more port of it.

    No other process may choose the same before the controller listens.
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
