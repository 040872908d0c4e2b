"""The sample and our side of an agreement with a vCenter, drawn and computed once more."""

from collections.abc import Iterable, Iterator

from accessreview.analysis.accord import DISABLED, compare_answers
from accessreview.analysis.estate import Estate
from accessreview.analysis.sampling import draw_sample
from accessreview.evidence.parse import Row
from accessreview.model.agreement import (
    Agreement,
    Answer,
    Asking,
    ComparedPair,
    SampledPair,
    seed_of,
)
from accessreview.model.canonical import plain


def samples(agreements: Iterable[Agreement]) -> Iterator[Row]:
    """The pairs that were recorded, each a row."""
    for each in agreements:
        yield from _sampled(each.source, (pair.pair for pair in each.pairs))


def samples_again(agreements: Iterable[Agreement], estate: Estate) -> Iterator[Row]:
    """The pairs that have to be drawn from the snapshot for samples of the recorded sizes."""
    for each in agreements:
        yield from _sampled(each.source, _drawn(each, estate))


def answers(agreements: Iterable[Agreement]) -> Iterator[Row]:
    """Both sides of each pair that were recorded, and how they compare."""
    for each in agreements:
        yield from _compared(each.source, each.sets, each.pairs)


def answers_again(agreements: Iterable[Agreement], estate: Estate) -> Iterator[Row]:
    """The same with our side computed again; only vCenter knows what it said, and what changed."""
    for each in agreements:
        drawn = set(_drawn(each, estate))
        said = [(pair.pair, _said(each, pair)) for pair in each.pairs if pair.pair in drawn]
        yield from _compared(each.source, *compare_answers(estate, each.source, said, {}))


def _drawn(agreement: Agreement, estate: Estate) -> tuple[SampledPair, ...]:
    if agreement.asking is not Asking.ASKED:
        return ()
    seed = seed_of(estate.snapshot.digest, agreement.source)
    return draw_sample(estate, agreement.source, agreement.size, seed)


def _said(agreement: Agreement, pair: ComparedPair) -> Answer:
    said = None if pair.theirs is None else agreement.sets[pair.theirs]
    return Answer(said, "" if pair.why == DISABLED else pair.why)


def _sampled(source: str, pairs: Iterable[SampledPair]) -> Iterator[Row]:
    for pair in pairs:
        yield {"vcenter": source, "pair": plain(pair)}


def _compared(
    source: str, sets: tuple[tuple[str, ...], ...], pairs: Iterable[ComparedPair]
) -> Iterator[Row]:
    for each in pairs:
        yield {
            "vcenter": source,
            "pair": plain(each.pair),
            "accord": each.accord.value,
            "ours": plain(sets[each.ours]),
            "theirs": None if each.theirs is None else plain(sets[each.theirs]),
            "why": each.why,
            "grants": plain(each.grants),
        }
