"""Whether a certificate proves its finding, from a snapshot's rows: no code shared with the engine.

Written from ``docs/reference/bundle.md``, ``ruleset.md`` and ``certificates.md``, and short, so
that one can read all of it: nothing holds unless every ``require`` on the way does.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from accessreview.evidence.rows import Row, Rows
from accessreview.model.certificate import FORMAT, VERSION, Certificate, CitedGrant, Key, Witness
from accessreview.model.decoding import decoded
from accessreview.model.policy import ConflictRule, ReachRule, Ruleset, Scope
from accessreview.model.snapshot import Snapshot

_PLACES = {Scope.PLACEMENT: "VirtualMachine", Scope.DATACENTER: "Datacenter"}


def require(condition: object, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)


class CertificateChecker:
    """Certificates of one ruleset in one snapshot, whose digest the caller has computed."""

    def __init__(self, snapshot: Snapshot, ruleset: Ruleset) -> None:
        self._rows, self._duties = Rows(snapshot), ruleset.duties
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._heads = {"format": FORMAT, "version": VERSION, "snapshot": snapshot.digest}
        self._heads["ruleset"] = ruleset.digest

    def problems(self, certificate: object) -> list[str]:
        """What is wrong with a certificate as JSON reads; empty if it proves its finding."""
        try:
            read = decoded(Certificate, certificate)
        except ValueError as error:
            return [f"It does not have the form of a certificate: {error}."]
        try:
            self._finding(read)
        except ValueError as error:
            return [str(error)]
        return []

    def _finding(self, read: Certificate) -> None:
        """What is shown is about the subject, and as much as breaks the rule."""
        for name, due in self._heads.items():
            has = getattr(read, name)
            require(has == due, f"Its {name} is {has}, not {due}.")
        require(read.rule in self._rules, f"The ruleset has no rule {read.rule}.")
        for grant in read.grants:
            self._grant(grant)
        for witness in read.witnesses:
            self._holds(witness, read.grants)
        rule, seen = self._rules[read.rule], read.witnesses
        scope = rule.scope if isinstance(rule, ConflictRule) else Scope.OBJECT
        duties, who = {each.duty for each in seen}, {each.identity for each in seen}
        about, places = who, {self._place(each, scope) for each in seen}
        if isinstance(rule, ConflictRule):
            of_rule, shown, needed = {*rule.duties}, len(duties), rule.threshold
            require(len(places) == 1, f"It shows {len(places)} places where one is due.")
        elif isinstance(rule, ReachRule):
            of_rule, shown, needed = {rule.duty}, len(places), rule.max_objects + 1
        else:
            of_rule, shown, needed = {rule.duty}, len(who), rule.max_identities + 1
            about = {vcenter for vcenter, _ in places}
        require(about == {read.subject}, f"What it shows is not about {read.subject} alone.")
        require(duties <= of_rule, f"It shows duties that {rule.id} does not have.")
        require(shown >= needed, f"It shows {shown} where {rule.id} takes {needed}.")

    def _grant(self, grant: CitedGrant) -> None:
        """Memberships lead from the account to what a permission names, with these privileges."""
        at, entry = grant.account, grant.permission
        for group in grant.groups:
            require(group in self._rows.groups(at), f"{at[1]} is not a member of {group[1]}.")
            at = group
        entries = self._rows.where("permissions", entity=entry.get("entity", ""))
        require(entry in entries, f"The snapshot has no permission {entry}.")
        kind = "true" if grant.groups else "false"
        named = entry["is_group"] == kind and entry["principal"].casefold() in self._rows.names(at)
        require(named, f"The principal {entry['principal']} is not shown to name {at[1]}.")
        given = self._rows.where("role_privileges", role=entry["role"], source=entry["source"])
        known = {row["privilege"] for row in given}.issuperset(grant.privileges)
        require(known, f"The role {entry['role']} does not give {', '.join(grant.privileges)}.")

    def _holds(self, seen: Witness, grants: tuple[CitedGrant, ...]) -> None:
        """Enabled accounts of the identity have on the entity what amounts to the duty."""
        require(seen.duty in self._duties, f"The ruleset has no duty {seen.duty}.")
        duty, kind = self._duties[seen.duty], self._rows.row("entities", seen.entity)["type"]
        require(not duty.types or kind in duty.types, f"{duty.id} does not count on a {kind}.")
        given = set[str]()
        for decided in seen.by:
            require(0 <= decided.grant < len(grants), f"It has no grant {decided.grant}.")
            grant = grants[decided.grant]
            row, name = self._rows.row("accounts", grant.account), "/".join(grant.account)
            require(row["enabled"] == "true", f"The account {name} is disabled.")
            of = row["identity"] or name
            require(of == seen.identity, f"{name} belongs to {of}, not to {seen.identity}.")
            self._decides(grant, seen.entity, decided.path)
            given.update(grant.privileges)
        counted = [privilege for privilege in given if _fits(privilege, duty.any_of)]
        enough = not duty.any_of or len(counted) >= duty.at_least
        every = all(any(_fits(privilege, [each]) for privilege in given) for each in duty.all_of)
        failing = f"What is shown on {seen.entity[1]} does not amount to {duty.id}."
        require(given and enough and every, failing)

    def _decides(self, grant: CitedGrant, entity: Key, path: tuple[str, ...]) -> None:
        """The permission applies where the path ends, and on no node before that does any."""
        entry, nodes = grant.permission, [(entity[0], ident) for ident in path]
        what = f"The entry of {entry['principal']}"
        ends = [self._rows.node(entity), self._rows.node((entry["source"], entry["entity"]))]
        require(nodes[:1] + nodes[-1:] == ends, f"{what} is not where the path ends.")
        for node, above in pairwise(nodes):
            require(above in self._rows.above(node), f"{above[1]} is not next above {node[1]}.")
            nearer = self._applying(grant.account, node, nearest=node == nodes[0])
            require(not nearer, f"{what} is overridden by an entry on {node[1]}.")
        here = self._applying(grant.account, nodes[-1], nearest=len(nodes) == 1)
        require(entry in here, f"{what} does not reach {entity[1]}.")
        direct = [other for other in here if other["is_group"] == "false"]
        require(entry in (direct or here), f"{what} is replaced by one that names the account.")

    def _place(self, seen: Witness, scope: Scope) -> Key:
        """The place of the scope to which the entity belongs."""
        vcenter, entity = seen.entity
        rows = [self._rows.row("entities", (vcenter, ident)) for ident in seen.within]
        ends = seen.within[-1:] == (entity,) and _PLACES.get(scope) in (None, rows[0]["type"])
        steps = (self._leads(*pair, scope, is_first=pair[0] is rows[0]) for pair in pairwise(rows))
        require(ends and all(steps), f"{entity} is not shown to be in a place ({scope.value}).")
        whole = {Scope.VCENTER: (vcenter, ""), Scope.ANYWHERE: ("", "")}
        return whole.get(scope, (vcenter, seen.within[0]))

    def _leads(self, outer: Row, inner: Row, scope: Scope, *, is_first: bool) -> bool:
        """Downwards in a datacenter; from a machine to what it is on, from a host to its parent."""
        if scope is Scope.DATACENTER:
            return outer["id"] in (inner["parent"], inner["second_parent"])
        placed = {"source": outer["source"], "entity": outer["id"], "on": inner["id"]}
        on = is_first and placed in self._rows.where("placements", entity=outer["id"])
        compute = inner["type"] in ("ComputeResource", "ClusterComputeResource")
        hosted = compute and outer["type"] == "HostSystem" and outer["parent"] == inner["id"]
        return scope is Scope.PLACEMENT and (on or hosted)

    def _applying(self, account: Key, node: Key, *, nearest: bool) -> list[Row]:
        """The entries of a node that name the account or its groups and reach the entity."""
        return [
            entry
            for entry in self._rows.entries(node)
            if (nearest or entry["propagate"] == "true")
            and (entry["is_group"], entry["principal"].casefold()) in self._rows.principals(account)
        ]


def _fits(privilege: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns matches, whose only special character is ``*``."""
    expressions = (".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns)
    return any(re.fullmatch(each, privilege, re.DOTALL) for each in expressions)
