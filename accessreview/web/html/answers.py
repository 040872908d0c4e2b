"""The form of a review page: what was typed for each item, saved one by one, nothing lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    SelfReviewError,
)
from accessreview.model.review import Outcome, ReviewItem
from accessreview.model.user import Authorization
from accessreview.services.queries.reviews import AskedItem
from accessreview.web.errors import sentences
from accessreview.web.html.arguments import choice_in


class TakesDecisions(Protocol):
    def take(
        self, authorization: Authorization, item_id: str, outcome: Outcome, justification: str
    ) -> ReviewItem: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a form says of one item; ``seen`` is the answer that the page had shown."""

    outcome: Outcome | None
    reason: str
    seen: str


@dataclass(frozen=True, slots=True)
class ItemForm:
    """One item on the page with what is filled in, and what was wrong with it."""

    asked: AskedItem
    outcome: Outcome | None
    reason: str
    seen: str
    problem: str


@dataclass(frozen=True, slots=True)
class Saved:
    count: int
    problems: Mapping[str, str]


def read_answers(form: Mapping[str, str]) -> Mapping[str, Answer]:
    ids = [name.removeprefix("seen-") for name in form if name.startswith("seen-")]
    return {
        id_: Answer(
            choice_in(Outcome, form.get(f"outcome-{id_}", "")),
            form.get(f"reason-{id_}", "").strip(),
            form[f"seen-{id_}"],
        )
        for id_ in ids
    }


def save_answers(
    authorization: Authorization,
    answers: Mapping[str, Answer],
    own: Sequence[ReviewItem],
    decisions: TakesDecisions,
) -> Saved:
    """Take every changed answer; those refused stay with their sentence, the others are kept.

    Raises:
        NotFoundError: an item is not one of ``own``; then none was taken.
    """
    items = {item.id: item for item in own}
    if not items.keys() >= answers.keys():
        raise NotFoundError("One of these items is not yours to decide; nothing was saved.")
    problems: dict[str, str] = {}
    count = 0
    for id_, answer in answers.items():
        if answer.outcome is None and answer.reason:
            problems[id_] = "Choose keep or take away; your reason is still here."
        if answer.outcome is None or _same(answer, items[id_]):
            continue
        try:
            _refuse_if_changed(answer, items[id_])
            decisions.take(authorization, id_, answer.outcome, answer.reason)
            count += 1
        except (InputError, ConflictError, SelfReviewError) as error:
            problems[id_] = " ".join(sentences(error))
    return Saved(count, problems)


def fill_in(
    asked: AskedItem, answers: Mapping[str, Answer], problems: Mapping[str, str]
) -> ItemForm:
    """An item as the page shows it: with what was typed just now, else with what is decided."""
    item = asked.item
    answer = answers.get(item.id)
    if answer is None:
        decision = item.decision
        outcome, reason = (
            (None, "") if decision is None else (decision.outcome, decision.justification)
        )
    else:
        outcome, reason = answer.outcome, answer.reason
    return ItemForm(asked, outcome, reason, stamp(item), problems.get(item.id, ""))


def stamp(item: ReviewItem) -> str:
    """What tells one answer to an item from the next."""
    decision = item.decision
    return "" if decision is None else f"{decision.outcome}@{decision.at.isoformat()}"


def _same(answer: Answer, item: ReviewItem) -> bool:
    decision = item.decision
    return decision is not None and (decision.outcome, decision.justification) == (
        answer.outcome,
        answer.reason,
    )


def _refuse_if_changed(answer: Answer, item: ReviewItem) -> None:
    decision = item.decision
    if decision is not None and answer.seen != stamp(item):
        raise ConflictError(
            f"This was answered elsewhere meanwhile: {decision.outcome}, "
            f"“{decision.justification}”. What you typed is still here; save again to replace it."
        )
