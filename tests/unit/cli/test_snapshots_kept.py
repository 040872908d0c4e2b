"""``snapshot list`` and ``export``: what is kept can be taken out as it went in."""

from click.testing import CliRunner

from accessreview.bundles.reader import read_bundle
from accessreview.cli import main
from tests.unit.cli.conftest import Installation


def test_a_snapshot_that_is_kept_is_exported_with_the_same_digest(
    installation: Installation,
) -> None:
    digest = installation.run("import", str(installation.bundle()))[-1]["snapshot"]

    assert [row["digest"] for row in installation.run("snapshot", "list")] == [digest]
    for name, more in (("out", ()), ("out.zip", ()), ("parquet", ("--parquet",))):
        file = installation.folder / name
        assert installation.run("snapshot", "export", digest, str(file), *more)[0]["digest"]
        checked = CliRunner().invoke(main, ["snapshot", "check", str(file)])
        assert digest in checked.stdout
        assert read_bundle(file).digest == digest


def test_nothing_is_overwritten_and_nothing_unknown_is_made_up(installation: Installation) -> None:
    digest = installation.run("import", str(installation.bundle()))[-1]["snapshot"]
    file = installation.folder / "there"
    file.write_text("mine")

    assert "there" in installation.refused(8, "snapshot", "export", digest, str(file))
    assert file.read_text() == "mine"
    assert installation.refused(5, "snapshot", "export", "0" * 64, str(file) + "2")
