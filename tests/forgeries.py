"""Certificates of which every fact is true, but not that the permission decides there."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from accessreview.model.snapshot import Snapshot

Json = Any
Key = tuple[str, str]


class Forger:
    """Puts other permissions that mean an account into a certificate, reached by some true path."""

    def __init__(self, rng: Random, snapshot: Snapshot) -> None:
        self._rng = rng
        self._table = {
            name: [dict(zip(table.columns, row, strict=True)) for row in table.rows()]
            for name, table in snapshot.tables.items()
        }
        self._entities = {(row["source"], row["id"]): row for row in self._table["entities"]}
        self._names = {
            (row["source"], row["id"], row["name"].casefold())
            for row in self._table["principal_names"]
        }

    def forged(self, certificate: bytes) -> Json | None:
        """One witness given by another entry than it was; None if nothing at all would do."""
        document = json.loads(certificate)
        witness = self._rng.choice(document["witnesses"])
        account = document["grants"][witness["by"][0]["grant"]]["account"]
        chains = self._chains((account[0], account[1]))
        path = [*self._upwards(self._node((witness["entity"][0], witness["entity"][1])))]
        found = [
            (entry, chain, path[: number + 1])
            for number, node in enumerate(path)
            for entry in self._table["permissions"]
            if self._node((entry["source"], entry["entity"])) == node
            for at, chain in chains.items()
            if (*at, entry["principal"].casefold()) in self._names
            if (entry["is_group"] == "true") == bool(chain)
        ]
        if not found:
            return None
        entry, chain, path = self._rng.choice(found)
        privileges = [
            row["privilege"]
            for row in self._table["role_privileges"]
            if (row["source"], row["role"]) == (entry["source"], entry["role"])
        ]
        grant = {"account": account, "groups": chain, "permission": entry, "privileges": privileges}
        document["grants"].append(json.loads(json.dumps(grant)))
        witness["by"] = [
            {"grant": len(document["grants"]) - 1, "path": [ident for _, ident in path]}
        ]
        return document

    def _chains(self, account: Key) -> dict[Key, list[Key]]:
        """The groups that lead to each, and to the account itself."""
        found: dict[Key, list[Key]] = {account: []}
        waiting = [account]
        for at in waiting:  # grows while it is walked
            for row in self._table["members"]:
                group = (row["group_source"], row["group"])
                if (row["member_source"], row["member"]) == at and group not in found:
                    found[group] = [*found[at], group]
                    waiting.append(group)
        return found

    def _upwards(self, node: Key) -> Iterator[Key]:
        yield node
        while node[1]:
            row = self._entities[node]
            parents = [row[line] for line in ("parent", "second_parent") if row[line]]
            node = self._node((node[0], self._rng.choice(parents or [""])))
            yield node

    def _node(self, entity: Key) -> Key:
        row = self._entities.get(entity)
        return (entity[0], row["acl_of"] or entity[1]) if row else entity
