import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta, nodes

import accessreview.web.entrance
import accessreview.web.errors
import accessreview.web.html
from accessreview.web.page import Page
from accessreview.web.text import FILTERS

TEMPLATES = Path(__file__).parents[3] / "templates"
GLOBALS = {"page", "url_for", "csrf_token"}


def _pages() -> list[type[Page]]:
    # Slots make a second class of each, so __subclasses__ would list ghosts.
    modules = [accessreview.web.errors, accessreview.web.entrance] + [
        importlib.import_module(f"accessreview.web.html.{found.name}")
        for found in pkgutil.iter_modules(accessreview.web.html.__path__)
    ]
    return [
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Page) and member.__module__ == module.__name__
    ]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(TEMPLATES))
    environment.filters.update(FILTERS)
    return environment


def _own_and_inherited(template: str) -> Iterator[nodes.Template]:
    environment = _environment()
    tree = environment.parse((TEMPLATES / template).read_text())
    yield tree
    for extended in tree.find_all(nodes.Extends):
        assert isinstance(extended.template, nodes.Const)
        yield from _own_and_inherited(extended.template.value)


def _html_templates() -> list[str]:
    rendered_elsewhere = {"mail", "evidence/report.html"}
    found = (str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html")))
    return [
        name
        for name in found
        if name not in rendered_elsewhere and name.split("/")[0] not in rendered_elsewhere
    ]


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.__name__)
def test_a_template_and_its_page_know_the_same_attributes(page: type[Page]) -> None:
    used = {
        getattr_.attr
        for tree in _own_and_inherited(page.template)
        for getattr_ in tree.find_all(nodes.Getattr)
        if isinstance(getattr_.node, nodes.Name) and getattr_.node.name == "page"
    }
    fields = {field.name for field in dataclasses.fields(page)}
    assert used == fields


def test_every_template_belongs_to_exactly_one_page_or_is_a_part_of_others() -> None:
    own = [page.template for page in _pages()]
    parts = [name for name in _html_templates() if name == "base.html" or name[0] == "_"]
    assert sorted(own + parts) == _html_templates()


@pytest.mark.parametrize("template", _html_templates())
def test_a_template_sees_nothing_but_its_page(template: str) -> None:
    tree = _environment().parse((TEMPLATES / template).read_text())
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    imported = {name for part in tree.find_all(nodes.FromImport) for name in part.names}
    assert meta.find_undeclared_variables(tree) - macros - imported <= GLOBALS


@pytest.mark.parametrize("template", _html_templates())
def test_a_template_has_no_way_around_escaping_and_no_inline_script_or_style(
    template: str,
) -> None:
    text = (TEMPLATES / template).read_text()
    for forbidden in ("|safe", "autoescape", "<script", "<style", " style=", "javascript:", "={{"):
        assert forbidden not in text
