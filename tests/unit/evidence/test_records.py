"""What a package states is what was recorded, event by event, even in a chain made anew."""

from collections.abc import Callable, Mapping

import pytest

from accessreview.evidence.manifest import Head
from tests.forgery import Forgery, Row
from tests.unit.evidence.conftest import Story, closed, residue

Forge = Callable[[Story], Forgery]
Events = list[Row]


def _last(events: Events, action: str) -> Row:
    return [event for event in events if event["action"] == action][-1]


def _changed(action: str, **fields: object) -> Callable[[Events], object]:
    return lambda events: _last(events, action).update(fields)


def _detail(action: str, **details: str) -> Callable[[Events], object]:
    return lambda events: _last(events, action)["details"].update(details)


def _without(action: str) -> Callable[[Events], object]:
    return lambda events: events.remove(_last(events, action))


def _moved(action: str, place: int) -> Callable[[Events], object]:
    def lie(events: Events) -> None:
        event = _last(events, action)
        events.remove(event)
        events.insert(place, event)

    return lie


TAKE, SIGN = "review_item:decision:take", "campaign:decisions:sign_off"
FINISH = "campaign:state:finish_review"
SETTLE, CHANGE = "review_item:settlement:record", "remediation_task:change:verify"
REWRITTEN: Mapping[str, tuple[str, Callable[[Events], object]]] = {
    "a decision's outcome": ("as outcome", _detail(TAKE, outcome="revoke")),
    "a decision's reviewer": ("as reviewer", _detail(TAKE, reviewer="amy")),
    "a decision's reason": ("as justification", _detail(TAKE, justification="x")),
    "a decision's actor": ("somebody else", _changed(TAKE, actor="amy@tool")),
    "a decision's time": ("another time", _changed(TAKE, at="2026-03-02T08:00:00Z")),
    "a decision without a record": ("has no record", _without(TAKE)),
    "a decision on another item": ("decision on id-7 has no record", _changed(TAKE, object="x")),
    "a decision before the review": ("while its review went on", _moved(TAKE, 0)),
    "a decision after its sign-off": ("while its review went on", _moved(TAKE, -1)),
    "a sign-off's count": ("sign-offs are not those", _detail(SIGN, kept="0")),
    "a sign-off's actor": ("sign-offs are not those", _changed(SIGN, actor="amy@tool")),
    "a sign-off without a record": ("sign-offs are not those", _without(SIGN)),
    "a sign-off after the end": ("end of the review", _moved(SIGN, -1)),
    "the opening": ("as items", _detail("campaign:state:open", items="99")),
    "the opening's name": ("as name", _detail("campaign:state:open", name="Autumn")),
    "the opening's snapshot": ("as snapshot", _detail("campaign:state:open", snapshot="0")),
    "the opening's time": ("times", _changed("campaign:state:open", at="2026-03-01T00:00:00Z")),
    "who opened it": ("times", _changed("campaign:state:open", actor="amy")),
    "the end of the review": ("what the audit trail says", _without(FINISH)),
    "its unanswered items": (
        "as unanswered",
        _detail("campaign:state:finish_review", unanswered="1"),
    ),
    "the closing": ("what the audit trail says", _without("campaign:state:close")),
    "the closing's time": ("times", _changed("campaign:state:close", at="2026-03-09T00:00:00Z")),
    "the closing's count": ("as unproven", _detail("campaign:state:close", unproven="1")),
    "a settlement's verdict": ("as verdict", _detail(SETTLE, verdict="left")),
    "a settlement's snapshot": ("as snapshot", _detail(SETTLE, snapshot="0")),
    "a settlement's time": ("another time", _changed(SETTLE, at="2026-03-09T00:00:00Z")),
    "a settlement without a record": ("settlement of item", _without(SETTLE)),
    "a change's state": ("as state", _detail(CHANGE, state="reopened")),
    "a change left out": ("change x is recorded", _changed(CHANGE, object="x")),
    "what was changed": ("as change", _detail("remediation_task:change:start", change="{}")),
    "the building": ("building of this package", _without("evidence:package:build")),
}


@pytest.mark.parametrize(("sentence", "lie"), REWRITTEN.values(), ids=REWRITTEN.keys())
def test_a_trail_made_anew_that_does_not_fit_the_package_is_found(
    forge: Forge, sentence: str, lie: Callable[[Events], object]
) -> None:
    forgery = forge(closed)
    forgery.change_rows("audit.jsonl", lie)
    forgery.chain_again()
    failing = forgery.failing()
    assert set(failing) == {"records"}, failing
    assert sentence in failing["records"]


def test_an_item_taken_out_everywhere_is_missed_by_the_trail(forge: Forge) -> None:
    forgery = forge(closed)
    (gone,) = [row for row in forgery.rows("items.jsonl") if row["subject"] == "eve"]

    def out(rows: list[Row]) -> None:
        rows[:] = [row for row in rows if row.get("id", row.get("object")) != gone["id"]]

    forgery.change_rows("items.jsonl", out)
    forgery.change_rows(
        "sign_offs.jsonl",
        lambda rows: [
            row["items"].remove(gone["id"]) for row in rows if gone["id"] in row["items"]
        ],
    )
    forgery.sign_again()
    failing = forgery.failing()
    assert "recorded '6' as items, and the package states '5'" in failing["records"]


EVENTS: Mapping[str, tuple[str, Callable[[Events], object]]] = {
    "altered": ("Audit event 9 ", lambda events: events[8].update(actor="nobody")),
    "removed": ("Audit event 9 ", lambda events: events.pop(8)),
    "moved": ("Audit event 9 ", lambda events: events.insert(8, events.pop(9))),
    "added": ("Audit event 10 ", lambda events: events.insert(8, dict(events[8]))),
    "cut at the head": ("Audit event 1 ", lambda events: events.pop(0)),
    "cut at the end": ("does not end where", lambda events: events.pop()),
    "taken away": ("does not end where", lambda events: events.clear()),
}


@pytest.mark.parametrize(("sentence", "lie"), EVENTS.values(), ids=EVENTS.keys())
def test_a_break_of_the_chain_is_found(
    forge: Forge, sentence: str, lie: Callable[[Events], object]
) -> None:
    forgery = forge(closed)
    forgery.change_rows("audit.jsonl", lie)
    assert sentence in forgery.failing()["audit"]


def test_a_trail_cut_with_its_head_does_not_end_with_the_building(forge: Forge) -> None:
    forgery = forge(closed)
    forgery.change_rows("audit.jsonl", lambda events: events.pop())
    forgery.chain_again()
    assert set(forgery.failing()) == {"records"}


def test_a_trail_made_anew_does_not_contain_the_checkpoint(forge: Forge) -> None:
    forgery = forge(residue)
    tenth = forgery.rows("audit.jsonl")[9]
    checkpoint = Head(10, tenth["digest"])
    assert forgery.failing(checkpoint) == {}
    # Somebody signs in under another name: nothing in the package says otherwise.
    forgery.change_rows("audit.jsonl", lambda events: events[0].update(actor="somebody"))
    forgery.chain_again()
    assert forgery.failing() == {}
    assert "does not contain the checkpoint 10" in forgery.failing(checkpoint)["audit"]


@pytest.mark.parametrize(
    ("sequence", "sentence"), [(0, "does not contain"), (-1, "not contain"), (999, "is older")]
)
def test_a_checkpoint_that_the_trail_cannot_have_fails(
    forge: Forge, sequence: int, sentence: str
) -> None:
    assert sentence in forge(closed).failing(Head(sequence, "0" * 64))["audit"]
