"""Write the graph of a snapshot into a file, node by node and edge by edge."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from accessreview.analysis.estate import Estate
from accessreview.model.errors import ConflictError, UnavailableError
from accessreview.model.policy import Duty
from accessreview.opengraph.edges import edges_of
from accessreview.opengraph.held import HeldGraph
from accessreview.opengraph.names import ObjectNodes
from accessreview.opengraph.nodes import nodes_of

_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Written:
    nodes: int = 0
    edges: int = 0


def write_graph(estate: Estate, duties: Mapping[str, Duty], path: Path) -> Written:
    """Write it, readable to its owner alone; the same bytes for the same snapshot and duties.

    Raises:
        ConflictError: something is at ``path`` already.
        UnavailableError: it cannot be written there; nothing is left behind.
    """
    if path.exists():
        raise ConflictError(f"{path} exists already; name another or remove it first.")
    written = Written()
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                for line in _lines(estate, duties, written):
                    file.write(line)
            Path(scratch).rename(path)
        finally:
            with suppress(FileNotFoundError):
                Path(scratch).unlink()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}.") from error
    return written


def _lines(estate: Estate, duties: Mapping[str, Duty], written: Written) -> Iterator[str]:
    objects = ObjectNodes(estate.snapshot)
    held = [HeldGraph(estate, vcenter, duties) for vcenter in estate.vcenters.values()]
    yield '{"graph":{"nodes":['
    yield from _listed(nodes_of(estate.snapshot, objects), written, "nodes")
    for part in held:
        yield from _listed(part.nodes(), written, "nodes")
    yield '\n],"edges":['
    yield from _listed(edges_of(estate, objects), written, "edges")
    for part in held:
        yield from _listed(part.edges(objects), written, "edges")
    yield "\n]}}\n"


def _listed(items: Iterable[object], written: Written, what: str) -> Iterator[str]:
    for item in items:
        count = getattr(written, what)
        yield f"{',' if count else ''}\n{_text(item)}"
        setattr(written, what, count + 1)
