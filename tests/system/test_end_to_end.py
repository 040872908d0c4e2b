"""From two real servers to evidence that holds in an empty folder, by the installed wheel."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.fakes import fresh_address
from tests.servers import slapd, vcsim
from tests.servers.required import require
from tests.system.estate import GROUPS, PEOPLE, allow_both, configuration
from tests.system.wheel import Installed

pytestmark = [pytest.mark.integration, pytest.mark.system]

PASSWORD = "correct horse battery"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _served(installed: Installed, config: Path, port: int) -> Iterator[str]:
    """The application, as ``accessreview serve`` serves it; stopped as a service manager would."""
    with subprocess.Popen(
        [*installed.command, "serve", "--config", str(config)],
        cwd=installed.folder,
        env=installed.environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, "accessreview serve ended at once"
                time.sleep(0.1)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
        assert process.wait(30) == 0


def _sign_in(page: Page, address: str, login: str) -> None:
    page.goto(address)
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _review(page: Page, address: str) -> None:
    """Olga takes Ann out of the hosts' administration and keeps everything else."""
    _sign_in(page, address, "olga")
    page.get_by_role("link", name="My reviews").click()
    page.get_by_role("link", name="Quarterly review").click()
    for item in page.locator("article").all():
        about = item.locator("legend").inner_text()
        wanted = "Take away" if "Ann Berg, role host-operator" in about else "Keep"
        item.get_by_label(wanted).check()
        item.get_by_role("textbox").fill("She moved to the virtual machines' team.")
    page.get_by_role("button", name="Save answers").click()
    page.get_by_role("link", name="Review and sign off").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Sign off").click()
    assert "This is final" in page.content()


@pytest.fixture
def browser_page() -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        require("the browser walk needs the Debian package chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(java_script_enabled=False)
        browser.close()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[vcsim.Vcsim, slapd.Slapd]]:
    require(vcsim.missing(), slapd.missing())
    for name in ("vcsim", "slapd"):
        (tmp_path / name).mkdir()
    with ExitStack() as stack:
        simulator = stack.enter_context(vcsim.running_vcsim(tmp_path / "vcsim"))
        directory = stack.enter_context(slapd.running_slapd(tmp_path / "slapd", PEOPLE + GROUPS))
        allow_both(simulator)
        yield simulator, directory


def test_a_violation_is_found_revoked_removed_proven_and_sealed(
    company: tuple[vcsim.Vcsim, slapd.Slapd],
    installed: Installed,
    browser_page: Page,
    tmp_path: Path,
) -> None:
    port = _free_port()
    config = configuration(tmp_path, *company, fresh_address(tmp_path), port)
    run = _with(installed, config)
    run("db", "upgrade")

    # Collection over TLS finds the violation with both of its paths.
    run("collect")
    run("user", "add", "olga", "--name=Olga", "--role=reviewer", "--identity=3", *_password())
    run("user", "add", "sven", "--name=Sven", "--role=reviewer", "--identity=4", *_password())
    run("user", "add", "admin", "--name=Admin", "--role=administrator", *_password())
    with _served(installed, config, port) as address:
        _sign_in(browser_page, address, "admin")
        browser_page.get_by_role("link", name="Violations", exact=True).click()
        browser_page.get_by_role("link", name="One person administers").first.click()
        shown = browser_page.locator("main").inner_text()
        assert "Ann Berg" in shown
        for group in ("host-team", "host-admins", "vm-team", "vm-admins"):
            assert group in shown
        browser_page.get_by_role("button", name="Sign out").click()

        # The owner decides in a browser, and the administrator plans and executes.
        campaign = run(
            "campaign",
            "open",
            "--name=Quarterly review",
            "--fallback=olga",
            "--second-fallback=sven",
        )[0]["id"]
        _review(browser_page, address)
    assert run("campaign", "finish", campaign)[0]["state"] == "in_remediation"
    (task,) = run("remediation", "plan", campaign)
    assert task["change"]["group_name"] == "host-team"
    assert run("remediation", "execute", task["id"])[0]["state"] == "executed"

    # Nothing is proven by the claim; the next collection proves it.
    assert _verdicts(run, campaign) == [None]
    findings = run("collect")[-1]["findings"]
    assert findings == 0
    assert _verdicts(run, campaign) == ["gone"]
    assert run("campaign", "close", campaign)[0]["state"] == "closed"

    # The package holds in an empty folder, and no longer after any change.
    package, key = installed.folder / "package.zip", installed.folder / "company.pem"
    run("evidence", "build", campaign, str(package))
    key.write_text(installed.try_("evidence", "key", "--config", str(config)).stdout)
    _shred(tmp_path / "data")
    checks = installed.run("evidence", "verify", "package.zip", "--key", "company.pem")
    assert {check["verdict"] for check in checks} == {"holds"}
    reproduced = {row["what"]: row for row in installed.run("evidence", "reproduce", "package.zip")}
    assert reproduced["findings"]["equal"] == reproduced["findings"]["compared"] == 1
    assert reproduced["removals"]["equal"] == reproduced["removals"]["compared"] == 1
    _refuses_changes(installed, package)


def _password() -> tuple[str, str]:
    return ("--password", PASSWORD)


def _with(installed: Installed, config: Path) -> Callable[..., list[dict[str, Any]]]:
    return lambda *arguments: installed.run(*arguments, "--config", str(config))


def _verdicts(run: Callable[..., list[dict[str, Any]]], campaign: str) -> list[object]:
    verdicts = []
    for item in run("campaign", "items", campaign):
        decision, settlement = item["decision"], item["settlement"]
        if decision and decision["outcome"] == "revoke":
            verdicts.append(settlement["verdict"] if settlement else None)
    return verdicts


def _shred(data: Path) -> None:
    """What is verified needs nothing of the installation."""
    shutil.rmtree(data)


def _refuses_changes(installed: Installed, package: Path) -> None:
    whole = package.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 12)):
        altered = bytearray(whole)
        altered[position] ^= 1
        package.write_bytes(altered)
        refused = installed.try_("evidence", "verify", "package.zip", "--key", "company.pem")
        assert refused.returncode == 11, position
        assert '"fails"' in refused.stdout
    package.write_bytes(whole)
