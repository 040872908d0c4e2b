"""The whole sample company, by way of a graph and back, is the same company."""

from pathlib import Path

from accessreview.analysis.estate import build_estate
from accessreview.bootstrap.sources import sources_of
from accessreview.model.snapshot import TABLES, Snapshot, SourceKind
from accessreview.opengraph.file import write_graph
from accessreview.settings import load_settings
from accessreview.snapshot.compose import compose
from accessreview.system import SystemClock
from tests.snapshots import NOON

SAMPLE = Path(__file__).parents[3] / "accessreview" / "sample" / "data" / "accessreview.toml"


def _collected(config: Path) -> Snapshot:
    sources = sources_of(load_settings(config))
    return compose(NOON, [source.collect(SystemClock().now) for source in sources])


def test_every_table_comes_back(tmp_path: Path) -> None:
    company = _collected(SAMPLE)
    write_graph(build_estate(company), {}, tmp_path / "graph.json")
    config = tmp_path / "accessreview.toml"
    config.write_text(
        "\n".join(
            f'[[source]]\nkind = "opengraph"\npath = "graph.json"\nid = "{source.id}"\n'
            f'of = "{source.id}"\npart = "{_part(source.kind)}"'
            for source in company.sources
        )
    )

    again = _collected(config)

    for name in TABLES:
        assert list(again[name].rows()) == list(company[name].rows()), name
    assert [source.coverage for source in again.sources] == [
        source.coverage for source in company.sources
    ]


def _part(kind: SourceKind) -> str:
    return "directory" if kind is SourceKind.DIRECTORY else "vcenter"
