"""The answers of a vCenter held against those of the analysis, pair by pair."""

from collections.abc import Container, Iterable, Mapping, Sequence

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import Explainer
from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.people import enabled_flags
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import EntityRef
from accessreview.model.agreement import (
    IMPLIED,
    Accord,
    Answer,
    ComparedPair,
    SampledPair,
    VcenterState,
)
from accessreview.snapshot.tables import fields, rows_with

DISABLED = "The account is disabled in its directory, and vCenter says that it holds nothing."
_SINCE = "Since the vCenter was read, "

Sets = tuple[tuple[str, ...], ...]


def compare_answers(
    estate: Estate,
    source: str,
    answers: Iterable[tuple[SampledPair, Answer]],
    changed: Mapping[SampledPair, str],
) -> tuple[Sets, tuple[ComparedPair, ...]]:
    """Every set of privileges that was said, once, and how the pairs compare by their numbers.

    ``changed`` says of a pair what became of it since the snapshot; nothing follows from it then.
    An account that is disabled may be counted by what its permissions give or with nothing: which
    of both vCenter does is not documented, so nothing is not held against it.
    """
    numbers: dict[tuple[str, ...], int] = {}
    explainer, enabled = Explainer(estate), enabled_flags(estate)
    compared = []
    for pair, answer in answers:
        entity = EntityRef(source, pair.entity)
        ours = tuple(sorted(effective_privileges(estate, pair.account, entity)))
        is_enabled = bool(enabled[estate.account(pair.account)])
        accord, why = judged(
            ours, Answer(answer.privileges, changed.get(pair, answer.why)), is_enabled=is_enabled
        )
        differs = accord is Accord.DIFFERENT
        compared.append(
            ComparedPair(
                pair=pair,
                accord=accord,
                ours=numbers.setdefault(ours, len(numbers)),
                theirs=_number(answer.privileges, numbers),
                why=why,
                grants=explainer.explain(pair.account, entity) if differs else (),
            )
        )
    return tuple(numbers), tuple(compared)


def judged(ours: tuple[str, ...], answer: Answer, *, is_enabled: bool) -> tuple[Accord, str]:
    """How two answers compare, and why they do not if they do not."""
    if answer.privileges is None or answer.why:
        return Accord.NOT_COMPARABLE, answer.why
    theirs = set(answer.privileges) - IMPLIED
    if set(ours) - IMPLIED == theirs:
        return Accord.EQUAL, ""
    if not is_enabled and not theirs:
        return Accord.NOT_COMPARABLE, DISABLED
    return Accord.DIFFERENT, ""


def _number(said: tuple[str, ...] | None, numbers: dict[tuple[str, ...], int]) -> int | None:
    return None if said is None else numbers.setdefault(tuple(sorted(said)), len(numbers))


def looked_at(estate: Estate, source: str, pairs: Iterable[SampledPair]) -> tuple[str, ...]:
    """The entities of the pairs and all above them: where a change matters, sorted."""
    inventory = estate.vcenters[source].inventory
    found, waiting = set[int](), [inventory.number[pair.entity] for pair in pairs]
    while waiting:
        entity = waiting.pop()
        if entity not in found:
            found.add(entity)
            waiting.extend((inventory.node[entity], *inventory.above[entity]))
    return tuple(sorted(inventory.ids[entity] for entity in found))


def changed_since(
    estate: Estate, source: str, pairs: Iterable[SampledPair], state: VcenterState
) -> Mapping[SampledPair, str]:
    """Of which pairs something changed between the snapshot and the answers, and what."""
    vcenter = estate.vcenters[source]
    relisted = _relisted(estate, vcenter, state)
    became = {
        pair: (
            _became(vcenter, place, state, relisted) for place in looked_at(estate, source, (pair,))
        )
        for pair in pairs
    }
    told = {pair: next(filter(None, sentences), "") for pair, sentences in became.items()}
    return {pair: sentence for pair, sentence in told.items() if sentence}


def _became(vcenter: Vcenter, place: str, state: VcenterState, relisted: frozenset[int]) -> str:
    """What became of one entity, in a sentence; empty if nothing did."""
    inventory = vcenter.inventory
    number = inventory.number[place]
    parents, label = state.parents.get(place), inventory.label(number)
    if parents is None:
        return f"{_SINCE}{label} went away."
    if not {inventory.ids[parent] for parent in inventory.above[number]} <= parents:
        return f"{_SINCE}{label} was moved."
    if inventory.node[number] in relisted:
        return f"{_SINCE}the permissions on {label} or the roles in them changed."
    return ""


def _relisted(estate: Estate, vcenter: Vcenter, state: VcenterState) -> frozenset[int]:
    """The nodes whose permissions, or the roles in them, are not as the snapshot has them."""
    held = dict(zip(vcenter.role_ids, vcenter.privileges, strict=True))
    changed = {
        role
        for role in held.keys() | state.privileges.keys()
        if held.get(role) != state.privileges.get(role)
    }
    table = estate.snapshot["permissions"]
    rows = [row[1:] for row in fields(table, rows_with(table["source"], {vcenter.id}))]
    above = {_folded(row) for row in rows if not row[0]}
    came = (row for row in state.permissions if row[1] and row[3] in state.privileges)
    before, now = (_on_nodes(vcenter, each, above) for each in (rows, came))
    with_other_roles = {row for row in before | now if row[3] in changed}
    return frozenset(row[0] for row in before ^ now | with_other_roles)


def _on_nodes(
    vcenter: Vcenter, rows: Iterable[Sequence[str]], above: Container[tuple[str, ...]]
) -> set[tuple[int, str, str, str, str]]:
    """Permissions by the node that carries them, without those that are global.

    The root shows global ones that propagate as its own, whether or not they were read as such. Of
    several for one principal on one node the first is taken, as it is when a vCenter is read.
    """
    inventory = vcenter.inventory
    found: dict[tuple[int, str, str], tuple[str, str]] = {}
    for row in rows:
        number = inventory.number.get(row[0], GLOBAL)
        folded = _folded(row)
        is_mirrored = not inventory.above[number] and folded in above
        if number != GLOBAL and not is_mirrored:
            found.setdefault((inventory.node[number], *folded[:2]), folded[2:])
    return {(*key, *value) for key, value in found.items()}


def _folded(row: Sequence[str]) -> tuple[str, str, str, str]:
    """All of a permission but its entity, the principal without case."""
    _, principal, is_group, role, propagates = row
    return principal.casefold(), is_group, role, propagates
