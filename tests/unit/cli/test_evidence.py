"""``evidence verify`` and ``reproduce`` as auditors run them: file, key, nothing else."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accessreview.cli import main
from accessreview.signing import keys
from accessreview.signing.seal import seal
from tests.unit.cli.conftest import Installation


def _run(*words: object) -> Result:
    return CliRunner().invoke(main, ["evidence", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def package(peopled: Installation, campaign: str, tmp_path: Path) -> Path:
    """The package of a campaign in remediation."""
    peopled.answer(campaign, ("dan", "CORP\\VM Admins"))
    peopled.run("campaign", "finish", campaign)
    peopled.run("evidence", "build", campaign, str(tmp_path / "package.zip"))
    return tmp_path / "package.zip"


@pytest.fixture
def key(peopled: Installation, tmp_path: Path) -> Path:
    path = tmp_path / "company.pem"
    path.write_bytes(peopled.try_("evidence", "key").stdout_bytes)
    return path


def test_every_check_has_its_row_and_all_hold(package: Path, key: Path) -> None:
    result = _run("verify", package, "--key", key)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["check"] for row in rows] == [
        "seal", "key", "manifest", "files", "snapshots", "ruleset", "campaign", "population",
        "decisions", "sign_offs", "plan", "removals", "audit", "records", "agreement",
    ]  # fmt: skip
    assert all(set(row) == {"check", "verdict", "detail"} for row in rows)


def test_without_a_key_the_fingerprint_to_compare_is_printed(package: Path, key: Path) -> None:
    result = _run("verify", package)
    fingerprint = keys.fingerprint(keys.read_public_key(key.read_bytes(), "key"))
    assert result.exit_code == 0
    assert f"make sure by another way that {fingerprint}" in result.stdout


def test_another_key_fails_and_names_the_one_that_sealed(package: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(keys.public_pem(keys.load_or_create(tmp_path / "x.pem").public_key))
    result = _run("verify", package, "--key", other)
    assert result.exit_code == 11
    (failing,) = [
        row for row in map(json.loads, result.stdout.splitlines()) if row["verdict"] != "holds"
    ]
    assert failing["check"] == "key"
    assert "which is not the one given" in failing["detail"]
    assert result.stderr == f"{package} does not hold: see the checks that fail.\n"


@pytest.mark.parametrize(
    "damaged",
    [b"", b"not a package", b"PK\x05\x06" + bytes(18)],
    ids=["empty", "text", "an archive without a seal"],
)
def test_what_carries_no_seal_is_said_so(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(damaged)
    verified, reproduced = _run("verify", path), _run("reproduce", path)
    assert (verified.exit_code, reproduced.exit_code) == (11, 11)
    assert json.loads(verified.stdout) == {
        "check": "seal",
        "verdict": "fails",
        "detail": "The file carries no seal at its end: it is cut, altered or not ours.",
    }
    assert reproduced.stdout == ""


def test_an_altered_package_is_not_taken_apart(package: Path) -> None:
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    result = _run("verify", package)
    assert result.exit_code == 11
    assert [json.loads(line)["check"] for line in result.stdout.splitlines()] == ["seal"]


def test_a_sealed_archive_of_something_else_fails_in_sentences(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(seal({"readme.txt": b"hello"}, keys.load_or_create(tmp_path / "x.pem")))
    result = _run("verify", path)
    rows = {row["check"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 11
    assert rows["manifest"]["detail"] == "manifest.json is missing from the package."
    assert [name for name, row in rows.items() if row["verdict"] == "holds"] == ["seal"]
    assert _run("reproduce", path).exit_code == 11


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"nonsense", 11), (b"[]", 11), (b"{}", 2), (b'{"digest":"x","sequence":"1"}', 2)],
)
def test_a_file_that_is_no_checkpoint_is_refused(
    package: Path, tmp_path: Path, content: bytes, code: int
) -> None:
    path = tmp_path / "checkpoint.json"
    path.write_bytes(content)
    result = _run("verify", package, "--checkpoint", path)
    assert (result.exit_code, result.stdout) == (code, "")
    assert str(path) in result.stderr


def test_a_file_that_is_no_key_is_refused(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"nonsense")
    result = _run("verify", package, "--key", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{path} holds no PEM public key.\n"


def test_what_was_computed_is_computed_again(package: Path) -> None:
    result = _run("reproduce", package)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["what"] for row in rows] == [
        "findings", "items", "unresolved", "removals", "sample", "agreement",
    ]  # fmt: skip
    assert set(rows[0]) == {"what", "compared", "equal", "only_recorded", "only_computed"}
