from datetime import UTC, datetime
from enum import StrEnum

import pytest

from accessreview.model.agreement import Accord, Asking
from accessreview.model.event import Stream
from accessreview.model.observation import ObservationKind
from accessreview.model.review import CampaignState
from accessreview.model.snapshot import Joined, Standing
from accessreview.web.text import counted, label, number, share, when


def test_states_read_as_words() -> None:
    assert label(CampaignState.CLOSED_WITH_RESIDUE) == "Closed, not everything removed"
    assert label("role_privileges") == "Role privileges"


@pytest.mark.parametrize("kinds", [ObservationKind, Stream, Standing, Joined, Accord, Asking])
def test_whatever_has_a_hyphen_has_words_of_its_own(kinds: type[StrEnum]) -> None:
    assert [one for one in kinds if "-" in label(one)] == []


def test_times_name_their_zone() -> None:
    assert when(datetime(2026, 3, 1, 9, 5, tzinfo=UTC)) == "01 Mar 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 items"), (1, "1 item"), (1234567, "1\u202f234\u202f567 items")]
)
def test_a_number_agrees_with_its_noun(value: int, text: str) -> None:
    assert counted(value, "item") == text


def test_a_share_says_all_only_when_it_is_all() -> None:
    assert share(999, 1000) == 99
    assert share(1000, 1000) == 100
    assert share(0, 0) == 100
    assert number(1000) == "1\u202f000"
