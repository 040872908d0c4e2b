"""For all tests: what a second run over another database leaves out."""

from tests.databases import FOLDER, ON_POSTGRESQL, asks_database

if ON_POSTGRESQL:
    collect_ignore = [one for one in FOLDER.rglob("test_*.py") if not asks_database(one)]
