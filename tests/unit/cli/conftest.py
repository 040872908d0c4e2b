"""The commands over a database, a configuration file and the small company as a bundle."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from accessreview.bootstrap.application import build
from accessreview.bundles.writer import write_bundle
from accessreview.cli import main
from accessreview.model.review import Outcome
from accessreview.model.user import Authorization, UserRole
from accessreview.services.application import Application
from accessreview.settings import load_settings
from tests.company import RULESET, Company
from tests.fakes import fresh_address
from tests.snapshots import a_snapshot

PASSWORD = "correct horse battery"
REVIEWERS = ("amy", "ben", "cat", "dan", "fay")
Row = dict[str, Any]


@dataclass
class Installation:
    folder: Path
    config: Path
    company: Company = field(default_factory=Company)
    _imports: int = 0

    def try_(self, *words: str) -> Result:
        arguments = [*words, "--config", str(self.config)]
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def run(self, *words: str) -> list[Row]:
        """The rows of a command that has to succeed."""
        result = self.try_(*words)
        assert result.exit_code == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def refused(self, code: int, *words: str) -> str:
        """The sentence of a command that has to fail, and prints no row."""
        result = self.try_(*words)
        assert (result.exit_code, result.stdout) == (code, ""), result.stderr
        return result.stderr

    def bundle(self, *, before: timedelta = timedelta(minutes=1)) -> Path:
        """The company as it is now, as if read so long before."""
        self._imports += 1
        path = self.folder / f"company-{self._imports}"
        at = datetime.now(UTC).replace(microsecond=0) - before
        write_bundle(self.company.snapshot(at), path, annex=True)
        return path

    def bundle_of_the_next_second(self) -> Path:
        """Read later than anything that was decided: times are recorded to the second."""
        time.sleep(1)
        return self.bundle(before=timedelta())

    @contextmanager
    def opened(self) -> Iterator[Application]:
        application = build(load_settings(self.config))
        yield application
        application.database.close()

    def answer(self, campaign: str, *revoked: tuple[str, str]) -> None:
        """Have everybody answer and sign off; ``revoked`` are subjects and principals."""
        with self.opened() as application:
            with application.database.reading() as work:
                items = work.items.of_campaign(campaign)
            for item in items:
                key = (item.subject, item.access.permission.key.principal)
                outcome = Outcome.REVOKE if key in revoked else Outcome.KEEP
                application.decisions.take(_reviewer(item.reviewer), item.id, outcome, "As agreed.")
            for identity in {item.reviewer for item in items}:
                application.decisions.sign_off(_reviewer(identity), campaign)


def _reviewer(identity: str) -> Authorization:
    return Authorization(identity, UserRole.REVIEWER, identity)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """With nothing in its database yet."""
    (tmp_path / "rules.toml").write_text(RULESET.text, encoding="utf-8")
    config = tmp_path / "accessreview.toml"
    config.write_text(
        f'data_directory = "data"\nruleset = "rules.toml"\n'
        f'[database]\nurl = "{fresh_address(tmp_path)}"\n'
        '[review]\nfallback_reviewer = "fay"\nsecond_fallback = "cat"\n',
        encoding="utf-8",
    )
    return Installation(tmp_path, config)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    write_bundle(a_snapshot(), tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def peopled(installation: Installation) -> Installation:
    """With the company imported and a login for everybody who may be asked."""
    installation.run("import", str(installation.bundle()))
    with installation.opened() as application:
        for login in REVIEWERS:
            application.users.add(
                Authorization("test", UserRole.ADMINISTRATOR),
                login=login,
                display_name=login.title(),
                mail=f"{login}@corp.example",
                role=UserRole.REVIEWER,
                identity=login,
                password=PASSWORD,
            )
    return installation


@pytest.fixture
def campaign(peopled: Installation) -> str:
    """The id of a campaign over everything."""
    (row,) = peopled.run("campaign", "open", "--name", "Spring")
    return str(row["id"])
