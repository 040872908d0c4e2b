"""``campaign``: opened, looked at, ended; what the services refuse, with its exit code."""

from tests.unit.cli.conftest import REVIEWERS, Installation


def test_the_fallbacks_are_those_of_the_configuration(peopled: Installation, campaign: str) -> None:
    (row,) = peopled.run("campaign", "list")
    assert (row["id"], row["state"], row["fallback_reviewer"]) == (campaign, "in_review", "fay")


def test_a_fallback_given_goes_before_the_configuration(peopled: Installation) -> None:
    (row,) = peopled.run("campaign", "open", "--name", "x", "--fallback", "cat")
    assert row["fallback_reviewer"] == "cat"


def test_a_fallback_that_nobody_is_gets_refused(peopled: Installation) -> None:
    told = peopled.refused(2, "campaign", "open", "--name", "x", "--fallback", "nobody")
    assert "nobody" in told
    assert peopled.run("campaign", "list") == []


def test_the_last_day_counts_to_its_end(peopled: Installation) -> None:
    (row,) = peopled.run("campaign", "open", "--name", "x", "--due", "2999-12-31")
    assert row["due_at"] == "2999-12-31T23:59:59Z"


def test_a_day_in_the_past_is_refused(peopled: Installation) -> None:
    peopled.refused(2, "campaign", "open", "--name", "x", "--due", "2001-01-01")


def test_every_item_is_listed(peopled: Installation, campaign: str) -> None:
    items = peopled.run("campaign", "items", campaign)
    assert {item["campaign"] for item in items} == {campaign}
    assert all(item["reviewer"] in REVIEWERS for item in items)
    assert all(item["reviewer"] != item["subject"] for item in items)


def test_an_unknown_campaign_does_not_exist(peopled: Installation) -> None:
    for words in (
        ("items", "none"),
        ("finish", "none"),
        ("reroute", "none", "--from", "cat", "--to", "fay", "--reason", "x"),
        ("close", "none"),
        ("cancel", "none", "--reason", "x"),
    ):
        assert "none" in peopled.refused(5, "campaign", *words)


def test_somebody_else_is_asked_in_place_of_a_reviewer(
    peopled: Installation, campaign: str
) -> None:
    before = [row["reviewer"] for row in peopled.run("campaign", "items", campaign)]
    words = ("campaign", "reroute", campaign, "--from", "cat", "--to", "fay")
    told = peopled.run(*words, "--reason", "She left.")
    assert told == [{"rerouted": before.count("cat"), "left_as_own_access": 0}]
    after = [row["reviewer"] for row in peopled.run("campaign", "items", campaign)]
    assert after == ["fay" if one == "cat" else one for one in before]
    assert "Nothing waits" in peopled.refused(8, *words, "--reason", "Again.")


def test_reviewers_with_open_items_are_written_to(peopled: Installation, campaign: str) -> None:
    reviewers = {row["reviewer"] for row in peopled.run("campaign", "items", campaign)}
    assert peopled.run("campaign", "remind") == [{"sent": len(reviewers)}]
    assert len([*(peopled.folder / "data" / "outbox").iterdir()]) == len(reviewers)


def test_a_review_ends_and_a_campaign_is_closed_when_nothing_is_to_be_removed(
    peopled: Installation, campaign: str
) -> None:
    assert "“close” is not possible" in peopled.refused(8, "campaign", "close", campaign)
    peopled.answer(campaign)
    peopled.run("campaign", "finish", campaign)
    (row,) = peopled.run("campaign", "close", campaign)
    assert row["state"] == "closed"


def test_a_campaign_is_given_up_only_with_a_reason(peopled: Installation, campaign: str) -> None:
    peopled.refused(2, "campaign", "cancel", campaign, "--reason", " ")
    (row,) = peopled.run("campaign", "cancel", campaign, "--reason", "Wrong snapshot.")
    assert row["state"] == "cancelled"
