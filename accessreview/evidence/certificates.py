"""Whether a certificate proves its finding, from a snapshot's rows: no code shared with the engine.

Written from ``docs/reference/bundle.md``, ``ruleset.md`` and ``certificates.md``.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from accessreview.model.certificate import (
    CITED,
    FORMAT,
    GLOBAL_STEP,
    VERSION,
    Certificate,
    CitedGrant,
    Decided,
    HeldDuty,
    Step,
    Witness,
)
from accessreview.model.decoding import decoded
from accessreview.model.policy import ConflictRule, ReachRule, Rule, Ruleset, Scope
from accessreview.model.snapshot import Snapshot

Row = dict[str, str]
Key = tuple[str, str]
_LEADING = {"parent", "second_parent", "acl_of", "on"}
_HOSTING = {("HostSystem", "ComputeResource"), ("HostSystem", "ClusterComputeResource")}


def require(condition: object, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)


class CertificateChecker:
    """Certificates of one ruleset in one snapshot, whose digest the caller has computed."""

    def __init__(self, snapshot: Snapshot, ruleset: Ruleset) -> None:
        self._rows, self._ruleset = _Rows(snapshot), ruleset
        self._due = (FORMAT, VERSION, snapshot.digest, ruleset.digest)

    def problems(self, certificate: object) -> list[str]:
        """What is wrong with a certificate as JSON reads; empty if it proves its finding."""
        try:
            read = decoded(Certificate, certificate)
        except ValueError as error:
            return [f"It does not have the form of a certificate: {error}."]
        rules = {rule.id: rule for rule in self._ruleset.rules}
        heads = (read.format, read.version, read.snapshot, read.ruleset)
        names = ("format", "version", "snapshot", "ruleset")
        found = [
            f"Its {name} is {has}, not {due}."
            for name, has, due in zip(names, heads, self._due, strict=True)
            if has != due
        ]
        found += self._rows.missing(read)
        found += [] if read.rule in rules else [f"The ruleset has no rule {read.rule}."]
        try:
            if not found:
                _Reading(self._rows, self._ruleset, rules[read.rule], read).check()
        except ValueError as error:
            found.append(str(error))
        return found


class _Rows:
    """The snapshot's rows, and what the four steps of ``bundle.md`` ask of them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._of = {
            table: set(zip(*(snapshot[table][name] for name in columns), strict=True))
            for table, columns in CITED.items()
        }
        self._entities = {(row[0], row[1]): row for row in self._of["entities"]}
        self._named: dict[Key, dict[str, set[str]]] = {}

    @cached_property
    def _groups(self) -> dict[Key, list[Key]]:
        groups = defaultdict[Key, list[Key]](list)
        for group_source, group, source, ident in self._of["members"]:
            groups[source, ident].append((group_source, group))
        return groups

    @cached_property
    def _names(self) -> dict[Key, set[str]]:
        names = defaultdict[Key, set[str]](set)
        for source, ident, name in self._of["principal_names"]:
            names[source, ident].add(name.casefold())
        return names

    @cached_property
    def _entries(self) -> dict[Key, list[Row]]:
        entries = defaultdict[Key, list[Row]](list)
        for row in self._of["permissions"]:
            entry = dict(zip(CITED["permissions"], row, strict=True))
            entries[self.node((row[0], row[1]))].append(entry)
        return entries

    def missing(self, certificate: Certificate) -> list[str]:
        return [
            f"The snapshot has no row {', '.join(row)} in the table {table}."
            for table, rows in certificate.facts.items()
            for row in rows
            if row not in self._of.get(table, ())
        ]

    def type_of(self, entity: Key) -> str:
        return self._entities[entity][2] if entity in self._entities else ""

    def node(self, entity: Key) -> Key:
        """What carries the entity's permissions."""
        acl_of = self._entities[entity][5] if entity in self._entities else ""
        return entity[0], acl_of or entity[1]

    def applying(self, account: Key, node: Key, *, nearest: bool) -> list[Row]:
        """The entries of a node that name the account or its groups and reach the entity."""
        named = self._named.get(account) or self._named_by(account)
        return [
            entry
            for entry in self._entries.get(node, ())
            if (nearest or entry["propagate"] == "true")
            and entry["principal"].casefold() in named[entry["is_group"]]
        ]

    def _named_by(self, account: Key) -> dict[str, set[str]]:
        """The names without case of the account, and of every group that it is in."""
        groups, waiting = set[Key](), [account]
        while waiting:
            new = set(self._groups.get(waiting.pop(), ())) - groups
            groups |= new
            waiting += new
        of_groups = {name for group in groups for name in self._names.get(group, ())}
        self._named[account] = {"false": self._names.get(account, set()), "true": of_groups}
        return self._named[account]


class _Reading:
    """One certificate, whose facts are in the snapshot, held against its rule."""

    def __init__(self, rows: _Rows, ruleset: Ruleset, rule: Rule, certificate: Certificate) -> None:
        self._rows, self._ruleset, self._rule, self._read = rows, ruleset, rule, certificate
        self._duties = rule.duties if isinstance(rule, ConflictRule) else (rule.duty,)
        self._scope = rule.scope if isinstance(rule, ConflictRule) else Scope.OBJECT
        self._threshold = rule.threshold if isinstance(rule, ConflictRule) else 1

    def check(self) -> None:
        rule, subject, witnesses = self._rule, self._read.subject, self._read.witnesses
        for witness in witnesses:
            self._witness(witness)
        who = {witness.identity for witness in witnesses}
        places = {(witness.place.vcenter, witness.place.id) for witness in witnesses}
        if isinstance(rule, ConflictRule | ReachRule):
            allowed = rule.max_objects if isinstance(rule, ReachRule) else 0
            require(who <= {subject}, f"It shows what others than {subject} hold.")
            require(len(places) > allowed, f"It shows {len(places)} places; {allowed} are allowed.")
        else:
            allowed = rule.max_identities
            require({vcenter for vcenter, _ in places} <= {subject}, f"Not all is in {subject}.")
            require(len(who) > allowed, f"It shows {len(who)} identities; {allowed} are allowed.")

    def _fact(self, table: str, number: int) -> Row:
        rows = self._read.facts.get(table, ())
        require(0 <= number < len(rows), f"It has no fact {number} of the table {table}.")
        return dict(zip(CITED[table], rows[number], strict=True))

    def _witness(self, witness: Witness) -> None:
        place = (witness.place.vcenter, witness.place.id)
        for held in witness.held:
            require(held.duty in self._duties, f"{self._rule.id} has no duty {held.duty}.")
            entity = self._fact("entities", held.entity)
            belongs = self._belongs(entity, place, held.within)
            require(belongs, f"{entity['id']} is not shown to belong to {'/'.join(place)}.")
            self._held(held, entity, witness.identity)
        duties, needed = len({held.duty for held in witness.held}), self._threshold
        require(duties >= needed, f"It shows {duties} duties in one place, not {needed}.")

    def _belongs(self, entity: Row, place: Key, within: Sequence[Step]) -> bool:
        own, columns = (entity["source"], entity["id"]), [column for _, column in within]
        if self._scope is Scope.PLACEMENT:
            require(columns in ([], ["on"], ["on", "parent"]), "No placement is followed so.")
            row, at = self._follow(place, within)
            hosted = "parent" not in columns or (row["type"], entity["type"]) in _HOSTING
            return hosted and at == own and self._rows.type_of(place) == "VirtualMachine"
        if self._scope is Scope.DATACENTER:
            require({*columns} <= {"parent", "second_parent"}, "No datacenter is found so.")
            at = self._follow(own, within)[1]
            return at == place and self._rows.type_of(place) == "Datacenter"
        whole = {Scope.OBJECT: own, Scope.VCENTER: (own[0], ""), Scope.ANYWHERE: ("", "")}
        return not within and place == whole[self._scope]

    def _follow(self, at: Key, steps: Sequence[Step]) -> tuple[Row, Key]:
        """The last row, and where the steps lead, each of which must start where one ended."""
        row: Row = {}
        for number, column in steps:
            row = self._fact("placements" if column == "on" else "entities", number)
            start = (row["source"], row["entity" if column == "on" else "id"])
            require(start == at, f"A step from {start[1]} does not start at {at[1]}.")
            require(column in _LEADING and row[column], f"No {column} leads on from {at[1]}.")
            at = (at[0], row[column])
        return row, at

    def _held(self, held: HeldDuty, entity: Row, identity: str) -> None:
        duty, where, kind = self._ruleset.duties[held.duty], entity["id"], entity["type"]
        require(not duty.types or kind in duty.types, f"{duty.id} does not count on a {kind}.")
        given = {p for decided in held.by for p in self._decided(decided, entity, identity)}
        counted = {p for p in given if any(_fits(p, pattern) for pattern in duty.any_of)}
        enough = not duty.any_of or len(counted) >= duty.at_least
        every = all(any(_fits(p, pattern) for p in given) for pattern in duty.all_of)
        require(enough and every, f"What is shown on {where} does not amount to {duty.id}.")

    def _decided(self, decided: Decided, entity: Row, identity: str) -> set[str]:
        """The privileges that a grant gives on the entity, if it decides there."""
        require(0 <= decided.grant < len(self._read.grants), f"It has no grant {decided.grant}.")
        grant = self._read.grants[decided.grant]
        account, entry = self._named(grant, identity), self._fact("permissions", grant.permission)
        what, nodes = f"The entry of {entry['principal']}", self._path(entity, decided.path)
        carrier = self._rows.node((entry["source"], entry["entity"]))
        require(nodes[-1] == carrier, f"{what} is not on {nodes[-1][1]}, where the path ends.")
        for node in nodes[:-1]:
            nearer = self._rows.applying(account, node, nearest=node == nodes[0])
            require(not nearer, f"{what} is overridden by an entry on {node[1]}.")
        here = self._rows.applying(account, carrier, nearest=carrier == nodes[0])
        require(entry in here, f"{what} does not reach {entity['id']}.")
        direct = [other for other in here if other["is_group"] == "false"]
        require(entry in (direct or here), f"{what} is replaced by one that names the account.")
        given = [self._fact("role_privileges", number) for number in grant.privileges]
        roles = {(privilege["source"], privilege["role"]) for privilege in given}
        require(roles <= {(entry["source"], entry["role"])}, f"{what} has another role.")
        return {privilege["privilege"] for privilege in given}

    def _named(self, grant: CitedGrant, identity: str) -> Key:
        """The account, if it is an enabled one of the identity and the permission names it."""
        account = self._fact("accounts", grant.account)
        at = own = (account["source"], account["id"])
        require(account["enabled"] == "true", f"The account {own[1]} is disabled.")
        of = account["identity"] or "/".join(own)
        require(of == identity, f"The account {own[1]} belongs to {of}, not to {identity}.")
        for number in grant.members:
            row = self._fact("members", number)
            member = (row["member_source"], row["member"])
            require(member == at, f"The chain breaks at {at[1]}: the member is {member[1]}.")
            at = (row["group_source"], row["group"])
        name = self._fact("principal_names", grant.name)
        entry = self._fact("permissions", grant.permission)
        same = name["name"].casefold() == entry["principal"].casefold()
        kind = (entry["is_group"] == "true") == bool(grant.members)
        named = (name["source"], name["id"]) == at and same and kind
        require(named, f"The principal {entry['principal']} is not shown to name {at[1]}.")
        return own

    def _path(self, entity: Row, steps: Sequence[Step]) -> list[Key]:
        """The nodes on the way up, the entity's own first, the one with the entry last."""
        at, nodes = (entity["source"], entity["id"]), list[Key]()
        for number, column in steps:
            if column != "acl_of":
                require(self._rows.node(at) == at, f"{at[1]} has no permissions of its own.")
                nodes.append(at)
            if column == GLOBAL_STEP:
                row = self._fact("entities", number)
                root = (row["source"], row["id"]) == at and not row["parent"] + row["second_parent"]
                require(root, f"{at[1]} is not shown to be a root.")
                at = (at[0], "")
            else:
                at = self._follow(at, [(number, column)])[1]
        require(self._rows.node(at) == at, f"{at[1]} has no permissions of its own.")
        return [*nodes, at]


def _fits(privilege: str, pattern: str) -> bool:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return re.fullmatch(expression, privilege, re.DOTALL) is not None
