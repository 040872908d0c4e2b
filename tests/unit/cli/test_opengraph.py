"""``snapshot export-opengraph``: a bundle or a kept snapshot as one file for BloodHound."""

from pathlib import Path

from tests.unit.cli.conftest import Installation
from tests.unit.opengraph.graphs import checked


def _rules(installation: Installation) -> tuple[str, str]:
    return "--ruleset", str(installation.folder / "rules.toml")


def test_a_bundle_and_what_is_kept_of_it_give_the_same_graph(installation: Installation) -> None:
    bundle = installation.bundle()
    digest = installation.run("import", str(bundle))[-1]["snapshot"]
    files = [installation.folder / name for name in ("bundle.json", "kept.json")]

    for named, file in zip((str(bundle), digest), files, strict=True):
        rows = installation.run(
            "snapshot", "export-opengraph", named, str(file), *_rules(installation)
        )
        graph = checked(file)
        assert rows == [
            {
                "digest": digest,
                "file": str(file),
                "nodes": len(graph.nodes),
                "edges": len(graph.edges),
            }
        ]

    graph = checked(files[0])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert {
        duty for told in graph.of_kind("vCenter_Holds").values() for duty in told["duties"]
    } == {*("vm", "host", "access")}


def test_the_shipped_duties_are_told_unless_others_are_named(installation: Installation) -> None:
    file = installation.folder / "graph.json"

    installation.run("snapshot", "export-opengraph", str(installation.bundle()), str(file))

    assert checked(file).of_kind("vCenter_Holds")


def test_nothing_is_overwritten_and_nothing_unknown_is_made_up(installation: Installation) -> None:
    command = ("snapshot", "export-opengraph")
    file = installation.folder / "there"
    file.write_text("mine")

    assert "exists already" in installation.refused(
        8, *command, str(installation.bundle()), str(file)
    )
    assert file.read_text() == "mine"
    other = str(installation.folder / "other")
    assert installation.refused(5, *command, "0" * 64, other)
    assert "nowhere" in installation.refused(2, *command, "nowhere", other)
    assert not Path(other).exists()
