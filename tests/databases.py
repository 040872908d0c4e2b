"""Which modules of tests ask for the database that the environment chooses, and others do not.

A second run over another database proves something of the former only.
"""

import os
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ON_POSTGRESQL = os.environ.get("ACCESSREVIEW_TEST_DATABASE", "sqlite") == "postgresql"
_HOME = "fakes"  # what makes one lies there, beside what many others need
_ASKING = re.compile(r"\bfresh_(?:database|address)\b")
_IMPORTED = re.compile(r"^from tests\.([\w.]+) import|^from tests import (.+)$", re.MULTILINE)


@cache
def asks_database(module: Path) -> bool:
    """Whether it names what makes one, or a conftest around it or a module that it imports does."""
    around = (
        folder / "conftest.py" for folder in module.parents if FOLDER in (folder, *folder.parents)
    )
    return any(map(_leads_there, (module, *around)))


@cache
def _leads_there(module: Path) -> bool:
    if not module.exists():
        return False
    text = module.read_text(encoding="utf-8")
    return bool(_ASKING.search(text)) or any(map(_leads_there, _imported(text)))


def _imported(text: str) -> list[Path]:
    names = [
        name
        for one, several in _IMPORTED.findall(text)
        for name in ([one] if one else several.split(", "))
        if name != _HOME
    ]
    return [FOLDER.joinpath(*name.split(".")).with_suffix(".py") for name in names]


def require_asking(test: str) -> None:
    """Raise if the test that pytest names is of a module that a second run would leave out."""
    module = FOLDER.parent / test.partition("::")[0]
    if not asks_database(module):
        raise AssertionError(
            f"{module} asks for a database in a way that tests/databases.py misses"
        )
