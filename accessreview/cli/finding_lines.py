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
from accessreview.model.finding import Example, Finding, FindingKey, SubjectKind
from accessreview.model.findings import BrokenRule, Findings

Row = dict[str, object]

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


@dataclass(frozen=True, slots=True)
class _Slot:
    """A grant in the text of an outline: what stands before its account, and before its groups.

    ``groups`` keeps the rest of the chain by the group that it begins with.
    """

    before: str
    position: int
    principal: int
    spelled: str
    between: str
    groups: dict[int, str]


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
        self._forms: dict[Outline, _Form] = {}
        self._pieces: dict[tuple[object, ...], tuple[str, str, str]] = {}
        self._groups: dict[tuple[int, str], dict[int, str]] = {}
        self._accounts: dict[int, tuple[str, str, list[int]]] = {}
        # all at once, because the rows of packed columns are slow to take one by one
        accounts = estate.snapshot["accounts"]
        self._columns = [list(accounts[name]) for name in ("source", "id", "login")]
        self._class_of: list[int] = estate.memberships.class_of.tolist()
        self._alike: dict[tuple[int, ...], list[_Form]] = {}

        findings = judgement.findings
        self._people = [judgement.person(name) for name in findings.identities]
        self._names = [quoted(name) for name in (*findings.identities, *findings.vcenters)]
        self._around = list(_around(findings))
        self._numbers = [judgement.number_of_rule(rule.id) for rule in findings.rules]

    def __len__(self) -> int:
        return len(self._judgement.findings)

    def between(self, start: int, end: int) -> Iterator[str]:
        """A line a finding, in their order, from the first of these numbers to before the last."""
        findings = self._judgement.findings
        verdicts, subjects = (rows[start:end].tolist() for rows in findings.rows)
        rules, people = findings.rule, len(self._people)
        for verdict, subject in zip(verdicts, subjects, strict=True):
            rule = self._numbers[int(rules[verdict])]
            before, after = self._around[verdict]
            if subject < people:
                texts = self._of_person(rule, self._people[subject], self._names[subject])
            else:
                vcenter = findings.vcenters[subject - people]
                texts = self._of_sprawl(rule, vcenter)
            yield f'{{"examples": [{", ".join(texts)}]{before}{self._names[subject]}{after}'

    def _of_person(self, rule: int, identity: int, name: str) -> list[str]:
        accounts = self._judgement.accounts_of(identity)
        # what accounts of equal classes have in common is looked up once
        key = (rule, *[self._class_of[account] for account in accounts])
        forms = self._alike.get(key)
        if forms is None:
            told = self._judgement.told_of(rule, identity)
            forms = self._alike[key] = self._forms_of(told)
        return [self._filled(form, accounts, name) for form in forms]

    def _of_sprawl(self, rule: int, vcenter: str) -> list[str]:
        return [
            self._filled(form, told.accounts, quoted(told.identity))
            for told in self._judgement.told_of_sprawl(rule, vcenter)
            for form in self._forms_of(told)
        ]

    def _forms_of(self, told: Told) -> list[_Form]:
        forms = []
        for outline in told.outlines:
            form = self._forms.get(outline)
            if form is None:
                form = self._forms[outline] = self._form(outline)
            forms.append(form)
        return forms

    def _filled(self, form: _Form, accounts: Sequence[int], name: str) -> str:
        parts = []
        for slot in form.slots:
            account = accounts[slot.position]
            who, login, leading = self._accounts.get(account) or self._account(account)
            first = self._first(leading, slot.principal)
            groups = slot.groups.get(first) or self._chain(slot, first)
            parts.append(f"{slot.before}{who}{slot.between}{login}{groups}")
        return f"{''.join(parts)}{form.before_identity}{name}{form.end}"

    def _first(self, leading: list[int], principal: int) -> int:
        first = self._explainer.chains.first_of(leading, principal)
        if first is None:
            raise AssertionError("whom an entry decides for is in a group that it names")
        return first

    def _account(self, account: int) -> tuple[str, str, list[int]]:
        """What stands for an account before its grant and where its chain begins, and its groups.

        Only those that lead to any permission.
        """
        source, ident, login = (quoted(column[account]) for column in self._columns)
        leading = self._explainer.chains.leading(account)
        texts = (f'{ident}, "account_source": {source}, ', f"{login}, ", leading)
        self._accounts[account] = texts
        return texts

    def _chain(self, slot: _Slot, first: int) -> str:
        """The rest of a chain that begins with this group, after the account's login."""
        chains = self._explainer.chains
        names = chains.names(chains.onwards(first, slot.principal))
        slot.groups[first] = text = json_text([*names, slot.spelled])[1:]
        return text

    def _form(self, outline: Outline) -> _Form:
        slots = []
        text = f'{{"entity": {json_text(outline.place.id)}, "grants": {{'
        for number, duty in enumerate(sorted(outline.behind)):
            text += f"{', ' if number else ''}{json_text(duty)}: ["
            for position, behind in enumerate(outline.behind[duty]):
                spelled, between, after = self._piece(behind)
                before = f'{text}{", " if position else ""}{{"account": '
                principal = behind.fate.entry.principal
                groups = self._groups.setdefault((principal, spelled), {})
                slots.append(_Slot(before, behind.position, principal, spelled, between, groups))
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


def _around(findings: Findings) -> Iterator[tuple[str, str]]:
    """By verdict what stands before the subject and after it; the examples sort before all."""
    of_people = set(findings.class_of[: len(findings.identities)].tolist())
    of_rules = {kind: [_form_of(broken, kind) for broken in findings.rules] for kind in SubjectKind}
    for rule, of_class, places in zip(
        findings.rule.tolist(), findings.of_class.tolist(), findings.places.tolist(), strict=True
    ):
        kind = SubjectKind.IDENTITY if of_class in of_people else SubjectKind.VCENTER
        before, after = of_rules[kind][rule]
        yield before.replace(_PLACES, str(places)), after.replace(_PLACES, str(places))


def _form_of(broken: BrokenRule, kind: SubjectKind) -> tuple[str, str]:
    """The same for any number of places, which ``_PLACES`` stands for."""
    row = finding_row(Finding(FindingKey(broken.id, kind, ""), broken.kind, broken.severity, 0))
    fields = [
        (name, f", {quoted(name)}: {_PLACES if name == 'places' else json_text(row[name])}")
        for name in sorted(row)
    ]
    before = "".join(text for name, text in fields if name < kind.value)
    after = "".join(text for name, text in fields if name > kind.value)
    return f"{before}, {quoted(kind.value)}: ", f"{after}}}"
