"""A laboratory: a vCenter of our own, slapd, and the application collecting from both over TLS.

``make lab``. Everything lies in var/lab, is made anew at each start and ends with Ctrl-C.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.model.user import UserRole
from accessreview.settings import Settings, load_settings
from accessreview.system import new_password
from tests.servers import slapd
from tests.servers.lab_company import GROUPS, HOSTS, PEOPLE, VM_OPERATOR, company
from tests.servers.lab_vcenter import Lab, missing, running_lab
from tests.servers.sources import live_sources
from tests.servers.vcsim import logged_in

FOLDER = Path(__file__).resolve().parents[1] / "var" / "lab"
PORT = 8481

REVIEWERS = {"olga": ("Olga Lind", "1"), "sven": ("Sven Moe", "2")}

_OWNED = (f"owner: uid=olga,ou=people,{slapd.SUFFIX}",)
_UNDER_OLGA = f"manager: uid=olga,ou=people,{slapd.SUFFIX}"
_ABOVE = ("olga", "sven", "adm-bob")
"""Those who have nobody above them."""


def _person(login: str, name: str, number: int) -> str:
    if not name:
        return slapd.person(login)
    given = (f"displayName: {name}", f"employeeNumber: {number}", f"mail: {login}@corp.example")
    return slapd.person(login, *given, *(() if login in _ABOVE else (_UNDER_OLGA,)))


def _group(name: str, members: tuple[str, ...]) -> str:
    named = (f"cn={one},ou=groups" if one in GROUPS else one for one in members)
    return slapd.group(name, *named, lines=_OWNED)


PEOPLE_LDIF = "".join(_person(login, *who) for login, who in PEOPLE.items())
GROUPS_LDIF = "".join(_group(name, members) for name, members in GROUPS.items())
OF_VCENTER = """\
privilege_recorder = true

[source.remediation]
username = "{user}"
password_file = "vcenter.password"
"""
"""The lab's own user may do everything, so it also changes what is to be changed."""


@contextmanager
def vcenter(folder: Path) -> Iterator[Lab]:
    """The company's vCenter with a little past, and Ann logged in to it."""
    ann = r"CORP\ann", new_password()
    options = {"api_version": "9.0.0.0", "hosts": HOSTS}
    with running_lab(folder, company(), users=dict([ann]), options=options) as lab:
        for hours, event in (
            (70, {"type": "UserLoginSessionEvent", "user": r"CORP\bob", "address": "192.0.2.7"}),
            (50, {"type": "UserLoginSessionEvent", "user": r"CORP\svc-backup"}),
            (30, {"type": "esx.audit.lockdownmode.exceptions.changed", "entity": "host-10"}),
            (
                20,
                {
                    "type": "PermissionAddedEvent",
                    "user": r"CORP\adm-bob",
                    "entity": "resgroup-9",
                    "principal": r"CORP\vm-admins",
                    "group": True,
                    "role": VM_OPERATOR,
                    "propagate": True,
                },
            ),
        ):
            lab.control({"do": "event", "event": event, "ago": hours * 3600})
        with logged_in(replace(lab, user=ann[0], password=ann[1])):
            yield lab


def configuration(folder: Path, lab: Lab, directory: slapd.Slapd) -> Path:
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
        + live_sources(folder, lab, directory, OF_VCENTER.format(user=lab.user)),
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
    if reason := slapd.missing() or missing():
        sys.exit(f"The laboratory cannot start: {reason}.")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    shutil.rmtree(FOLDER, ignore_errors=True)
    folders = [FOLDER / name for name in ("vcenter", "directory")]
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True)
    print("Starting the vCenter and slapd; the first time this takes a minute.")
    with (
        vcenter(folders[0]) as lab,
        slapd.running_slapd(folders[1], PEOPLE_LDIF + GROUPS_LDIF) as directory,
    ):
        config = configuration(FOLDER, lab, directory)
        logins = add_users(load_settings(config))
        print(f"vCenter:   https://{lab.host}:{lab.port}/sdk  {lab.user}")
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
