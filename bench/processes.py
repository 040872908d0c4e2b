"""Measurements, each in a process of its own, ended when they take too long."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent
_ENOUGH = 30
"""Seconds after which nothing is measured once more."""
COMMAND = "command"


@dataclass(slots=True)
class Outcome:
    """The least seconds of each part, the most memory of any run; or why there are none."""

    seconds: dict[str, float] = field(default_factory=dict)
    mib: float = 0.0
    answer: object = None
    judged: int = 0
    failure: str = ""


class Runner:
    def __init__(self, runs: int, longest: int) -> None:
        self._runs = runs
        self._longest = longest

    def measure(self, name: str, bundle: Path, sample: int, *, once: bool = False) -> Outcome:
        """The best of some runs, of one only if it takes long or judges a sample."""
        best = Outcome()
        start = time.monotonic()
        for _ in range(1 if once else self._runs):
            now = self._command(bundle) if name == COMMAND else self._one(name, bundle, sample)
            if now.failure:
                return now
            for part, seconds in now.seconds.items():
                best.seconds[part] = min(seconds, best.seconds.get(part, seconds))
            best.mib = max(best.mib, now.mib)
            best.answer, best.judged = now.answer, now.judged
            if best.judged or time.monotonic() - start > _ENOUGH:
                break
        return best

    def _one(self, name: str, bundle: Path, sample: int) -> Outcome:
        command = [sys.executable, str(_HERE / "measure.py"), name, str(bundle)]
        with subprocess.Popen(
            [*command, f"--sample={sample}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=self._longest)
            except subprocess.TimeoutExpired:
                _end(process)
                return Outcome(failure=f"> {self._longest} s")
        if process.returncode:
            print(err, file=sys.stderr)
            return Outcome(failure="failed")
        return Outcome(**json.loads(out.splitlines()[-1]))

    @staticmethod
    def _command(bundle: Path) -> Outcome:
        """The command ``analyze`` as a user starts it, printing nowhere and into a file."""
        outcome = Outcome()
        command = (sys.executable, "-m", "accessreview", "analyze")
        with tempfile.TemporaryFile() as file:
            for part, to in (("nowhere", subprocess.DEVNULL), ("file", file.fileno())):
                start = time.perf_counter()
                process = subprocess.Popen(  # waited for by its id below
                    [*command, str(bundle), "--ruleset", str(_HERE / "ruleset.toml")],
                    stdout=to,
                    stderr=subprocess.DEVNULL,
                )
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode:
                    return Outcome(failure="failed")
                outcome.seconds[part] = time.perf_counter() - start
                outcome.mib = max(outcome.mib, usage.ru_maxrss / 1024)
        return outcome


def _end(process: subprocess.Popen[str]) -> None:
    """Ask it to stop, so that it stops what it started, and insist after a while."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
