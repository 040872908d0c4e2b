"""Every finding can be proven, and nothing is accepted that the reference does not find."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.analysis.certify import Certifier, certify
from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.bundles.reader import read_bundle
from accessreview.evidence.certificates import CertificateChecker
from accessreview.model.canonical import canonical_json
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import FindingKey
from accessreview.model.policy import ConflictRule, Duty, ReachRule, Ruleset, Scope, Severity
from accessreview.model.snapshot import Snapshot
from accessreview.snapshot.canonical import snapshot_digest
from tests.estates import VECTORS, small_snapshot
from tests.forgeries import Forger
from tests.mutations import Mutator
from tests.random_estates import MANY_PRIVILEGES, random_case, random_ruleset, random_snapshot
from tests.reference import Reference


def digested(snapshot: Snapshot) -> Snapshot:
    digest = snapshot_digest(snapshot.taken_at, snapshot.sources, snapshot.tables)
    return replace(snapshot, digest=digest)


def certificates(snapshot: Snapshot, ruleset: Ruleset) -> list[bytes]:
    """Of all findings, canonical."""
    estate = build_estate(snapshot)
    certifier = Certifier(estate, ruleset, "1.0")
    return [canonical_json(certifier.certify(finding)) for finding in assess(estate, ruleset)]


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_every_finding_of_a_hundred_estates_has_a_certificate_that_holds(start: int) -> None:
    proven = 0
    for seed in range(start, start + 20):
        case = random_case(seed)
        checker = CertificateChecker(case.snapshot, case.ruleset)
        for certificate in certificates(case.snapshot, case.ruleset):
            assert checker.problems(json.loads(certificate)) == [], (seed, certificate)
            proven += 1
    assert proven > 40


@pytest.mark.parametrize("seed", range(3))
def test_so_has_every_finding_beyond_64_principals(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    snapshot = random_snapshot(
        rng, accounts=30, groups=120, roles=150, permissions=400, privileges=MANY_PRIVILEGES
    )
    ruleset = random_ruleset(rng, MANY_PRIVILEGES)
    assert len(build_estate(snapshot).principals) > 64
    checker, found = CertificateChecker(snapshot, ruleset), certificates(snapshot, ruleset)
    assert found
    assert [checker.problems(json.loads(each)) for each in found] == [[]] * len(found)


@pytest.mark.parametrize("start", range(100, 180, 20))
def test_what_is_accepted_is_a_finding_of_the_reference_however_it_was_altered(start: int) -> None:
    refused = 0
    for seed in range(start, start + 20):
        case = random_case(seed)
        rng = Random(seed)  # noqa: S311 - reproducible, not secret
        mutator, forger = Mutator(rng, case.snapshot, case.ruleset), Forger(rng, case.snapshot)
        checker = CertificateChecker(case.snapshot, case.ruleset)
        truth: set[tuple[str, str]] | None = None
        for certificate in certificates(case.snapshot, case.ruleset):
            for _ in range(10):
                forged = forger.forged(certificate) if rng.random() < 0.3 else None
                altered = forged or mutator.mutated(certificate)
                if checker.problems(altered):
                    refused += 1
                    continue
                if truth is None:
                    found = Reference(case.snapshot).findings(case.ruleset)
                    truth = {(rule, subject) for rule, subject, _ in found}
                assert (altered["rule"], altered["subject"]) in truth, (seed, altered)
    assert refused > 400


@pytest.mark.parametrize("seed", range(20))
def test_no_fact_can_be_left_out_and_none_belongs_to_another_snapshot(seed: int) -> None:
    case = random_case(seed)
    snapshot = digested(case.snapshot)
    checker = CertificateChecker(snapshot, case.ruleset)
    other = CertificateChecker(digested(random_case(seed + 1000).snapshot), case.ruleset)
    for certificate in certificates(snapshot, case.ruleset)[:10]:
        for number, *keys in removable(json.loads(certificate)):
            altered = json.loads(certificate)
            holder = altered
            for key in keys:
                holder = holder[key]
            del holder[number]
            assert checker.problems(altered), (keys, number)
        assert other.problems(json.loads(certificate))[0].startswith("Its snapshot is")


def removable(value: Any, *keys: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """Where in a certificate a list has an element: its number, and the way to the list."""
    if isinstance(value, list):
        yield from ((number, *keys) for number in range(len(value)))
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from removable(value[key], *keys, key)


def test_a_certificate_is_the_same_whatever_was_certified_before() -> None:
    case = next(
        c for c in map(random_case, range(20)) if len(certificates(c.snapshot, c.ruleset)) > 9
    )
    estate = build_estate(case.snapshot)
    alone = [
        canonical_json(certify(estate, case.ruleset, finding, "1.0"))
        for finding in assess(estate, case.ruleset)
    ]
    assert alone == certificates(case.snapshot, case.ruleset)


def test_what_the_snapshot_does_not_show_cannot_be_certified() -> None:
    case = next(c for c in map(random_case, range(20)) if certificates(c.snapshot, c.ruleset))
    estate = build_estate(case.snapshot)
    finding = assess(estate, case.ruleset)[0]
    kind = finding.key.subject_kind
    for key in (FindingKey(finding.key.rule, kind, "nobody"), FindingKey("none", kind, "nobody")):
        with pytest.raises(NotFoundError):
            certify(estate, case.ruleset, replace(finding, key=key), "1.0")


# ------------------------------------------------------------------------------------- documented


def documented() -> list[tuple[str, tuple[str, ...]]]:
    lines = (VECTORS / "documented" / "expected.jsonl").read_text("utf-8").splitlines()
    return [
        (row["entity"], tuple(row["privileges"]))
        for row in map(json.loads, lines)
        if row["privileges"]
    ]


def test_every_documented_answer_that_gives_something_can_be_proven() -> None:
    snapshot = read_bundle(VECTORS / "documented")
    answers = documented()
    assert len(answers) > 10
    duties = {name: Duty(name, "", all_of=held) for name, held in answers}
    rules = tuple(
        ConflictRule(
            id=name,
            severity=Severity.LOW,
            title="",
            duties=(name,),
            threshold=1,
            scope=Scope.OBJECT,
        )
        for name in duties
    )
    ruleset = Ruleset("documented", "1", duties, rules, "", "")
    found = certificates(snapshot, ruleset)
    assert {json.loads(each)["rule"] for each in found} == set(duties)
    checker = CertificateChecker(snapshot, ruleset)
    assert [checker.problems(json.loads(each)) for each in found] == [[]] * len(found)


# ------------------------------------------------------------------------------------------ shape

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
SNAPSHOT = small_snapshot(
    [("dc", "Datacenter", "", "", ""), ("vm", "VirtualMachine", "dc", "", "")],
    roles={"1": ["VM.A"]},
    permissions=[("dc", "g", "1", True)],
    members=[("g", "u")],
)
REACH = ReachRule(id="r", severity=Severity.LOW, title="", duty="d", max_objects=1)
RULESET = Ruleset(
    "shape",
    "1",
    {"d": Duty("d", "", all_of=("VM.*",))},
    (REACH,),
    "",
    "",
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_handed_in_is_answered_in_sentences(data: st.DataObject) -> None:
    (certificate,) = certificates(SNAPSHOT, RULESET)
    altered = json.loads(certificate)
    holder, key = altered, data.draw(st.sampled_from(sorted(altered)))
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(
            st.sampled_from([*holder] if isinstance(holder, dict) else range(len(holder)))
        )
    before = holder[key]
    holder[key] = data.draw(JSON)
    checker = CertificateChecker(SNAPSHOT, RULESET)
    problems = checker.problems(altered)
    assert all(problem.endswith(".") for problem in problems)
    assert problems or (holder is altered and key == "engine") or holder[key] == before
    assert checker.problems(data.draw(JSON))


@pytest.mark.parametrize("extra", [{"note": "trust me"}, {"version": "1"}, {"grants": {"0": []}}])
def test_what_is_not_of_the_format_is_refused(extra: dict[str, object]) -> None:
    (certificate,) = certificates(SNAPSHOT, RULESET)
    assert CertificateChecker(SNAPSHOT, RULESET).problems(json.loads(certificate) | extra)


def test_what_witnesses_share_is_listed_once() -> None:
    def size(machines: int) -> int:
        snapshot = small_snapshot(
            [
                ("dc", "Datacenter", "", "", ""),
                *((f"vm-{n}", "VirtualMachine", "dc", "", "") for n in range(machines)),
            ],
            roles={"1": ["VM.A"]},
            permissions=[("dc", "g", "1", True)],
            members=[("g", "h"), ("h", "u")],
        )
        rule = replace(REACH, max_objects=machines)
        (certificate,) = certificates(snapshot, replace(RULESET, rules=(rule,)))
        return len(certificate)

    assert (size(1100) - size(100)) / 1000 < 130


def test_the_checker_shares_no_code_with_the_engine() -> None:
    script = (
        "import sys\nimport accessreview.evidence.certificates\n"
        "print(sorted(name for name in sys.modules if name.startswith('accessreview.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "accessreview.model.certificate" in done.stdout
    assert "accessreview.analysis" not in done.stdout
    assert "accessreview.model.duties" not in done.stdout
