from dataclasses import replace

from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Reading
from accessreview.services.carrying import without_dangling
from accessreview.snapshot.compose import compose
from tests.company import TAKEN_AT, Company


def other(reading: Reading, *members: tuple[str, ...]) -> Reading:
    """A second directory with a group of its own, holding these."""
    return Reading(
        replace(reading.source, id="dir2", name="dir2"),
        {
            "groups": Table.of(TABLES["groups"], [("dir2", "g", "G")]),
            "members": Table.of(TABLES["members"], members),
        },
    )


def test_references_into_other_sources_that_lead_nowhere_are_left_out_and_counted() -> None:
    company = Company()
    own = company.reading("dir")
    foreign = other(own, ("dir2", "g", "dir", "dan"), ("dir2", "g", "dir", "long-gone"))
    kept, pruned = without_dangling([own, foreign])
    assert kept is own
    assert list(pruned.tables["members"].rows()) == [("dir2", "g", "dir", "dan")]
    assert pruned.source.coverage is Coverage.PARTIAL
    assert pruned.source.gaps[-1].startswith("1 reference(s) into other sources were left out")
    assert len(compose(TAKEN_AT, [kept, pruned])["members"]) == 6


def test_a_reading_whose_references_all_lead_somewhere_stays_as_it_is() -> None:
    own = Company().reading("dir")
    foreign = other(own, ("dir2", "g", "dir", "dan"))
    assert without_dangling([own, foreign]) == [own, foreign]
