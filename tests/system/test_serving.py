"""``accessreview run`` and ``serve`` as processes: started twice, ended, behind a proxy."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPMessage
from pathlib import Path

import pytest

from tests.fakes import fresh_sqlite

pytestmark = [pytest.mark.integration, pytest.mark.system]

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(folder: Path, *words: str) -> "Iterator[tuple[subprocess.Popen[str], list[str]]]":
    """The process, and what it printed until it serves."""
    with subprocess.Popen(
        [sys.executable, "-m", "accessreview", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed: list[str] = []
        for line in process.stdout:
            printed.append(line)
            if line.startswith("Press Ctrl-C"):
                break
        try:
            yield process, printed
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def headers_of(port: int, **sent: str) -> HTTPMessage:
    named = {name.replace("_", "-"): value for name, value in sent.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", "/sign-in", headers=named)
        response = client.getresponse()
        assert response.status == 200
        return response.headers


def test_the_sample_company_keeps_its_data_and_its_logins(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "run", f"--port={port}") as (process, first):
        assert f"accessreview serves on http://127.0.0.1:{port}/\n" in first
        headers_of(port)
        process.terminate()
        assert process.wait(30) == 0
    database = tmp_path / "var" / "sample" / "accessreview.db"
    assert (database.parent / "logins.json").stat().st_mode & 0o777 == 0o600
    with serving(tmp_path, "run", f"--port={port}") as (process, second):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert first[0] == "Collecting for the first time.\n"
    assert second == first[1:]
    assert [line.split()[0] for line in second[1:4]] == ["administrator", "reviewer", "auditor"]


@pytest.mark.parametrize(("proxies", "is_secure"), [(1, True), (0, False)], ids=["one", "none"])
def test_only_trusted_proxies_say_how_a_visitor_came(
    tmp_path: Path, proxies: int, *, is_secure: bool
) -> None:
    port = free_port()
    config = tmp_path / "accessreview.toml"
    config.write_text(
        f'[database]\nurl = "{fresh_sqlite(tmp_path)}"\n'
        f"[web]\nport = {port}\ntrusted_proxies = {proxies}\n",
        encoding="utf-8",
    )
    with serving(tmp_path, "serve", f"--config={config}") as (process, printed):
        assert len(printed) == 2, printed
        found = headers_of(port, X_Forwarded_Proto="https")
        process.terminate()
        assert process.wait(30) == 0
    assert ("Strict-Transport-Security" in found) is is_secure
