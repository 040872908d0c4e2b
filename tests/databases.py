"""Which modules of tests ask for the database that the environment chooses, and others do not.

A second run over another database proves something of the former only. A name leads to a database
if it makes one, or if what defines it uses such a name: as a function, a fixture or an import.
"""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ON_POSTGRESQL = os.environ.get("ACCESSREVIEW_TEST_DATABASE", "sqlite") == "postgresql"
_HOME = FOLDER / "fakes.py"
_MAKERS = frozenset({"fresh_database", "fresh_address"})


def asks_database(module: Path) -> bool:
    """Whether a test of it does, or all do by a mark."""
    return any(name.startswith(("test", "Test", "pytestmark")) for name in _asking(module))


@cache
def _asking(module: Path) -> frozenset[str]:
    """The names that lead to a database in a module, fixtures included."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    found = set(_MAKERS) if module == _HOME else set(_imported(tree))
    for conftest in _around(module):
        found |= _asking(conftest)
    uses = {name: _words(node) for node in tree.body for name in _defined(node)}
    while new := {name for name, words in uses.items() if words & found} - found:
        found |= new
    return frozenset(found)


def _around(module: Path) -> Iterator[Path]:
    """Whose fixtures it has, if it has any."""
    if module.name == "conftest.py" or module.name.startswith("test_"):
        for folder in module.parents:
            conftest = folder / "conftest.py"
            if FOLDER in folder.parents and conftest.exists() and conftest != module:
                yield conftest


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests"):
            home = FOLDER.joinpath(*node.module.split(".")[1:])
            for each in node.names:
                whole = home / f"{each.name}.py"
                if whole.exists():
                    leads = bool(_asking(whole))
                else:
                    leads = each.name in _asking(home.with_suffix(".py"))
                if leads:
                    yield each.asname or each.name


def _defined(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))
        case _:
            pass


def _words(node: ast.stmt) -> set[str]:
    """What it uses by name: parameters are fixtures, and so are some texts."""
    found = set[str]()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=word) | ast.arg(arg=word) | ast.Attribute(attr=word):
                found.add(word)
            case ast.Constant(value=str() as word):
                found.add(word)
            case _:
                pass
    return found


def require_asking(test: str) -> None:
    """Raise if the test that pytest names is of a module that a second run would leave out."""
    module = FOLDER.parent / test.partition("::")[0]
    if not asks_database(module):
        raise AssertionError(
            f"{module} asks for a database in a way that tests/databases.py misses"
        )
