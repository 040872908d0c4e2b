"""The product as a user gets it: the wheel, built and installed away from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Installed:
    """The command of an installed wheel; it runs in ``folder`` and sees nothing of the checkout."""

    site: Path
    folder: Path

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-P", "-m", "accessreview"]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.site)}

    def try_(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self.command, *arguments],
            check=False,
            capture_output=True,
            text=True,
            input=given,
            cwd=self.folder,
            env=self.environment,
            timeout=180,
        )

    def run(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a command that has to succeed; its rows."""
        done = self.try_(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}{done.stdout}"
        return [json.loads(line) for line in done.stdout.splitlines()]


def build_wheel(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def install(wheel: Path, site: Path) -> None:
    """Unpack the wheel; its dependencies are those of the environment the tests run in."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
