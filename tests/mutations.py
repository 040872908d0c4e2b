"""Certificates altered at random, and where it matters by what the snapshot might have said."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from accessreview.model.certificate import CITED
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot

Json = Any
_HEAD = {"format", "version", "snapshot", "ruleset", "engine"}
_COLUMNS = ("parent", "second_parent", "acl_of", "on", "global", "type", "")


class Mutator:
    """Draws altered copies; the head is left alone, so that it is not what gives them away."""

    def __init__(self, rng: Random, snapshot: Snapshot, ruleset: Ruleset) -> None:
        self._rng = rng
        self._rows = {
            table: [[*row] for row in zip(*(snapshot[table][c] for c in columns), strict=True)]
            for table, columns in CITED.items()
        }
        accounts = self._rows["accounts"]
        who = [identity or f"{source}/{ident}" for source, ident, _, identity in accounts]
        entities = [row[:2] for row in self._rows["entities"]]
        self._pools: dict[object, Sequence[str]] = {
            "duty": [*ruleset.duties],
            "rule": [rule.id for rule in ruleset.rules],
            "identity": who,
            "subject": [*who, *{vcenter for vcenter, _ in entities}],
            "id": ["", *(ident for _, ident in entities)],
            "vcenter": ["", *(vcenter for vcenter, _ in entities)],
        }

    def mutated(self, certificate: bytes) -> Json:
        document = json.loads(certificate)
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            self._alter(document)
        return document

    def _alter(self, document: Json) -> None:
        rng = self._rng
        path = rng.choice([p for p in _paths(document) if p and p[0] not in _HEAD])
        if path[0] == "facts" and len(path) > 2 and rng.random() < 0.7:
            document["facts"][path[1]][path[2]] = rng.choice(self._rows[path[1]])
            return
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        key, value = path[-1], holder[path[-1]]
        if isinstance(value, str):
            pool = _COLUMNS if value in _COLUMNS[:5] else self._pools.get(key, (value.upper(), ""))
            holder[key] = rng.choice(pool)
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
