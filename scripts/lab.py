"""A laboratory: a simulated vCenter, slapd, and the application collecting from both over TLS.

``make lab``. Everything lies in var/lab, is made anew at each start and ends with Ctrl-C.
"""

import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from pyVmomi import vim

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.model.user import UserRole
from accessreview.settings import Settings, load_settings
from accessreview.system import new_password
from tests.servers import slapd, vcsim
from tests.servers.sources import live_sources

FOLDER = Path(__file__).resolve().parents[1] / "var" / "lab"
PORT = 8481

_OWNED = (f"owner: uid=olga,ou=people,{slapd.SUFFIX}",)
_UNDER_OLGA = f"manager: uid=olga,ou=people,{slapd.SUFFIX}"


def _person(login: str, name: str, number: int, *lines: str) -> str:
    given = (f"displayName: {name}", f"employeeNumber: {number}", f"mail: {login}@corp.example")
    return slapd.person(login, *given, *lines)


PEOPLE = "".join(
    (
        _person("olga", "Olga Lind", 1),
        _person("sven", "Sven Moe", 2),
        _person("ann", "Ann Berg", 3, _UNDER_OLGA),
        _person("bob", "Bob Dahl", 4, _UNDER_OLGA),
        _person("adm-bob", "Bob Dahl (administration)", 4),
        _person("carl", "Carl Ness", 5, _UNDER_OLGA),
        slapd.person("svc-backup"),
    )
)
GROUPS = "".join(
    (
        slapd.group("host-admins", "cn=host-team,ou=groups", lines=_OWNED),
        slapd.group("host-team", "ann", "bob", lines=_OWNED),
        slapd.group("vm-admins", "cn=vm-team,ou=groups", lines=_OWNED),
        slapd.group("vm-team", "ann", "carl", lines=_OWNED),
        slapd.group("viewers", "cn=vm-team,ou=groups", "cn=host-team,ou=groups", lines=_OWNED),
    )
)
REVIEWERS = {"olga": ("Olga Lind", "1"), "sven": ("Sven Moe", "2")}
_HOST_RIGHTS = ("Host.Config.AdvancedConfig", "Host.Config.Maintenance", "Host.Config.NetService")
_VM_RIGHTS = ("VirtualMachine.Interact.PowerOff", "VirtualMachine.Config.AddNewDisk")
_ADMIN, _READ_ONLY, _NO_ACCESS = -1, -2, -5


def allow(simulator: vcsim.Vcsim) -> None:
    """Give Ann hosts and machines by two nested groups, Bob everything, and a stranger something.

    One machine is closed to the hosts' administrators, one permission names nobody.
    """
    with vcsim.logged_in(simulator) as content:
        hosts = vcsim.add_role(content, "Host operator", _HOST_RIGHTS)
        machines = vcsim.add_role(content, "VM operator", _VM_RIGHTS)
        vcsim.allow(content, content.rootFolder, (r"CORP\adm-bob", False, _ADMIN, True))
        vcsim.allow(
            content,
            vcsim.find(content, vim.Datacenter),
            (r"CORP\host-admins", True, hosts, True),
            (r"CORP\vm-admins", True, machines, True),
            (r"CORP\svc-backup", False, machines, True),
        )
        vcsim.allow(
            content,
            vcsim.find(content, vim.ClusterComputeResource),
            (r"CORP\viewers", True, _READ_ONLY, True),
            (r"CORP\left-long-ago", False, hosts, True),
        )
        vcsim.allow(
            content,
            vcsim.find(content, vim.VirtualMachine),
            (r"CORP\host-admins", True, _NO_ACCESS, False),
        )


def configuration(folder: Path, simulator: vcsim.Vcsim, directory: slapd.Slapd) -> Path:
    """Write the configuration and a file for each secret."""
    file = folder / "accessreview.toml"
    file.write_text(
        f"""\
data_directory = "data"

[web]
port = {PORT}

[review]
fallback_reviewer = "olga"
second_fallback = "sven"
"""
        + live_sources(folder, simulator, directory),
        encoding="utf-8",
    )
    return file


def add_users(settings: Settings) -> list[tuple[str, str, str]]:
    """One login a role, and a second reviewer for the first one's own access."""
    prepare(settings)
    application = build(settings)
    added = []
    for login, role, (name, identity) in (
        ("admin", UserRole.ADMINISTRATOR, ("Administrator", "")),
        ("auditor", UserRole.AUDITOR, ("Auditor", "")),
        *((login, UserRole.REVIEWER, who) for login, who in REVIEWERS.items()),
    ):
        password = new_password()
        application.users.add(
            OPERATOR,
            login=login,
            display_name=name,
            mail="",
            role=role,
            identity=identity,
            password=password,
        )
        added.append((role.value, login, password))
    application.database.close()
    return added


def main() -> None:
    if reason := slapd.missing() or vcsim.missing():
        sys.exit(f"The laboratory cannot start: {reason}.")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    shutil.rmtree(FOLDER, ignore_errors=True)
    folders = [FOLDER / name for name in ("vcenter", "directory")]
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True)
    print("Starting the simulated vCenter and slapd; the first time this takes half a minute.")
    with (
        vcsim.running_vcsim(folders[0]) as simulator,
        slapd.running_slapd(folders[1], PEOPLE + GROUPS) as directory,
    ):
        allow(simulator)
        config = configuration(FOLDER, simulator, directory)
        logins = add_users(load_settings(config))
        print(f"vCenter:   https://{simulator.host}:{simulator.port}/sdk  {simulator.user}")
        print(f"Directory: ldaps://127.0.0.1:{directory.tls_port}  cn=audit,{slapd.SUFFIX}")
        print(f"Settings:  {config}")
        for role, login, password in logins:
            print(f"  {role:<14} {login:<20} {password}")
        sys.stdout.flush()
        command = [sys.executable, "-m", "accessreview", "run", "--config", str(config)]
        with subprocess.Popen(command) as served:
            try:
                served.wait()
            finally:
                with suppress(KeyboardInterrupt):
                    served.terminate()
                    served.wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
