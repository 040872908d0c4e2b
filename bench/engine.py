"""Every point at which the benchmark touches the engine: what is timed of it, and its answers."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from answers import RULES, Violation
from numbering import identity_names
from numpy.typing import NDArray

from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import explain
from accessreview.analysis.membership import (
    DirectMemberships,
    Memberships,
    close_memberships,
    number_memberships,
)
from accessreview.analysis.revise import revise
from accessreview.analysis.rules import assess
from accessreview.analysis.standing import Standing
from accessreview.analysis.vcenter import arrange
from accessreview.analysis.who import who
from accessreview.model.access import AccountRef, EntityRef, Permission
from accessreview.model.change import (
    Change,
    MembershipChange,
    PermissionRemoved,
    PermissionSet,
    RoleChange,
)
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from accessreview.resources import directory
from accessreview.rulesets.reader import read_ruleset
from accessreview.services.application import SCHEDULER
from accessreview.services.assessment import Assessing
from accessreview.storage import migration
from accessreview.storage.database import open_database
from accessreview.system import SystemClock
from tests.servers.postgres import postgresql

RULESET = Path(__file__).with_name("ruleset.toml")


def load_ruleset() -> Ruleset:
    return _ruleset(RULESET.read_text("utf-8"))


def two_rules() -> Ruleset:
    """Only the rules that the plain methods judge as well."""
    ruleset = load_ruleset()
    rules = tuple(rule for rule in ruleset.rules if rule.id in RULES)
    duties = {name: ruleset.duties[name] for name in ("grant", "vm-admin")}
    return dataclasses.replace(ruleset, rules=rules, duties=duties)


def numbered_memberships(estate: Estate) -> DirectMemberships:
    """Direct memberships as arrays, from which the closure starts."""
    counts = len(estate.snapshot["accounts"]), len(estate.snapshot["groups"])
    members = estate.snapshot["members"]
    return number_memberships(members, estate.account_keys, estate.group_keys, counts)


def close(estate: Estate, direct: DirectMemberships) -> Memberships:
    return close_memberships(direct, estate.principals)


def findings(estate: Estate, direct: DirectMemberships, ruleset: Ruleset) -> Findings:
    """From numbered arrays: closure, classes, regions, and every rule on them."""
    vcenters = {
        name: arrange(v.inventory, v.entries, v.role_ids, v.role_names, v.privileges)
        for name, v in estate.vcenters.items()
    }
    memberships = close(estate, direct)
    fresh = dataclasses.replace(estate, memberships=memberships, vcenters=vcenters)
    return assess(fresh, ruleset)


def pairs(estate: Estate, memberships: Memberships) -> int:
    """How many pairs there are of an account and a principal that names a group of it."""
    groups = sum(
        1 << number for number, is_group in enumerate(estate.principals.is_group) if is_group
    )
    sizes = np.bincount(memberships.class_of, minlength=len(memberships.classes)).tolist()
    return sum(
        (mask & groups).bit_count() * size
        for mask, size in zip(memberships.classes, sizes, strict=True)
    )


def violations(found: Findings, bundle: Path, chosen: NDArray[np.int64]) -> Iterator[Violation]:
    """The findings of the chosen identities, as the plain methods tell them."""
    names = identity_names(bundle)
    number = {names[identity]: identity for identity in chosen.tolist()}
    for finding in found:
        if finding.key.rule in RULES and finding.key.subject in number:
            yield finding.key.rule, number[finding.key.subject], finding.places


def questions(estate: Estate, count: int) -> dict[str, list[Callable[[], object]]]:
    """Questions of each kind to a loaded estate, about accounts and entities drawn at random."""
    rng = np.random.default_rng(11)
    somebody = np.flatnonzero(estate.memberships.class_of)
    accounts = [estate.account_ref(int(row)) for row in rng.choice(somebody, count)]
    table = estate.snapshot["entities"]
    rows = rng.integers(0, len(table), count).tolist()
    entities = [EntityRef(table["source"][row], table["id"][row]) for row in rows]
    duty = load_ruleset().duties["vm-admin"]

    def why(account: AccountRef, entity: EntityRef) -> Callable[[], object]:
        return lambda: explain(estate, account, entity)

    def holders(entity: EntityRef) -> Callable[[], object]:
        """The first page: a hundred rows are made, all are counted."""
        return lambda: who(estate, entity, duty=duty)[:100]

    return {
        "explain": [why(*pair) for pair in zip(accounts, entities, strict=True)],
        "who": [holders(entity) for entity in entities],
    }


def changes(estate: Estate, count: int) -> dict[str, list[Callable[[], object]]]:
    """Changes of each kind, drawn at random, each made to the same standing of all rules.

    Memberships and nestings of groups are new ones; permissions get another role or go; roles get
    the privileges of another.
    """
    standing = Standing.of(estate, load_ruleset())
    rng = np.random.default_rng(13)
    tables = estate.snapshot.tables

    def drawn(table: str) -> list[int]:
        rows: list[int] = rng.integers(0, len(tables[table]), count).tolist()
        return rows

    def revised(made: Iterable[Change]) -> list[Callable[[], object]]:
        return [partial(revise, standing, change) for change in made]

    groups = [estate.group_ref(row) for row in drawn("groups")]
    inner = [estate.group_ref(row) for row in drawn("groups")]
    accounts = [estate.account_ref(row) for row in drawn("accounts")]
    permissions = [estate.permission(row) for row in drawn("permissions")]
    roles = [
        (source, tables["roles"]["id"][row])
        for row in drawn("roles")
        for source in (tables["roles"]["source"][row],)
    ]
    return {
        "membership": revised(
            MembershipChange(*pair, present=True) for pair in zip(groups, accounts, strict=True)
        ),
        "nesting": revised(
            MembershipChange(*pair, present=True) for pair in zip(groups, inner, strict=True)
        ),
        "permission": revised(
            PermissionSet(dataclasses.replace(permission, role=_other_role(estate, permission)))
            for permission in permissions
        ),
        "removal": revised(PermissionRemoved(permission.key) for permission in permissions),
        "role": revised(
            RoleChange(source, role, estate.vcenters[source].privileges[-1])
            for source, role in roles
        ),
    }


def _other_role(estate: Estate, permission: Permission) -> str:
    ids = estate.vcenters[permission.key.entity.vcenter].role_ids
    return ids[(ids.index(permission.role) + 1) % len(ids)]


@contextmanager
def stored(snapshot: Snapshot, *, server: bool) -> Iterator[Callable[[], int]]:
    """A new database with the snapshot in it, and what assesses that and stores the findings."""
    with _address(server=server) as address:
        migration.migrate(address, directory("migrations"))
        database, clock = open_database(address), SystemClock()
        with database.writing() as work:
            work.snapshots.add(snapshot, clock.now())
            work.audit.record("bench:snapshot:add", "bench", snapshot.digest, {}, clock.now())
        assessing = Assessing(
            database=database,
            clock=clock,
            ruleset=load_ruleset(),
            engine_version="bench",
            parse_ruleset=_ruleset,
        )
        yield lambda: len(assessing.run(SCHEDULER).findings)
        database.close()


@contextmanager
def _address(*, server: bool) -> Iterator[str]:
    if server:
        with postgresql(shared_buffers="128MB") as address:
            yield address
    else:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.db"


def _ruleset(text: str) -> Ruleset:
    return read_ruleset(text, RULESET.name, None)[0]
