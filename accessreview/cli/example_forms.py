"""Outlines of examples as pieces of text, with room for the names of those they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import Behind, Outline
from accessreview.analysis.explain import Explainer
from accessreview.cli.output import json_text
from accessreview.cli.pieces import Numbers, Pieces

_Slot = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """Form ``i`` has the slots from ``starts[i]`` to before ``starts[i + 1]``, each for a grant.

    A slot has the piece before its account, which of an identity's accounts that is, the piece
    between account and login, the principal that its chain leads to, and the number of its ending.
    ``rest`` has the pieces before the identity of each form and after it.
    """

    starts: Numbers
    slots: Numbers
    rest: Numbers


class ExampleForms:
    """Makes forms of outlines, from one store of pieces."""

    def __init__(self, estate: Estate, explainer: Explainer, pieces: Pieces) -> None:
        permissions = estate.snapshot["permissions"]
        # all at once, because the rows of packed columns are slow to take one by one
        columns = [permissions[name] for name in ("entity", "principal", "role", "propagate")]
        self._permissions = [*zip(*columns, strict=True)]
        self._groups = len(estate.snapshot["groups"])
        self._explainer = explainer
        self._pieces = pieces
        self._texts: dict[tuple[object, ...], tuple[int, int, str]] = {}
        self._endings: dict[tuple[int, str], int] = {}
        self._chains: dict[int, int] = {}

    def arranged(self, outlines: Sequence[Outline]) -> Arranged:
        starts, rest = [0], []
        slots: list[_Slot] = []
        for outline in outlines:
            rest.append(self._add(outline, slots))
            starts.append(len(slots))
        return Arranged(
            starts=np.array(starts, dtype=np.int64),
            slots=np.array(slots, dtype=np.int64).reshape(-1, 5),
            rest=np.array(rest, dtype=np.int64).reshape(-1, 2),
        )

    def chains(self, endings: Numbers, firsts: Numbers) -> Numbers:
        """The pieces after a login: the chain that begins with each of these groups, to its end."""
        width = self._groups + 1  # for the groups and for none
        keys, which = np.unique(endings * width + firsts + 1, return_inverse=True)
        spelled = tuple(self._endings)
        numbers = []
        for key in keys.tolist():
            number = self._chains.get(key)
            if number is None:
                ending, first = divmod(key, width)
                number = self._chains[key] = self._chain(first - 1, *spelled[ending])
            numbers.append(number)
        return np.array(numbers, dtype=np.int64)[which]

    def _chain(self, first: int, principal: int, spelled: str) -> int:
        chains = self._explainer.chains
        names = (*chains.names(chains.onwards(first, principal)), spelled)
        return self._pieces.number(f'", {json_text(names)[1:]}')

    def _add(self, outline: Outline, slots: list[_Slot]) -> tuple[int, int]:
        """Append the slots of an outline; its last two pieces."""
        number = self._pieces.number
        text = f'{{"entity": {quoted(outline.place.id)}, "grants": {{'
        for count, duty in enumerate(sorted(outline.behind)):
            text += f"{', ' if count else ''}{quoted(duty)}: ["
            for position, behind in enumerate(outline.behind[duty]):
                before = number(f'{text}{", " if position else ""}{{"account": "')
                between, ending, text = self._around_login(behind)
                principal = behind.fate.entry.principal
                slots.append((before, behind.position, between, principal, ending))
            text += "]"
        end = f'", "label": {quoted(outline.label)}, "vcenter": {quoted(outline.place.vcenter)}}}'
        return number(f'{text}}}, "identity": "'), number(end)

    def _around_login(self, behind: Behind) -> tuple[int, int, str]:
        """The piece before a login, the ending of the chain after it, and the text that follows."""
        fate = behind.fate
        key = (behind.vcenter, behind.entity, fate.entry, fate.path, fate.together)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = self._texts_around_login(behind)
        return found

    def _texts_around_login(self, behind: Behind) -> tuple[int, int, str]:
        vcenter, entry = behind.vcenter, behind.fate.entry
        entity, spelled, role, propagate = self._permissions[entry.row]
        between = json_text(
            {
                "decides": behind.fate.decides,
                "on_entity": entity,
                "path": behind.fate.path.value,
                "principal": spelled,
                "propagates": propagate == "true",
                "role": role,
                "role_name": vcenter.role_names[entry.role],
            }
        )
        ending = self._endings.setdefault((entry.principal, spelled), len(self._endings))
        why = quoted(self._explainer.why(vcenter, behind.entity, behind.fate))
        return self._pieces.number(f'{between[1:-1]}, "via": ["'), ending, f', "why": {why}}}'
