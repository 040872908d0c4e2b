"""That the sample shows what it is made to show: every rule, and clean people, too."""

from accessreview.analysis.estate import Estate
from accessreview.analysis.hygiene import ambiguities
from accessreview.analysis.rules import assess
from accessreview.bootstrap.mapping import read_mapping
from accessreview.model.snapshot import Coverage, Snapshot
from accessreview.rulesets.shipped import shipped_ruleset
from accessreview.sample import SAMPLE


def _logins(snapshot: Snapshot, identity: str) -> set[str]:
    return {
        row[2]
        for row in snapshot["accounts"].rows()
        if (row[7] or f"{row[0]}/{row[1]}") == identity
    }


def test_every_rule_of_the_shipped_ruleset_is_violated_by_somebody(estate: Estate) -> None:
    ruleset = shipped_ruleset()

    found = {finding.key.rule for finding in assess(estate, ruleset)}

    assert found == {rule.id for rule in ruleset.rules}


def test_most_people_violate_nothing(snapshot: Snapshot, estate: Estate) -> None:
    violating = {finding.key.subject for finding in assess(estate, shipped_ruleset())}
    people = {row[7] for row in snapshot["accounts"].rows() if row[7]}

    assert len(people) == 151
    assert len(people - violating) > 120


def test_one_person_administers_hosts_and_machines_by_nested_groups_and_one_by_two_accounts(
    snapshot: Snapshot, estate: Estate
) -> None:
    violating = [
        _logins(snapshot, finding.key.subject)
        for finding in assess(estate, shipped_ruleset())
        if finding.key.rule == "SOD-001"
    ]

    assert {"mateo.fuentes"} in violating
    assert {"alice.berg", "adm-alice.berg"} in violating


def test_orphans_and_an_ambiguous_name_are_there(estate: Estate) -> None:
    found = {
        (one.vcenter, one.principal): len(one.matches)
        for one in ambiguities(estate)
        if not one.principal.startswith("VSPHERE.LOCAL")
    }

    assert found == {
        ("vc-rotterdam", "HALDEN\\GG-Old-Hosting"): 0,
        ("vc-rotterdam", "HALDEN\\j.vandermeer"): 0,
        ("vc-trondheim", "LAB\\david.kim"): 2,
    }


def test_all_sources_are_complete(snapshot: Snapshot) -> None:
    assert len(snapshot.sources) == 5
    assert {source.coverage for source in snapshot.sources} == {Coverage.FULL}


def test_it_has_the_size_of_a_middling_company(snapshot: Snapshot) -> None:
    assert len(snapshot["entities"]) == 495
    assert len(snapshot["groups"]) == 65
    disabled = {row[2] for row in snapshot["accounts"].rows() if row[6] == "false"}
    assert disabled == {
        "oscar.lindgren",
        "gustav.lien",
        "lars.odegaard",
        "adm-dmitri.volkov",
        "caleb.stone",
    }


def test_a_fault_tolerance_secondary_shares_the_permissions_of_its_primary(
    snapshot: Snapshot,
) -> None:
    pair = [row for row in snapshot["entities"].rows() if row[3] == "crane-control"]

    assert sorted(row[6] for row in pair) == sorted(["", next(r[1] for r in pair if not r[6])])


def test_the_mapping_of_reviewers_names_people_and_entities_that_exist(snapshot: Snapshot) -> None:
    logins = set(snapshot["accounts"]["login"])
    entities = {(row[0], row[1]) for row in snapshot["entities"].rows()}

    rows = read_mapping(SAMPLE / "reviewers.csv")

    assert rows
    assert {row.reviewer for row in rows} <= logins
    assert {(row.vcenter, row.entity) for row in rows if row.entity} <= entities
