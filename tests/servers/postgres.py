"""A PostgreSQL of our own: started in a temporary folder, stopped and forgotten after.

PostgreSQL refuses to run as root; then it runs as the user ``postgres`` of its package.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_BINARIES = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"


def binaries() -> Path | None:
    """The folder of the newest installed PostgreSQL's programs; None if there is none."""
    found = sorted(_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgresql(*, shared_buffers: str = "32MB") -> Iterator[str]:
    """Run a server on a free loopback port and yield the address of its database ``postgres``.

    It is as fast as a throw-away server may be: what it was told does not survive a power cut.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError(f"PostgreSQL is not installed under {_BINARIES}")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(_ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data, port = folder / "data", _free_port()
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} "
        "-c fsync=off -c full_page_writes=off -c max_connections=200 "
        f"-c shared_buffers={shared_buffers}"
    )
    control = (str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"))
    try:
        _run(
            programs / "initdb", "-D", data, "-U", "accessreview", "-A", "trust", "-E", "UTF8",
            "--no-sync", "--locale=C.UTF-8",
        )  # fmt: skip
        _run(*control, "-o", options, "start")
        try:
            yield f"postgresql://accessreview@127.0.0.1:{port}/postgres"
        finally:
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _run(*words: str | Path) -> None:
    command: Sequence[str] = tuple(map(str, words))
    if os.geteuid() == 0:
        command = ("runuser", "-u", _ACCOUNT, "--", *command)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{command} failed: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
