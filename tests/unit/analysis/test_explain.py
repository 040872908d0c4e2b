"""Explanations a vSphere administrator would agree with."""

import pytest

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import build_estate
from accessreview.analysis.explain import explain
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef, EntityRef, Grant, InheritancePath
from accessreview.model.errors import NotFoundError
from tests.estates import VECTORS
from tests.explained import PAGE, page

U1 = AccountRef("corp", "u1")


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str], tuple[Grant, ...]]:
    estate = build_estate(read_bundle(VECTORS / "documented"))
    table = estate.snapshot["entities"]
    return {
        (vcenter, entity): explain(estate, U1, EntityRef(vcenter, entity))
        for vcenter, entity in zip(table["source"], table["id"], strict=True)
    }


def test_deciding_grants_add_up_to_the_effective_privileges() -> None:
    for folder in [VECTORS / "documented", VECTORS / "random" / "case-1"]:
        estate = build_estate(read_bundle(folder))
        entities = estate.snapshot["entities"]
        for row in range(0, len(estate.snapshot["accounts"]), 7):
            account = estate.account_ref(row)
            for source, ident in zip(entities["source"], entities["id"], strict=True):
                entity = EntityRef(source, ident)
                grants = explain(estate, account, entity)
                privileges = estate.vcenters[source].privileges
                roles = estate.vcenters[source].role_ids
                held = frozenset[str]().union(
                    *(privileges[roles.index(g.permission.role)] for g in grants if g.decides)
                )
                assert held == effective_privileges(estate, account, entity)


def test_a_nearer_entry_is_named_as_what_beat_the_one_above(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    won, lost = told["V02", "vma"][0], told["V02", "vma"][1]
    assert (won.decides, won.permission.key.principal) == (True, r"CORP\gB")
    assert (lost.decides, lost.permission.key.principal) == (False, r"CORP\gA")
    assert lost.why == (
        r"The group CORP\gA has the role “on” on folder with propagation, "
        r"but on the way up from vma by its folder folder the entry for the group CORP\gB "
        "with the role “snap” on vma is nearer and decides."
    )


def test_an_entry_for_the_account_is_named_as_what_replaced_the_groups(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    (lost, *_) = told["V03", "vma"]
    assert not lost.decides
    assert lost.why == (
        r"The group CORP\gA has the role “on” on folder, but there the entry for the user CORP\u1 "
        "with the role “none”, which gives no privilege, names the account itself and replaces "
        "the entries for its groups."
    )


def test_a_permission_that_loses_on_one_line_can_decide_on_the_other(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    fates = {(g.path, g.decides) for g in told["V07", "vma"]}
    assert fates == {(InheritancePath.SECOND_PARENT, True), (InheritancePath.PARENT, False)}


def test_an_entry_that_does_not_propagate_says_so(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    lost = [g for g in told["V04", "vma"] if not g.decides]
    (why,) = [g.why for g in lost]
    assert why == (
        r"The group CORP\gB has the role “ro” on folder without propagation, "
        "so it neither reaches vma nor stops what comes from above."
    )


def test_a_child_of_a_complex_entity_says_whose_permissions_it_shares(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    (grant,) = told["V12", "vmfolder"]
    assert grant.decides
    assert grant.why == (
        r"The group CORP\gA has the role “ro” on dc, which shares its permissions with vmfolder, "
        "so it counts as if it were set on vmfolder itself, whether it propagates or not."
    )


def test_the_chain_runs_from_the_login_through_groups_to_the_principal(
    told: dict[tuple[str, str], tuple[Grant, ...]],
) -> None:
    (grant,) = (g for g in told["V19", "vma"] if g.path is InheritancePath.PARENT)
    assert grant.via[0] == "u1"
    assert grant.via[-1] == r"CORP\gTop"
    assert len(grant.groups) == len(grant.via) - 1
    assert grant.groups[-1].id == "gTop"


def test_an_unknown_name_is_refused_with_a_sentence() -> None:
    estate = build_estate(read_bundle(VECTORS / "documented"))
    with pytest.raises(NotFoundError, match="No account nobody was read from corp"):
        explain(estate, AccountRef("corp", "nobody"), EntityRef("V01", "vma"))
    with pytest.raises(NotFoundError, match="No vCenter V99"):
        explain(estate, U1, EntityRef("V99", "vma"))
    with pytest.raises(NotFoundError, match="No entity vmz was read from V01"):
        explain(estate, U1, EntityRef("V01", "vmz"))


def test_the_page_of_explained_cases_is_what_the_engine_says() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "python -m tests.explained writes it again"
