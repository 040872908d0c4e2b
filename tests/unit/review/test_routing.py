from dataclasses import replace
from itertools import pairwise

import pytest

from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.errors import ConflictError
from accessreview.model.review import RoutingReason
from accessreview.model.snapshot import SourceKind
from accessreview.review.people import people_of
from accessreview.review.places import places_of
from accessreview.review.routing import Question, ReviewerMapping, Routing
from accessreview.snapshot.compose import compose
from tests.company import TAKEN_AT, Company
from tests.snapshots import a_reading, a_source

DAN = AccountRef("dir", "dan")
VMA, TEAM = GroupRef("dir", "vma"), GroupRef("dir", "team")
KEY = PermissionKey(EntityRef("vc", "prod"), "CORP\\VM Admins", is_group=True)


def routing(
    company: Company, *mapping: ReviewerMapping, fallbacks: tuple[str, ...] = ("fay",)
) -> Routing:
    snapshot = company.snapshot()
    return Routing(
        people=people_of(snapshot),
        places=places_of(snapshot),
        mapping=mapping,
        fallbacks=fallbacks,
        group_names={VMA: "VM Admins", TEAM: "Team"},
    )


def question(
    subject: str = "dan",
    accounts: tuple[AccountRef, ...] = (DAN,),
    groups: tuple[GroupRef, ...] = (VMA, TEAM),
) -> Question:
    return Question(subject=subject, accounts=accounts, permission=KEY, groups=groups)


def test_the_owner_of_the_group_comes_before_the_manager() -> None:
    route = routing(Company()).route(question())
    assert (route.reviewer, route.name, route.reason) == (
        "cat",
        "Cat Owner",
        RoutingReason.GROUP_OWNER,
    )
    assert route.detail == "owner of the group VM Admins"


def test_the_owner_of_the_group_that_is_named_comes_before_that_of_an_inner_one() -> None:
    company = Company()
    company.add("responsibles", "dir", "team", "owner", "dir", "ben")
    assert routing(company).route(question()).reviewer == "cat"
    company.drop("responsibles", "dir", "vma", "owner")
    assert routing(company).route(question()).reviewer == "ben"


def test_of_several_owners_the_first_who_is_there_is_asked_and_the_others_are_named() -> None:
    company = Company()
    company.drop("responsibles", "dir", "vma", "owner")
    for owner in ("eve", "ben", "cat"):
        company.add("responsibles", "dir", "vma", "owner", "dir", owner)
    route = routing(company).route(question())
    assert route.reviewer == "ben"
    assert route.detail == (
        "owner of the group VM Admins; it is also owned by Cat Owner, Eve Gone (without an enabled"
        " account)"
    )


def test_the_subject_among_the_owners_is_passed_over_and_named() -> None:
    company = Company()
    company.add("responsibles", "dir", "vma", "owner", "dir", "ben")
    route = routing(company).route(question("ben", (AccountRef("dir", "ben"),)))
    assert (route.reviewer, route.detail) == (
        "cat",
        "owner of the group VM Admins; it is also owned by Ben Boss",
    )


def test_a_manager_in_another_directory_is_asked_like_any() -> None:
    company = Company()
    company.drop("responsibles", "dir", "dan")
    company.add("responsibles", "dir", "dan", "manager", "far", "boss")
    far = a_reading(
        a_source("far", SourceKind.DIRECTORY),
        {"accounts": [("far", "boss", "boss", "Far Boss", "", "human", "true", "")]},
    )
    snapshot = compose(TAKEN_AT, [company.reading("vc"), company.reading("dir"), far])
    asked = replace(routing(Company()), people=people_of(snapshot))
    route = asked.route(question(groups=()))
    assert (route.reviewer, route.name, route.reason) == (
        "far/boss",
        "Far Boss",
        RoutingReason.MANAGER,
    )


def test_without_an_owner_the_manager_is_asked() -> None:
    route = routing(Company()).route(question(groups=()))
    assert (route.reviewer, route.reason) == ("ben", RoutingReason.MANAGER)
    assert route.detail == "manager of Dan Doer"


def test_a_disabled_manager_is_climbed_over() -> None:
    company = Company()
    company.drop("responsibles", "dir", "dan")
    company.add("responsibles", "dir", "dan", "manager", "dir", "eve")
    company.add("responsibles", "dir", "eve", "manager", "dir", "cat")
    route = routing(company).route(question(groups=()))
    assert (route.reviewer, route.detail) == ("cat", "next manager above of Dan Doer")


def test_managers_in_a_circle_and_ones_self_lead_to_the_fallback() -> None:
    company = Company()
    company.drop("responsibles", "dir", "dan")
    company.add("responsibles", "dir", "dan", "manager", "dir", "eve")
    company.add("responsibles", "dir", "eve", "manager", "dir", "dan")
    company.add("responsibles", "dir", "dan", "manager", "dir", "dan")
    route = routing(company).route(question(groups=()))
    assert (route.reviewer, route.reason) == ("fay", RoutingReason.FALLBACK)


def test_a_ladder_of_managers_is_climbed_ten_steps_high() -> None:
    company = Company()
    company.drop("responsibles", "dir", "dan")
    chain = ["dan", *(f"off{step}" for step in range(10)), "cat"]
    for one in chain[1:-1]:
        company.add("accounts", "dir", one, one, one, "", "human", "false", one)
    for below, above in pairwise(chain):
        company.add("responsibles", "dir", below, "manager", "dir", above)
    assert routing(company).route(question(groups=())).reviewer == "fay"


def test_a_second_account_of_the_subject_is_never_asked() -> None:
    company = Company()
    company.add("responsibles", "dir", "hosts", "owner", "dir", "amy-adm")
    asked = question("amy", (AccountRef("dir", "amy"),), (GroupRef("dir", "hosts"),))
    assert routing(company).route(asked).reviewer == "ben"


def test_the_most_specific_mapping_wins() -> None:
    mapping = [
        ReviewerMapping(reviewer="all"),
        ReviewerMapping(reviewer="vcenter", vcenter="vc"),
        ReviewerMapping(reviewer="far", vcenter="vc", entity="root"),
        ReviewerMapping(reviewer="near", vcenter="vc", entity="dc"),
        ReviewerMapping(reviewer="principal", principal="corp\\vm admins"),
        ReviewerMapping(reviewer="elsewhere", vcenter="other", principal="corp\\vm admins"),
    ]
    company = Company()
    seen = []
    while mapping:
        route = routing(company, *mapping).route(question())
        if route.reason is not RoutingReason.MAPPING:
            break
        seen.append(route.reviewer)
        mapping = [each for each in mapping if each.reviewer != route.reviewer]
    assert seen == ["principal", "near", "far", "vcenter", "all"]


@pytest.mark.parametrize("account", ["DAN", "dan", "dir/backup"])
def test_a_mapping_of_the_account_goes_before_every_other(account: str) -> None:
    """For accounts of services above all, which have no manager."""
    mapping = (
        ReviewerMapping(reviewer="principal", principal="corp\\vm admins"),
        ReviewerMapping(reviewer="keeper", account=account),
    )
    backup = question("dir/backup", (AccountRef("dir", "backup"),), ())
    of_dan = routing(Company(), *mapping).route(question())
    of_backup = routing(Company(), *mapping).route(backup)
    keeper, other = (of_backup, of_dan) if "/" in account else (of_dan, of_backup)
    assert (keeper.reviewer, keeper.detail) == ("keeper", f"mapped to access of {account}")
    assert other.reviewer == "principal"


def test_a_mapping_may_name_a_login_and_is_passed_over_for_its_own_access() -> None:
    to_dan = ReviewerMapping(reviewer="dan")
    to_amy = ReviewerMapping(reviewer="AMY-ADM", vcenter="vc")
    assert routing(Company(), to_amy).route(question()).reviewer == "amy"
    assert routing(Company(), to_dan).route(question()).reviewer == "cat"


def test_somebody_whom_only_they_themselves_could_review_is_named() -> None:
    with pytest.raises(ConflictError, match=r"Nobody but Fay Fallback .* vCenter Berlin"):
        routing(Company()).route(question("fay", (AccountRef("dir", "fay"),), ()))


def test_a_second_fallback_is_asked_about_the_first() -> None:
    asked = question("fay", (AccountRef("dir", "fay"),), ())
    route = routing(Company(), fallbacks=("fay", "ben")).route(asked)
    assert (route.reviewer, route.reason) == ("ben", RoutingReason.FALLBACK)


def test_places_read_as_the_vcenter_shows_them() -> None:
    places = places_of(Company().snapshot())
    assert places.path(EntityRef("vc", "vm1")) == "vCenter Berlin / Berlin / Prod / web-1"
    assert places.path(EntityRef("vc", "vmf")) == "vCenter Berlin / Berlin / vm"
    assert places.path(EntityRef("vc", "root")) == "vCenter Berlin"
    assert places.path(EntityRef("vc", "")) == "vCenter Berlin (global permission)"
    assert places.path(EntityRef("vc", "gone")) == "vCenter Berlin / gone"
    assert places.type(EntityRef("vc", "gone")) == ""
    assert places.roots("vc") == (EntityRef("vc", "root"),)
