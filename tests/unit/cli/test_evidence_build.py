"""``evidence build`` and ``key``: what auditors get, checked by the commands that they have."""

from pathlib import Path

from click.testing import CliRunner

from accessreview.cli import main
from tests.unit.cli.conftest import Installation


def test_a_package_is_built_and_holds_against_key_and_checkpoint(
    peopled: Installation, campaign: str, tmp_path: Path
) -> None:
    package, key, checkpoint = tmp_path / "p.zip", tmp_path / "key.pem", tmp_path / "checkpoint"
    checkpoint.write_bytes(peopled.try_("audit", "checkpoint").stdout_bytes)
    peopled.answer(campaign)
    peopled.run("campaign", "finish", campaign)
    (row,) = peopled.run("evidence", "build", campaign, str(package))
    key.write_bytes(peopled.try_("evidence", "key").stdout_bytes)
    assert row["campaign"] == campaign
    verified = CliRunner().invoke(
        main,
        ["evidence", "verify", str(package), "--key", str(key), "--checkpoint", str(checkpoint)],
    )
    assert (verified.exit_code, verified.stderr) == (0, "")
    assert "fails" not in verified.stdout
    assert CliRunner().invoke(main, ["evidence", "reproduce", str(package)]).exit_code == 0


def test_a_file_that_exists_is_kept_and_nothing_is_recorded(
    peopled: Installation, campaign: str, tmp_path: Path
) -> None:
    (tmp_path / "p.zip").write_text("mine", encoding="utf-8")
    before = peopled.run("audit", "list")
    told = peopled.refused(13, "evidence", "build", campaign, str(tmp_path / "p.zip"))
    assert told == (
        f"{tmp_path}/p.zip cannot be written: File exists. Name a new file in a folder of yours.\n"
    )
    assert (tmp_path / "p.zip").read_text("utf-8") == "mine"
    assert peopled.run("audit", "list") == before


def test_a_package_that_cannot_be_built_leaves_no_file(
    peopled: Installation, tmp_path: Path
) -> None:
    assert "none" in peopled.refused(5, "evidence", "build", "none", str(tmp_path / "p.zip"))
    assert not (tmp_path / "p.zip").exists()
