"""The strict reader of ruleset files (``docs/reference/ruleset.md``)."""

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accessreview.model.canonical import sha256
from accessreview.model.duties import matches
from accessreview.model.errors import InputError
from accessreview.model.policy import (
    ConflictRule,
    Duty,
    ReachRule,
    Rule,
    Ruleset,
    Scope,
    Severity,
    SprawlRule,
)

MANAGED_TYPES = frozenset(
    {
        "ClusterComputeResource",
        "ComputeResource",
        "Datacenter",
        "Datastore",
        "DistributedVirtualPortgroup",
        "DistributedVirtualSwitch",
        "Folder",
        "HostSystem",
        "Network",
        "OpaqueNetwork",
        "ResourcePool",
        "StoragePod",
        "VirtualApp",
        "VirtualMachine",
        "VmwareDistributedVirtualSwitch",
    }
)
"""The vSphere types of entities that permissions reach; any other in ``types`` is a warning."""

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Header(_Strict):
    id: Text
    version: Text


class _DutyTable(_Strict):
    title: str = ""
    types: list[Text] = []
    any_of: list[Text] = []
    at_least: int = Field(default=1, ge=1)
    all_of: list[Text] = []


class _RuleTable(_Strict):
    id: Text
    severity: Literal["critical", "high", "medium", "low"]
    title: str = ""
    rationale: str = ""
    advice: str = ""
    controls: dict[str, list[str]] = {}


class _Conflict(_RuleTable):
    kind: Literal["conflict"]
    duties: Annotated[list[Text], Field(min_length=1)]
    threshold: int | None = Field(default=None, ge=1)
    scope: Literal["object", "placement", "datacenter", "vcenter", "anywhere"]


class _Reach(_RuleTable):
    kind: Literal["reach"]
    duty: Text
    max_objects: int = Field(ge=0)


class _Sprawl(_RuleTable):
    kind: Literal["sprawl"]
    duty: Text
    max_identities: int = Field(ge=0)


_AnyRule = _Conflict | _Reach | _Sprawl


class _File(_Strict):
    ruleset: _Header
    duty: dict[str, _DutyTable] = {}
    rule: list[Annotated[_AnyRule, Field(discriminator="kind")]] = []


def read_ruleset(
    text: str, name: str, known_privileges: frozenset[str] | None
) -> tuple[Ruleset, tuple[str, ...]]:
    """Read a ruleset; ``name`` is what messages call the file.

    Returns the ruleset and warnings: patterns that match none of ``known_privileges`` (products
    add privileges; None leaves this unchecked) and types that vSphere does not have.

    Raises:
        InputError: anything else is wrong; one sentence each, with file, table and key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: this is not TOML: {error}.") from None
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        raise InputError(*(_sentence(name, raw, each) for each in error.errors())) from None
    problems = [f"{name}, {problem}" for problem in _problems(file)]
    if problems:
        raise InputError(*problems)
    ruleset = Ruleset(
        id=file.ruleset.id,
        version=file.ruleset.version,
        duties={ident: _duty(ident, table) for ident, table in file.duty.items()},
        rules=tuple(_rule(table) for table in file.rule),
        text=text,
        digest=sha256(text.encode()),
    )
    return ruleset, tuple(f"{name}, {each}" for each in _warnings(ruleset, known_privileges))


def _problems(file: _File) -> Iterator[str]:
    for ident, duty in file.duty.items():
        if not duty.any_of and not duty.all_of:
            yield f"[duty.{ident}]: give any_of or all_of; a duty without either is never held."
        if not duty.any_of and duty.at_least > 1:
            yield f"[duty.{ident}], key at_least: it counts matches of any_of, which is missing."
    for ident, count in Counter(rule.id for rule in file.rule).items():
        if count > 1:
            yield f"[[rule]] {ident}, key id: {count} rules have this id; every rule needs its own."
    for rule in file.rule:
        yield from _rule_problems(rule, file.duty)


def _rule_problems(rule: _AnyRule, defined: Collection[str]) -> Iterator[str]:
    duties = rule.duties if isinstance(rule, _Conflict) else [rule.duty]
    key = "duties" if isinstance(rule, _Conflict) else "duty"
    for duty_id, count in Counter(duties).items():
        if duty_id not in defined:
            yield f"[[rule]] {rule.id}, key {key}: no table [duty.{duty_id}] defines this duty."
        if count > 1:
            yield f"[[rule]] {rule.id}, key {key}: {duty_id} is listed {count} times."
    if isinstance(rule, _Conflict) and (rule.threshold or 1) > len(duties):
        yield (
            f"[[rule]] {rule.id}, key threshold: {rule.threshold} is more than the "
            f"{len(duties)} duties listed."
        )


def _sentence(name: str, raw: Mapping[str, object], error: Mapping[str, object]) -> str:
    """One problem of the form of the file, with table and key."""
    where = error["loc"]
    steps = [str(step) for step in where] if isinstance(where, tuple) else []
    message = str(error["msg"])
    if error["type"] == "extra_forbidden":
        message = "This key is unknown"
    elif error["type"] == "missing":
        message = "This key is missing"
    match steps:
        case ["rule", number, *rest] if number.isdecimal():
            rules = raw["rule"]
            rule = rules[int(number)] if isinstance(rules, list) else None
            ident = rule.get("id") if isinstance(rule, dict) else None
            table = f"[[rule]] {ident}" if ident else f"[[rule]] number {int(number) + 1}"
            keys = rest[1:] if rest and rest[0] in ("conflict", "reach", "sprawl") else rest
        case ["duty", ident, *keys]:
            table = f"[duty.{ident}]"
        case [table_name, *keys]:
            table = f"[{table_name}]"
        case _:
            table, keys = "the file", []
    key = f", key {'.'.join(keys)}" if keys else ""
    return f"{name}, {table}{key}: {message}."


def _duty(ident: str, table: _DutyTable) -> Duty:
    return Duty(
        id=ident,
        title=table.title or ident,
        types=frozenset(table.types),
        any_of=tuple(table.any_of),
        at_least=table.at_least,
        all_of=tuple(table.all_of),
    )


class _Common(TypedDict):
    id: str
    severity: Severity
    title: str
    rationale: str
    advice: str
    controls: Mapping[str, tuple[str, ...]]


def _rule(table: _AnyRule) -> Rule:
    common = _Common(
        id=table.id,
        severity=Severity(table.severity),
        title=table.title or table.id,
        rationale=table.rationale,
        advice=table.advice,
        controls={name: tuple(listed) for name, listed in table.controls.items()},
    )
    match table:
        case _Conflict():
            duties = tuple(table.duties)
            threshold = table.threshold or len(duties)
            scope = Scope(table.scope)
            return ConflictRule(**common, duties=duties, threshold=threshold, scope=scope)
        case _Reach():
            return ReachRule(**common, duty=table.duty, max_objects=table.max_objects)
        case _Sprawl():
            return SprawlRule(**common, duty=table.duty, max_identities=table.max_identities)


def _warnings(ruleset: Ruleset, known_privileges: frozenset[str] | None) -> Iterator[str]:
    for duty in ruleset.duties.values():
        for key, patterns in (("any_of", duty.any_of), ("all_of", duty.all_of)):
            for pattern in patterns:
                if known_privileges is not None and not any(
                    matches(pattern, privilege) for privilege in known_privileges
                ):
                    yield f"[duty.{duty.id}], key {key}: {pattern} matches no known privilege."
        for kind in sorted(duty.types - MANAGED_TYPES):
            yield f"[duty.{duty.id}], key types: vSphere has no entities of the type {kind}."
