"""Findings with their examples as lines of JSON, put together from pieces that many share.

A line is what ``finding_row`` and ``example_row`` say, and a test holds it to them. It is not made
from them because a million accounts have hundreds of thousands of findings, and what tells one
from the next is no more than an account, a login and a few groups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted

from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import Behind, Outline, Told
from accessreview.analysis.explain import Explainer
from accessreview.analysis.rules import Judgement
from accessreview.cli.output import json_text
from accessreview.evidence.compile import finding_row
from accessreview.model.access import Grant
from accessreview.model.finding import Example, Finding, SubjectKind

Row = dict[str, object]


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


@dataclass(frozen=True, slots=True)
class _Slot:
    """A grant in the text of an outline: what stands before its account, and before its groups."""

    before: str
    position: int
    principal: int
    spelled: str
    between: str


@dataclass(frozen=True, slots=True)
class _Form:
    """The text of an outline with room for the names of one identity."""

    slots: tuple[_Slot, ...]
    before_identity: str
    end: str


class FindingLines:
    """Writes the findings of one judgement."""

    def __init__(self, estate: Estate, judgement: Judgement) -> None:
        self._estate = estate
        self._judgement = judgement
        self._explainer = Explainer(estate)
        self._rows: dict[tuple[str, SubjectKind, int], tuple[str, str]] = {}
        self._forms: dict[Outline, _Form] = {}
        self._pieces: dict[tuple[object, ...], tuple[str, str, str]] = {}
        self._groups: dict[tuple[int, int, str], str] = {}
        self._accounts: dict[int, tuple[str, str]] = {}

    def __iter__(self) -> Iterator[str]:
        """One line a finding, in their order."""
        return map(self.line, self._judgement.findings)

    def line(self, finding: Finding) -> str:
        examples = ", ".join(
            [text for told in self._judgement.told(finding) for text in self._examples(told)]
        )
        key = (finding.key.rule, finding.key.subject_kind, finding.places)
        before, after = self._rows.get(key) or self._row(finding)
        return f'{{"examples": [{examples}]{before}{quoted(finding.key.subject)}{after}'

    def _row(self, finding: Finding) -> tuple[str, str]:
        """What stands before the subject and after it; the examples sort before everything."""
        row, subject = finding_row(finding), finding.key.subject_kind.value
        fields = [(key, f", {quoted(key)}: {json_text(row[key])}") for key in sorted(row)]
        before = "".join(text for key, text in fields if key < subject)
        after = "".join(text for key, text in fields if key > subject)
        found = (f"{before}, {quoted(subject)}: ", f"{after}}}")
        self._rows[finding.key.rule, finding.key.subject_kind, finding.places] = found
        return found

    def _examples(self, told: Told) -> Iterator[str]:
        identity = quoted(told.identity)
        for outline in told.outlines:
            form = self._forms.get(outline)
            if form is None:
                form = self._forms[outline] = self._form(outline)
            parts = [self._filled(slot, told.accounts) for slot in form.slots]
            yield f"{''.join(parts)}{form.before_identity}{identity}{form.end}"

    def _filled(self, slot: _Slot, accounts: Sequence[int]) -> str:
        account = accounts[slot.position]
        first = self._explainer.chains.first(account, slot.principal)
        key = (first, slot.principal, slot.spelled)
        groups = self._groups.get(key)
        if groups is None:
            groups = self._groups[key] = self._chain(*key)
        who, login = self._accounts.get(account) or self._account(account)
        return f"{slot.before}{who}{slot.between}{login}{groups}"

    def _account(self, account: int) -> tuple[str, str]:
        """What stands for an account before its grant, and at the beginning of its chain."""
        table = self._estate.snapshot["accounts"]
        source, ident, login = (quoted(table[name][account]) for name in ("source", "id", "login"))
        texts = (f'{ident}, "account_source": {source}, ', f"{login}, ")
        self._accounts[account] = texts
        return texts

    def _chain(self, first: int, principal: int, spelled: str) -> str:
        chains = self._explainer.chains
        return json_text([*chains.names(chains.onwards(first, principal)), spelled])[1:]

    def _form(self, outline: Outline) -> _Form:
        slots = []
        text = f'{{"entity": {json_text(outline.place.id)}, "grants": {{'
        for number, duty in enumerate(sorted(outline.behind)):
            text += f"{', ' if number else ''}{json_text(duty)}: ["
            for position, behind in enumerate(outline.behind[duty]):
                spelled, between, after = self._piece(behind)
                before = f'{text}{", " if position else ""}{{"account": '
                principal = behind.fate.entry.principal
                slots.append(_Slot(before, behind.position, principal, spelled, between))
                text = after
            text += "]"
        end = (
            f', "label": {json_text(outline.label)}, '
            f'"vcenter": {json_text(outline.place.vcenter)}}}'
        )
        return _Form(tuple(slots), f'{text}}}, "identity": ', end)

    def _piece(self, behind: Behind) -> tuple[str, str, str]:
        """The principal as spelled, and what stands between account and login and after groups."""
        fate = behind.fate
        key = (behind.entity, fate.entry, fate.path, fate.together)
        piece = self._pieces.get(key)
        if piece is None:
            piece = self._pieces[key] = self._text_of(behind)
        return piece

    def _text_of(self, behind: Behind) -> tuple[str, str, str]:
        vcenter, entry = behind.vcenter, behind.fate.entry
        permission = self._estate.permission(entry.row)
        between = json_text(
            {
                "decides": behind.fate.decides,
                "on_entity": permission.key.entity.id,
                "path": behind.fate.path.value,
                "principal": permission.key.principal,
                "propagates": permission.propagates,
                "role": permission.role,
                "role_name": vcenter.role_names[entry.role],
            }
        )
        why = json_text(self._explainer.why(vcenter, behind.entity, behind.fate))
        return permission.key.principal, f'{between[1:-1]}, "via": [', f', "why": {why}}}'
