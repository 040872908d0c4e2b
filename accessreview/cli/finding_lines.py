"""Findings with their examples as lines of JSON, put together from pieces that many share.

A line is what ``finding_row`` and ``example_row`` say, and a test holds it to them. It is not made
from them because a million accounts have hundreds of thousands of findings, and what tells one
from the next is no more than an account, a login and a few groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from json.encoder import encode_basestring as quoted

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import Explainer
from accessreview.analysis.rules import Judgement, Shown
from accessreview.cli.example_forms import Arranged, ExampleForms
from accessreview.cli.output import json_text
from accessreview.cli.pieces import Numbers, Pieces, Strings
from accessreview.evidence.compile import finding_row
from accessreview.model.access import Grant
from accessreview.model.finding import Example, Finding, FindingKey, SubjectKind
from accessreview.model.findings import BrokenRule
from accessreview.model.texts import Texts

Row = dict[str, object]

_TOGETHER = 30_000
"""Findings that are made into text together."""

_PLACES = "\0"  # what no text of JSON has in it


def grant_row(grant: Grant) -> Row:
    """A grant as the commands print it."""
    return {
        "account_source": grant.account.source,
        "account": grant.account.id,
        "via": grant.via,
        "principal": grant.permission.key.principal,
        "on_entity": grant.permission.key.entity.id,
        "role": grant.permission.role,
        "role_name": grant.role_name,
        "propagates": grant.permission.propagates,
        "path": grant.path.value,
        "decides": grant.decides,
        "why": grant.why,
    }


def example_row(example: Example) -> Row:
    """An example place as ``analyze`` prints it."""
    return {
        "vcenter": example.place.vcenter,
        "entity": example.place.id,
        "label": example.label,
        "identity": example.identity,
        "grants": {duty: [*map(grant_row, grants)] for duty, grants in example.grants.items()},
    }


@dataclass(frozen=True, slots=True, eq=False)
class _OfRule:
    """The findings of one rule: their subjects, the pieces ``around`` these, and their examples."""

    subjects: Numbers
    around: Numbers
    shown: Shown
    forms: Arranged


class FindingLines:
    """Writes the findings of one judgement."""

    def __init__(self, estate: Estate, judgement: Judgement) -> None:
        self._judgement = judgement
        explainer = Explainer(estate)
        self._chains, self._pieces = explainer.chains, Pieces()
        self._forms = ExampleForms(estate, explainer, self._pieces)
        findings, self._accounts = judgement.findings, estate.snapshot["accounts"]
        self._ids, self._logins = (Strings(self._accounts[name].values) for name in ("id", "login"))
        self._identities = Strings(Texts(judgement.names))
        self._subjects = Strings(Texts((*findings.identities, *findings.vcenters)))
        self._sources = np.array(
            [
                self._pieces.number(f'", "account_source": {quoted(source)}, ')
                for source in self._accounts["source"].values
            ],
            dtype=np.int64,
        )

    def blocks(self, together: int = _TOGETHER) -> Iterator[memoryview]:
        """A line a finding, in their order, at most so many ``together``."""
        findings = self._judgement.findings
        verdicts, subjects = findings.rows
        bounds = np.searchsorted(findings.rule[verdicts], np.arange(len(findings.rules) + 1))
        for rule, (first, last) in enumerate(pairwise(bounds.tolist())):
            of_rule = self._of_rule(rule, verdicts[first:last], subjects[first:last])
            for start in range(0, last - first, together):
                yield self._block(of_rule, start, min(start + together, last - first))

    def _of_rule(self, rule: int, verdicts: Numbers, subjects: Numbers) -> _OfRule:
        findings = self._judgement.findings
        is_person = int(subjects[0]) < len(findings.identities)
        before_and_after = _form_of(
            findings.rules[rule], SubjectKind.IDENTITY if is_person else SubjectKind.VCENTER
        )
        places, which = np.unique(findings.places[verdicts], return_inverse=True)
        around = [
            [self._pieces.number(text.replace(_PLACES, str(count))) for text in before_and_after]
            for count in places.tolist()
        ]
        shown = self._judgement.shown(rule, subjects)
        return _OfRule(
            subjects=subjects,
            around=np.array(around, dtype=np.int64)[which],
            shown=shown,
            forms=self._forms.arranged(shown.outlines),
        )

    def _block(self, rule: _OfRule, start: int, end: int) -> memoryview:
        shown, pieces, columns = rule.shown, self._pieces, self._accounts
        here = slice(*np.searchsorted(shown.finding, [start, end]).tolist())
        form, identity = shown.outline[here], shown.identity[here]
        accounts = self._judgement.accounts.take(identity)

        sizes, rows = _spread(rule.forms.starts, form)
        before, position, between, principal, ending = rule.forms.slots[rows].T
        at = np.repeat(accounts.starts[:-1], sizes) + position
        account = accounts.items[at].astype(np.int64)
        chain = self._forms.chains(ending, self._chains.firsts(account, principal))

        others = (
            self._ids.take(columns["id"].codes[accounts.items]),
            self._logins.take(columns["login"].codes[accounts.items]),
            self._identities.take(identity),
            self._subjects.take(rule.subjects[start:end]),
        )
        opening, comma, nothing = map(pieces.number, ('{"examples": [', ", ", ""))
        who, login, name, subject = np.cumsum([len(pieces), *map(len, others)])[:-1].tolist()
        source = self._sources[columns["source"].codes[account]]
        line = shown.finding[here] - start
        numbers = _laid_out(
            line,
            sizes,
            opening=opening,
            lead=np.where(np.diff(line, prepend=-1) > 0, nothing, comma),
            slots=np.stack((before, who + at, source, between, login + at, chain), axis=1),
            rest=_around(rule.forms.rest[form], name),
            around=_around(rule.around[start:end], subject),
        )
        return pieces.joined(numbers, others)


def _around(pieces: Numbers, first: int) -> Numbers:
    """Two pieces a row with one of those between them that are numbered from the first on."""
    return np.insert(pieces, 1, first + np.arange(len(pieces)), axis=1)


def _spread(starts: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers]:
    """How many rows each of the chosen has, and the numbers of all of these rows."""
    sizes = starts[chosen + 1] - starts[chosen]
    return sizes, np.repeat(starts[chosen], sizes) + _counted(sizes)


def _counted(sizes: Numbers) -> Numbers:
    """From 0 up to before each of these sizes."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _laid_out(  # noqa: PLR0913 - the parts of a line
    line: Numbers,
    sizes: Numbers,
    *,
    opening: int,
    lead: Numbers,
    slots: Numbers,
    rest: Numbers,
    around: Numbers,
) -> Numbers:
    """The pieces of all lines, one after the other.

    A line is its opening, its examples and what is ``around`` its subject. An example, of the line
    of this number, is what leads to it, so many slots and the rest.
    """
    lengths = 1 + slots.shape[1] * sizes + rest.shape[1]
    ends = np.append(0, np.cumsum(lengths))
    extra = 1 + around.shape[1]
    starts = ends[np.searchsorted(line, np.arange(len(around) + 1))]
    starts += extra * np.arange(len(around) + 1)
    example = ends[:-1] + extra * line + 1
    slot = np.repeat(example + 1, sizes) + slots.shape[1] * _counted(sizes)
    flat = np.empty(starts[-1], dtype=np.int64)
    flat[starts[:-1]] = opening
    flat[example] = lead
    for first, columns in (
        (slot, slots),
        (example + lengths - rest.shape[1], rest),
        (starts[1:] - around.shape[1], around),
    ):
        flat[first[:, np.newaxis] + np.arange(columns.shape[1])] = columns
    return flat


def _form_of(broken: BrokenRule, kind: SubjectKind) -> tuple[str, str]:
    """The same for any number of places, which ``_PLACES`` stands for."""
    row = finding_row(Finding(FindingKey(broken.id, kind, ""), broken.kind, broken.severity, 0))
    fields = [
        (name, f", {quoted(name)}: {_PLACES if name == 'places' else json_text(row[name])}")
        for name in sorted(row)
    ]
    before = "".join(text for name, text in fields if name < kind.value)
    after = "".join(text for name, text in fields if name > kind.value)
    return f']{before}, {quoted(kind.value)}: "', f'"{after}}}\n'
