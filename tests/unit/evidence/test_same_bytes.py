"""The same record makes the same bytes, whatever the place, the language and the database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accessreview.model.canonical import sha256
from accessreview.signing import keys
from accessreview.storage.database import SqlDatabase, open_database
from tests.fakes import fresh_postgresql, fresh_sqlite
from tests.servers.postgres import binaries
from tests.servers.required import require
from tests.unit.evidence.conftest import packages_of, residue
from tests.unit.services.conftest import ADMINISTRATOR, furnished, populated

_ROOT = Path(__file__).parents[3]
_PROGRAM = """
import sys
from pathlib import Path
from accessreview.signing import keys
from accessreview.storage.database import open_database
from tests.unit.evidence.test_same_bytes import digest
print(digest(open_database(sys.argv[1]), keys.load_or_create(Path(sys.argv[2]))))
"""


def digest(database: SqlDatabase, signer: keys.Ed25519Signer) -> str:
    """The digest of the package of one whole story over an empty database."""
    house = populated(furnished(database))
    packages = packages_of(house, signer)
    package = packages.build(ADMINISTRATOR, residue(house).id)
    data = packages.data(ADMINISTRATOR, package.id)
    database.close()
    assert sha256(data) == package.digest
    return package.digest


def test_time_zone_language_and_hash_seed_make_no_difference(tmp_path: Path) -> None:
    key = tmp_path / "signing.pem"
    expected = digest(open_database(fresh_sqlite(tmp_path)), keys.load_or_create(key))
    for zone, language, seed in (
        ("Asia/Kathmandu", "C", "1"),
        ("America/St_Johns", "tr_TR.UTF-8", "2"),
    ):
        told = subprocess.run(
            [sys.executable, "-c", _PROGRAM, fresh_sqlite(tmp_path), str(key)],
            check=True,
            capture_output=True,
            text=True,
            cwd=_ROOT,
            env={
                **os.environ,
                "TZ": zone,
                "LC_ALL": language,
                "LANG": language,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": str(_ROOT),
            },
        )
        assert told.stdout.strip() == expected, (zone, language)


@pytest.mark.integration
def test_sqlite_and_postgresql_make_no_difference(
    tmp_path: Path, signer: keys.Ed25519Signer
) -> None:
    if binaries() is None:
        require("PostgreSQL is not installed; install the package postgresql.")
    on_sqlite = digest(open_database(fresh_sqlite(tmp_path)), signer)
    assert digest(open_database(fresh_postgresql()), signer) == on_sqlite
