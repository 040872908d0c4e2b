"""A naive reading of the specification, to compare the engine with: sets, loops, no cleverness.

Written from the four steps of ``docs/reference/bundle.md`` and the kinds and scopes of
``docs/reference/ruleset.md``; shares no code with the engine.
"""

import fnmatch
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from accessreview.model.policy import ConflictRule, Duty, ReachRule, Ruleset, Scope
from accessreview.model.snapshot import Snapshot

Key = tuple[str, str]
"""Source and id, of an account, a group, an entity or a role."""
Entry = dict[str, str]
"""A row of ``permissions``."""


class Reference:
    def __init__(self, snapshot: Snapshot) -> None:
        rows = {
            name: [dict(zip(t.schema.columns, row, strict=True)) for row in t.rows()]
            for name, t in snapshot.tables.items()
        }
        self.accounts = {(r["source"], r["id"]): r for r in rows["accounts"]}
        self.groups = {(r["source"], r["id"]) for r in rows["groups"]}
        self.entities = {(r["source"], r["id"]): r for r in rows["entities"]}
        self.privileges: dict[Key, set[str]] = defaultdict(set)
        for r in rows["role_privileges"]:
            self.privileges[r["source"], r["role"]].add(r["privilege"])
        self.member_of: dict[Key, set[Key]] = defaultdict(set)
        for r in rows["members"]:
            self.member_of[r["member_source"], r["member"]].add((r["group_source"], r["group"]))
        self.names: dict[Key, set[str]] = defaultdict(set)
        for r in rows["principal_names"]:
            self.names[r["source"], r["id"]].add(r["name"].casefold())
        self.placed: dict[Key, set[Key]] = defaultdict(set)
        for r in rows["placements"]:
            self.placed[r["source"], r["entity"]].add((r["source"], r["on"]))
        self.entries: dict[Key, list[Entry]] = defaultdict(list)
        for r in rows["permissions"]:
            on = (r["source"], r["entity"])
            self.entries[self.replaced(on) if r["entity"] else on].append(r)
        # what was found before; a reference may be slow, but not hopelessly
        self._paths: dict[Key, list[list[Key]]] = {}
        self._held: dict[tuple[Key, Key], frozenset[str]] = {}
        self._names_of: dict[Key, tuple[set[str], set[str]]] = {}
        self._satisfied: dict[tuple[frozenset[str], str], bool] = {}

    def replaced(self, entity: Key) -> Key:
        acl_of = self.entities[entity]["acl_of"]
        return (entity[0], acl_of) if acl_of else entity

    def paths(self, entity: Key) -> Iterator[list[Key]]:
        node = self.replaced(entity)
        row = self.entities[node]
        parents = [row[c] for c in ("parent", "second_parent") if row[c]]
        if not parents:
            yield [node, (entity[0], "")]
        for parent in parents:
            for path in self.paths((entity[0], parent)):
                yield path if path[0] == node else [node, *path]

    def names_of(self, account: Key) -> tuple[set[str], set[str]]:
        """The spellings of the account, and of all groups that it is in."""
        if account not in self._names_of:
            found: set[Key] = set()
            waiting = list(self.member_of[account])
            while waiting:
                group = waiting.pop()
                if group not in found:
                    found.add(group)
                    waiting.extend(self.member_of[group])
            spellings = {name for group in found & self.groups for name in self.names[group]}
            self._names_of[account] = (self.names[account], spellings)
        return self._names_of[account]

    def effective(self, account: Key, entity: Key) -> frozenset[str]:
        if (account, entity) not in self._held:
            if entity not in self._paths:
                self._paths[entity] = list(self.paths(entity))
            self._held[account, entity] = self.over(account, self._paths[entity])
        return self._held[account, entity]

    def over(self, account: Key, paths: list[list[Key]]) -> frozenset[str]:
        return frozenset[str]().union(*(self.decided(account, path) for path in paths))

    def decided(self, account: Key, path: list[Key]) -> set[str]:
        for depth, node in enumerate(path):
            deciding = self.deciding(account, node, at_the_node=depth == 0)
            if deciding:
                return self.given(deciding)
        return set()

    def deciding(self, account: Key, node: Key, *, at_the_node: bool) -> list[Entry]:
        applying = [
            entry
            for entry in self.matching(account, node)
            if at_the_node or entry["propagate"] == "true"
        ]
        return [entry for entry in applying if entry["is_group"] == "false"] or applying

    def matching(self, account: Key, node: Key) -> list[Entry]:
        own, groups = self.names_of(account)
        return [
            entry
            for entry in self.entries[node]
            if entry["principal"].casefold() in (groups if entry["is_group"] == "true" else own)
        ]

    def given(self, entries: Iterable[Entry]) -> set[str]:
        return {p for e in entries for p in self.privileges[e["source"], e["role"]]}

    # -------------------------------------------------------------------------------- findings

    def identities(self) -> dict[str, list[Key]]:
        found: dict[str, list[Key]] = defaultdict(list)
        for key, row in self.accounts.items():
            if row["enabled"] == "true":
                found[row["identity"] or "/".join(key)].append(key)
        return found

    def holds(self, accounts: Iterable[Key], entity: Key, duty: Duty) -> bool:
        if duty.types and self.entities[entity]["type"] not in duty.types:
            return False
        return self.satisfied(self.together(accounts, entity), duty)

    def together(self, accounts: Iterable[Key], entity: Key) -> frozenset[str]:
        return frozenset(p for account in accounts for p in self.effective(account, entity))

    def satisfied(self, held: frozenset[str], duty: Duty) -> bool:
        if (held, duty.id) not in self._satisfied:
            counted = {p for p in held for q in duty.any_of if fnmatch.fnmatchcase(p, q)}
            enough = not duty.any_of or len(counted) >= duty.at_least
            every = all(any(fnmatch.fnmatchcase(p, q) for p in held) for q in duty.all_of)
            self._satisfied[held, duty.id] = enough and every
        return self._satisfied[held, duty.id]

    def ancestors(self, entity: Key) -> set[Key]:
        row = self.entities[entity]
        found = {entity}
        for column in ("parent", "second_parent"):
            if row[column]:
                found |= self.ancestors((entity[0], row[column]))
        return found

    def places(self, scope: Scope) -> list[set[Key]]:
        if scope is Scope.OBJECT:
            return [{entity} for entity in self.entities]
        if scope is Scope.PLACEMENT:
            return [
                self.placement(entity)
                for entity, row in self.entities.items()
                if row["type"] == "VirtualMachine"
            ]
        if scope is Scope.ANYWHERE:
            return [set(self.entities)]
        inside: dict[object, set[Key]] = defaultdict(set)
        for entity in self.entities:
            if scope is Scope.VCENTER:
                inside[entity[0]].add(entity)
            else:
                for above in self.ancestors(entity):
                    if self.entities[above]["type"] == "Datacenter":
                        inside[above].add(entity)
        return list(inside.values())

    def place(self, scope: Scope, at: Key) -> set[Key]:
        """The place that an entity stands for; a vCenter's has an empty id."""
        if scope is Scope.OBJECT:
            return {at}
        if scope is Scope.PLACEMENT:
            return self.placement(at)
        if scope is Scope.DATACENTER:
            return {entity for entity in self.entities if at in self.ancestors(entity)}
        return {entity for entity in self.entities if at[0] in ("", entity[0])}

    def placement(self, machine: Key) -> set[Key]:
        together = {machine} | self.placed[machine]
        for on in self.placed[machine]:
            parent = (on[0], self.entities[on]["parent"])
            if self.entities[on]["type"] == "HostSystem" and parent in self.entities:
                kind = self.entities[parent]["type"]
                if kind in ("ComputeResource", "ClusterComputeResource"):
                    together.add(parent)
        return together

    def findings(self, ruleset: Ruleset) -> set[tuple[str, str, int]]:
        """Rule, identity or vCenter, places."""
        found = set()
        people = self.identities()
        for rule in ruleset.rules:
            names = rule.duties if isinstance(rule, ConflictRule) else (rule.duty,)
            where = {
                (who, name): {
                    e for e in self.entities if self.holds(accounts, e, ruleset.duties[name])
                }
                for who, accounts in people.items()
                for name in names
            }
            if isinstance(rule, ConflictRule):
                places = self.places(rule.scope)
                for who in people:
                    count = sum(
                        sum(bool(where[who, name] & place) for name in names) >= rule.threshold
                        for place in places
                    )
                    if count:
                        found.add((rule.id, who, count))
            elif isinstance(rule, ReachRule):
                for who in people:
                    count = len(where[who, rule.duty])
                    if count > rule.max_objects:
                        found.add((rule.id, who, count))
            else:
                holders = Counter(
                    vcenter for who in people for vcenter in {e[0] for e in where[who, rule.duty]}
                )
                for vcenter, count in holders.items():
                    if count > rule.max_identities:
                        found.add((rule.id, vcenter, count))
        return found
