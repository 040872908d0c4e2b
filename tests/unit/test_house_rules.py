"""What holds for the whole repository and no other tool checks."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import accessreview.analysis
import accessreview.evidence
import accessreview.model
import accessreview.review
import accessreview.snapshot
from accessreview.cli import main

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 400
CORE = [
    accessreview.model,
    accessreview.snapshot,
    accessreview.analysis,
    accessreview.review,
    accessreview.evidence,
]
FOLDERS = ("accessreview", "tests", "migrations", "scripts", "bench", "docs", "templates")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXT = {".py", ".md", ".toml", ".sh", ".html", ".css", ".go", ".txt", ".in", ".mako"}
OF_A_MACHINE = re.compile(r"/(?:home|root|work|Users)/\w|[A-Z]:\\Users\\")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE = re.compile(
    r"`(?:\.venv/bin/)?accessreview ([a-z][^`|]*)`|^ +(?:\$as )?\.venv/bin/accessreview (.*)$",
    re.MULTILINE,
)


def files(*suffixes: str) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path
    yield from (
        path for path in sorted(ROOT.iterdir()) if path.suffix in suffixes and path.is_file()
    )


def core_dataclasses() -> Iterator[type]:
    for package in CORE:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for _, found in inspect.getmembers(
                importlib.import_module(module.name), inspect.isclass
            ):
                if dataclasses.is_dataclass(found) and found.__module__ == module.name:
                    yield found


def test_what_the_core_holds_is_slotted_and_its_model_frozen() -> None:
    found = [*core_dataclasses()]
    assert len(found) > 50
    assert [each for each in found if "__slots__" not in vars(each)] == []
    assert [
        each
        for each in found
        if each.__module__.startswith(accessreview.model.__name__)
        and not each.__dataclass_params__.frozen  # type: ignore[attr-defined] # known to be one
    ] == []


def test_no_module_is_too_long_to_be_read() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in files(".py")}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    named = [path for path in files(*TEXT) if OF_A_MACHINE.search(path.read_text("utf-8"))]
    assert named == []


def slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for name, heading in LINK.findall(page.read_text("utf-8")):
        target = page.parent / name if name else page
        assert target.exists(), f"{page} links to {name}"
        if heading:
            assert heading in map(slug, HEADING.findall(target.read_text("utf-8")))


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        seen.add(page)
        for name, _ in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / name).resolve()
            pages = target.glob("*.md") if target.is_dir() else [target]
            waiting += [each for each in pages if each.suffix == ".md" and each not in seen]
    assert [page for page in PAGES if page not in seen] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_commands_that_exist(page: Path) -> None:
    for spans in CODE.findall(page.read_text("utf-8")):
        words = "".join(spans).split()
        command: click.Command | None = main
        while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
            name = words.pop(0)
            command = command.get_command(click.Context(command), name)
            assert command is not None, f"{page} names the command {name}"


def test_the_readme_and_the_guide_name_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(
            r"\bmake ([a-z-]+)\b(?=[`\n ]*(?:$|`|[A-Z]+=))", (ROOT / page).read_text(), re.MULTILINE
        )
        assert set(named) <= targets
