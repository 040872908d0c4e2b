"""Who gets to which page, and how another site is kept from sending forms."""

from collections.abc import Callable

import pytest
from flask import Flask

from accessreview.services.authorization import CAPABILITIES, Capability
from accessreview.web.guard import OPEN, declared, local_address
from accessreview.web.headers import HEADERS
from tests.browser import Browser
from tests.tool import LOGINS, Tool

OPEN_ENDPOINTS = {"static", "health.show", "sign_in.show", "sign_in.enter"}
OpenBrowser = Callable[[str], Browser]


def _routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with a method and an address; parameters name nothing that exists."""
    routes = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        address = rule.rule
        for argument in rule.arguments:
            address = address.replace(f"<{argument}>", "nothing")
        methods = rule.methods or set()
        routes += [(rule.endpoint, method, address) for method in sorted(methods & {"GET", "POST"})]
    return routes


def test_every_endpoint_declares_what_it_needs(whole: Tool) -> None:
    undeclared = {
        rule.endpoint
        for rule in whole.app.url_map.iter_rules()
        if declared(whole.app, rule.endpoint) is None
    }
    assert not undeclared
    open_ones = {
        rule.endpoint
        for rule in whole.app.url_map.iter_rules()
        if declared(whole.app, rule.endpoint) == OPEN
    }
    assert open_ones == OPEN_ENDPOINTS


def test_an_endpoint_that_declares_nothing_is_closed(whole: Tool) -> None:
    whole.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = whole.app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("login", sorted(LOGINS))
def test_each_role_reaches_exactly_the_pages_of_its_capabilities(
    whole: Tool, browser: OpenBrowser, login: str
) -> None:
    role, _ = LOGINS[login]
    here = browser(login)
    for endpoint, method, address in _routes(whole.app):
        needed = declared(whole.app, endpoint)
        if not isinstance(needed, Capability) or endpoint == "sign_in.leave":
            continue
        answer = here.get(address) if method == "GET" else here.post(address)
        allowed = needed in CAPABILITIES[role]
        assert (answer.status_code != 403) is allowed or endpoint == "sign_in.change_password", (
            f"{method} {address} answered {answer.status_code} to {login}"
        )
        assert answer.status_code < 500, f"{method} {address} failed"


def test_nobody_reaches_a_page_without_signing_in(whole: Tool) -> None:
    client = whole.app.test_client()
    for endpoint, method, address in _routes(whole.app):
        if endpoint not in OPEN_ENDPOINTS:
            answer = client.open(address, method=method)
            if method == "POST" and endpoint.startswith("reviews."):
                assert answer.status_code == 401  # the form is kept
            else:
                assert answer.status_code == 303
                assert answer.headers["Location"].startswith("/sign-in")


def test_a_form_without_its_secret_is_refused(browser: OpenBrowser, whole: Tool) -> None:
    here = browser("admin")
    before = _events(whole)
    for fields in ({}, {"csrf_token": "guessed"}, {"csrf_token": browser("auditor").secret()}):
        answer = here.client.post("/sources/collect", data=fields)
        assert answer.status_code == 400
        assert "nothing was saved" in answer.text
    assert _events(whole) == before + 1  # the auditor's own sign-in


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_send_a_form_even_with_the_secret(
    browser: OpenBrowser, whole: Tool, headers: dict[str, str]
) -> None:
    here = browser("admin")
    secret = here.secret()
    before = _events(whole)
    answer = here.client.post("/sources/collect", data={"csrf_token": secret}, headers=headers)
    assert answer.status_code == 403
    assert "Another site" in answer.text
    assert _events(whole) == before


def test_another_site_cannot_sign_somebody_in(whole: Tool) -> None:
    answer = whole.app.test_client().post("/sign-in", data={"login": "ben"})
    assert answer.status_code == 400


def test_reading_pages_changes_nothing(whole: Tool, browser: OpenBrowser) -> None:
    for login in ("admin", "auditor", "ben"):
        here = browser(login)
        before = _events(whole)
        for _, method, address in _routes(whole.app):
            if method == "GET":
                here.get(address.replace("nothing", whole.campaign.id))
        assert _events(whole) == before


def test_every_answer_tells_the_browser_to_run_nothing_and_keep_nothing(
    browser: OpenBrowser,
) -> None:
    here = browser("admin")
    for address in ("/", "/violations", "/nowhere", "/reviews", "/healthz"):
        answer = here.get(address)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_host_that_is_not_ours_is_refused(whole: Tool) -> None:
    answer = whole.app.test_client().get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", ""]
)
def test_signing_in_leads_nowhere_else(browser: OpenBrowser, address: str) -> None:
    assert local_address(address) == "/"
    assert browser("").sign_in("ben", back=address).headers["Location"] == "/"


def test_an_unforeseen_failure_shows_no_trace(
    whole: Tool, browser: OpenBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    here = browser("admin")
    whole.app.view_functions["overview.show"] = _breaks
    answer = here.get("/")
    assert answer.status_code == 500
    assert "Something unforeseen" in answer.text
    for telling in ("Traceback", "ZeroDivisionError", ".py"):
        assert telling not in answer.text
    assert "ZeroDivisionError" in caplog.text


def _breaks() -> str:
    return str(1 // 0)


_breaks.needs = Capability.SEE_OVERVIEW  # type: ignore[attr-defined]


def _events(whole: Tool) -> int:
    with whole.application.database.reading() as work:
        return len(work.audit.list())
