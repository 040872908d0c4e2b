"""A bar only where somebody watches, and Ctrl-C that leaves nothing half done."""

import os
import pty
import signal
import subprocess
import sys
import textwrap

import pytest

from accessreview.cli.progress import progress_bar
from accessreview.model.errors import NotFoundError
from tests.unit.cli.conftest import Installation

STOPPED = "Stopped by you; nothing is left half done."


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "accessreview", *words]


def held_at(place: str, *words: str) -> list[str]:
    """The command, which says so on standard error when it comes to a place, and stays there."""
    module, _, name = place.partition(":")
    script = f"""
        import importlib, sys, time
        from accessreview.cli import main
        owner = importlib.import_module({module!r})
        *path, last = {name!r}.split(".")
        for part in path:
            owner = getattr(owner, part)
        there = getattr(owner, last)
        def held(*arguments, **named):
            there(*arguments, **named)
            print("held", file=sys.stderr, flush=True)
            time.sleep(60)
        setattr(owner, last, held)
        main({list(words)!r}, prog_name="accessreview")
    """
    return [sys.executable, "-c", textwrap.dedent(script)]


def interrupted(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, output and sentences of a held command after Ctrl-C."""
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "held\n":
                break
        process.send_signal(signal.SIGINT)
        output, sentences = process.communicate(timeout=30)
    return process.returncode, output, sentences.strip()


def at_a_terminal(arguments: list[str]) -> tuple[str, str]:
    """What a command prints on standard output, and what it draws where a person sees it."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            drawn = b""
            while True:
                try:
                    some = os.read(ours, 4096)
                except OSError:  # how Linux says that nobody writes there any more
                    break
                if not some:
                    break
                drawn += some
            assert process.stdout is not None
            printed = process.stdout.read()
    finally:
        os.close(ours)
    assert process.returncode == 0, drawn
    return printed.decode(), drawn.decode()


@pytest.mark.parametrize("where", ["analyze", "import"])
def test_who_sits_before_a_terminal_sees_how_far_it_is(
    installation: Installation, where: str
) -> None:
    bundle = str(installation.bundle())
    words = {
        "analyze": ("analyze", bundle, "--ruleset", str(installation.folder / "rules.toml")),
        "import": ("import", bundle, "--config", str(installation.config)),
    }[where]

    printed, drawn = at_a_terminal(command(*words))

    assert "1 of 1" in drawn
    assert "vCenters" in drawn
    assert all(line.startswith("{") for line in printed.splitlines())
    assert printed


def test_what_goes_into_a_file_or_a_log_has_no_bar_in_it(installation: Installation) -> None:
    bundle = str(installation.bundle())
    rules = str(installation.folder / "rules.toml")

    done = subprocess.run(
        command("analyze", bundle, "--ruleset", rules), capture_output=True, text=True, check=True
    )

    assert "vCenters" not in done.stdout + done.stderr
    assert all(line.startswith("{") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "place",
    ["accessreview.cli.analysis:judge", "accessreview.cli.finding_lines:FindingLines._block"],
)
def test_an_analysis_that_is_stopped_prints_nothing_but_that(
    installation: Installation, place: str
) -> None:
    bundle = str(installation.bundle())
    rules = str(installation.folder / "rules.toml")

    ended = interrupted(held_at(place, "analyze", bundle, "--ruleset", rules))

    assert ended == (130, "", STOPPED)


@pytest.mark.parametrize(
    "place",
    [
        "accessreview.services.assessment:assess",
        "accessreview.storage.repositories.findings:SqlAssessments.add",
        "accessreview.storage.repositories.findings:SqlViolations.save",
    ],
)
def test_an_assessment_that_is_stopped_leaves_nothing_behind(
    installation: Installation, place: str
) -> None:
    words = ("import", str(installation.bundle()), "--config", str(installation.config))

    assert interrupted(held_at(place, *words)) == (130, "", STOPPED)

    with installation.opened() as application, application.database.reading() as work:
        assert work.assessments.latest() is None
        assert len(work.violations.all()) == 0
        assert "assessment:findings:record" not in [each.action for each in work.audit.list()]
    installation.run(words[0], words[1])
    with installation.opened() as application, application.database.reading() as work:
        assert work.assessments.latest() is not None
        assert len(work.violations.all()) > 0


def test_without_a_terminal_nobody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Analysing") as told:
        assert told is None
    with pytest.raises(NotFoundError), progress_bar("Analysing"):
        raise NotFoundError("It is not there.")
    assert capsys.readouterr() == ("", "")
