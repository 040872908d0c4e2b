"""The pages that only show: overview, violations, sources, audit trail, users."""

from collections.abc import Callable

from accessreview.model.user import UserRole
from tests.browser import Browser
from tests.tool import ADMINISTRATOR, PASSWORD, Tool

OpenBrowser = Callable[[str], Browser]


def test_the_overview_counts_violations_campaigns_and_sources(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/").text
    assert "Open violations" in page
    assert "Spring review" in page
    assert "02 Mar 2026, 09:00 UTC" in page


def test_a_reviewer_sees_what_awaits_him_and_nothing_else(browser: OpenBrowser) -> None:
    page = browser("cat").get("/").text
    assert "2 answers from you, please" in page
    assert "Violations" not in page


def test_a_violation_is_explained_by_both_of_its_paths(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/violations/one?rule=SOD-1&kind=identity&subject=dan").text
    assert "Host administration" in page
    assert "VM administration" in page
    for step in ("Dan Doer", "Team", "CORP\\VM Admins", "CORP\\Host Admins", "Host administrator"):
        assert step in page


def test_violations_are_filtered_and_counted(browser: OpenBrowser) -> None:
    here = browser("auditor")
    assert "1 to 3 of 3 violations" in here.get("/violations").text
    assert "1 to 2 of 2 violations" in here.get("/violations?severity=critical").text
    assert "No violations" in here.get("/violations?state=closed").text
    assert "1 to 3 of 3 violations" in here.get("/violations?state=any&page=99").text


def test_a_violation_that_never_was_is_not_found(browser: OpenBrowser) -> None:
    for query in ("", "?rule=SOD-1&kind=identity&subject=nobody", "?rule=x&kind=y&subject=z"):
        assert browser("auditor").get(f"/violations/one{query}").status_code == 404


def test_sources_say_how_complete_and_how_old_they_are(whole: Tool, browser: OpenBrowser) -> None:
    assert "Complete" in browser("auditor").get("/sources").text
    whole.clock.move(days=3)
    page = browser("auditor").get("/sources").text
    assert "<b>old</b>" in page
    assert "02 Mar 2026, 09:00 UTC" in page


def test_names_that_lead_to_nobody_or_to_several_are_listed(
    whole: Tool, browser: OpenBrowser
) -> None:
    assert "lead to nobody" not in browser("auditor").get("/sources").text
    unread = "VSPHERE.LOCAL\\Administrators"
    whole.company.add("permissions", "vc", "root", unread, "true", "-1", "true")
    whole.company.add("principal_names", "dir", "fay", "CORP\\amy")

    whole.application.refresh.run(ADMINISTRATOR)
    page = browser("auditor").get("/sources").text

    assert "2 names in the newest snapshot" in page
    assert unread in page
    assert "2: Amy Admin (corp.example), Fay Fallback (corp.example)" in page


def test_the_audit_trail_is_paged_and_searched(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("auditor")
    with whole.application.database.reading() as work:
        total = len(work.audit.list())
    assert f"1 to {total} of {total} events" in here.get("/audit").text
    assert "1 to 5 of 5 events" in here.get("/audit?containing=USER:add").text


def test_users_are_added_disabled_and_enabled(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("admin")
    fields = {"login": "dan", "display_name": "Dan", "role": "reviewer", "identity": "dan"}
    assert here.post("/users", **fields, password="short").status_code == 422
    assert here.post("/users", **fields, password=PASSWORD).status_code == 303
    again = here.post("/users", **fields, password=PASSWORD)
    assert again.status_code == 422
    assert 'value="Dan"' in again.text
    users = {user.login: user for user in whole.application.users.list(ADMINISTRATOR)}
    assert users["dan"].role is UserRole.REVIEWER
    here.post(f"/users/{users['dan'].id}/disable")
    assert browser("").sign_in("dan").status_code == 403
    here.post(f"/users/{users['dan'].id}/enable")
    assert browser("").sign_in("dan").status_code == 303
    assert here.post(f"/users/{users['admin'].id}/disable").status_code == 409
