from datetime import UTC, datetime
from threading import Thread

import pytest

from accessreview.model.access import EntityRef
from accessreview.model.snapshot import Snapshot
from accessreview.services.queries.paging import page_of
from accessreview.services.queries.views import SnapshotView, SnapshotViews
from tests.company import Company


class OneSnapshot:
    """A unit of work that has one snapshot and counts how often it is loaded."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshots = self
        self.snapshot = snapshot
        self.loaded = 0

    def get(self, _digest: str) -> Snapshot:
        self.loaded += 1
        return self.snapshot


@pytest.mark.parametrize(
    ("total", "asked", "page", "first", "last"),
    [
        (0, 1, 1, 0, 0),
        (1, 1, 1, 1, 1),
        (120, 2, 2, 51, 100),
        (120, 9, 3, 101, 120),
        (50, -3, 1, 1, 50),
    ],
)
def test_a_page_says_which_rows_of_how_many_it_shows(
    total: int, asked: int, page: int, first: int, last: int
) -> None:
    cut = page_of(range(total), asked)
    assert (cut.total, cut.page, cut.first, cut.last) == (total, page, first, last)


def test_all_pages_together_are_all_rows() -> None:
    rows = range(173)
    pages = page_of(rows, 1).pages
    assert [row for page in range(1, pages + 1) for row in page_of(rows, page).rows] == list(rows)


def test_people_and_places_have_the_names_of_the_snapshot() -> None:
    view = SnapshotView(Company().snapshot())
    assert view.person("amy") == "Amy Admin"
    assert view.person("nobody") == "nobody"
    assert view.place(EntityRef("vc", "vm1")) == (
        "vCenter Berlin",
        "Datacenters",
        "Berlin",
        "vm",
        "Prod",
        "web-1",
    )
    assert view.place(EntityRef("vc", ""))[-1] == "global permissions, above everything"
    assert view.place(EntityRef("vc", "unknown")) == ("vCenter Berlin", "unknown")


def test_a_snapshot_is_loaded_once_however_many_ask_at_the_same_time() -> None:
    unit, views = OneSnapshot(Company().snapshot(datetime(2026, 1, 1, tzinfo=UTC))), SnapshotViews()
    threads = [Thread(target=views.of, args=(unit, "digest")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unit.loaded == 1


def test_the_views_of_old_snapshots_are_let_go() -> None:
    unit, views = OneSnapshot(Company().snapshot()), SnapshotViews()
    for digest in ("a", "b", "c", "b", "a"):
        views.of(unit, digest)  # type: ignore[arg-type]
    assert unit.loaded == 4
