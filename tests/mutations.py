"""Certificates altered at random, and where it matters by what the snapshot might have said."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot

Json = Any
_HEAD = {"format", "version", "snapshot", "ruleset", "engine"}


class Mutator:
    """Draws altered copies; the head is left alone, so that it is not what gives them away."""

    def __init__(self, rng: Random, snapshot: Snapshot, ruleset: Ruleset) -> None:
        self._rng = rng
        table = {name: [*snapshot[name].rows()] for name in snapshot.tables}
        accounts = [[*row[:2]] for row in table["accounts"]]
        entities = [[*row[:2]] for row in table["entities"]]
        who = [row[-1] or "/".join(row[:2]) for row in table["accounts"]]
        columns = [*snapshot["permissions"].columns]
        self._whole: Mapping[object, Sequence[Json]] = {
            "account": accounts,
            "entity": entities,
            "groups": [[[*row[:2]]] for row in table["groups"]],
            "permission": [dict(zip(columns, row, strict=True)) for row in table["permissions"]],
        }
        self._single: Mapping[object, Sequence[Json]] = {
            "duty": [*ruleset.duties],
            "rule": [rule.id for rule in ruleset.rules],
            "identity": who,
            "subject": [*who, *{vcenter for vcenter, _ in entities}],
            "privileges": [privilege for _, _, privilege in table["role_privileges"]],
            "path": ["", *(ident for _, ident in entities)],
            "within": [ident for _, ident in entities],
        }

    def mutated(self, certificate: bytes) -> Json:
        document = json.loads(certificate)
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            self._alter(document)
        return document

    def _alter(self, document: Json) -> None:
        rng = self._rng
        path = rng.choice([p for p in _paths(document) if p and p[0] not in _HEAD])
        whole = [n for n, part in enumerate(path) if self._whole.get(part)]
        if whole and rng.random() < 0.7:
            path = path[: whole[-1] + 1]
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        key, value = path[-1], holder[path[-1]]
        of = next(part for part in reversed(path) if isinstance(part, str))
        if key in self._whole and rng.random() < 0.7:
            holder[key] = json.loads(json.dumps(rng.choice(self._whole[key] or [[]])))
        elif isinstance(value, str):
            holder[key] = rng.choice(self._single.get(of) or (value.upper(), ""))
        elif isinstance(value, int):
            holder[key] = rng.choice((value + 1, value - 1, rng.randrange(8), -1))
        elif isinstance(holder, list) and rng.random() < 0.5:
            holder.remove(value)
        elif isinstance(value, list) and value:
            draw = rng.randrange(3)
            if draw == 0:
                value.reverse()
            elif draw == 1:
                value.pop(rng.randrange(len(value)))
            else:
                value.append(json.loads(json.dumps(rng.choice(value))))


def _paths(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _paths(value[key], (*path, key))
