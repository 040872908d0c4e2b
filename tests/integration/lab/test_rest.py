"""What the lab tells by REST: permissions of version 9, checks of privileges, and when not."""

import base64
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from typing import Any

import pytest

from tests.integration.lab.conftest import ANN, PASSWORD, Client
from tests.servers.lab_company import PERMISSIONS
from tests.servers.lab_vcenter import Lab

pytestmark = pytest.mark.integration

LIST = "/api/vcenter/authorization/permissions?action=list"
CHECKS = "/api/vcenter/authorization/privilege-checks"
NEWEST = {"api_version": "9.0.0.0"}


@dataclass(frozen=True)
class Rest:
    connection: HTTPSConnection

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, json.dumps(body) if body else None, sent)
        with self.connection.getresponse() as response:
            text = response.read()
            return response.status, json.loads(text) if text else None

    def login(self, user: str, password: str) -> tuple[int, Any]:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.ask("POST", "/api/session", Authorization=f"Basic {pair}")


@pytest.fixture
def rest(fresh: Lab) -> Iterator[Rest]:
    fresh.control({"do": "option", "options": NEWEST})
    context = ssl.create_default_context(cafile=fresh.ca_file)
    connection = HTTPSConnection(fresh.host, fresh.port, timeout=10, context=context)
    yield Rest(connection)
    connection.close()


@pytest.fixture
def token(fresh: Lab, rest: Rest) -> str:
    status, token = rest.login(fresh.user, fresh.password)
    assert status == 201
    return str(token)


def _list(rest: Rest, token: str, body: object) -> tuple[int, Any]:
    return rest.ask("POST", LIST, body, vmware_api_session_id=token)


def test_all_permissions_come_in_pages_and_global_ones_are_on_nothing(
    rest: Rest, token: str
) -> None:
    items: list[Any] = []
    body = {"iterate": {"page_size": 3}}
    while True:
        status, page = _list(rest, token, body)
        assert status == 200
        assert 0 < len(page["items"]) <= 3
        items += page["items"]
        if "marker" not in page:
            break
        body = {"iterate": {"page_size": 3, "marker": page["marker"]}}

    assert {
        (
            info.get("object", {}).get("id", ""),
            info["principal"]["name"],
            info["principal"]["type"] == "GROUP",
            int(info["role"]),
            info["propagating"],
        )
        for info in (item["info"] for item in items)
    } == {*PERMISSIONS}
    assert {item["info"]["principal"]["domain"] for item in items} == {"CORP"}


def test_a_filter_chooses_and_goes_with_no_marker(rest: Rest, token: str) -> None:
    chosen = {"filter": {"roles": ["-1"]}}
    _, page = _list(rest, token, chosen)
    assert [item["info"]["principal"]["name"] for item in page["items"]] == ["adm-bob"]

    status, error = _list(rest, token, {**chosen, "iterate": {"marker": "after-1"}})
    assert (status, error["error_type"]) == (400, "INVALID_ARGUMENT")


def test_nothing_is_told_without_a_session_or_before_version_9(
    fresh: Lab, rest: Rest, token: str
) -> None:
    assert rest.login(fresh.user, "wrong")[0] == 401
    assert _list(rest, "made up", {})[0] == 401
    fresh.control({"do": "option", "options": {"api_version": "8.0.3.0"}})
    assert _list(rest, token, {})[0] == 404
    assert rest.ask("DELETE", "/api/session", vmware_api_session_id=token)[0] == 204
    assert _list(rest, token, {})[0] == 401


def test_checks_of_privileges_are_told_after_a_marker(
    fresh: Lab, client: Client, rest: Rest, token: str
) -> None:
    asked = {"vmware_api_session_id": token}
    _, marker = rest.ask("GET", f"{CHECKS}/latest", None, **asked)
    with client(ANN) as content:
        assert content.authorizationManager is not None
        for _ in range(2):
            content.authorizationManager.RetrieveEntityPermissions(
                content.rootFolder,
                False,  # noqa: FBT003
            )
    body = {"iterate": {"marker": marker}}
    _, page = rest.ask("POST", f"{CHECKS}?action=list", body, **asked)
    told = [item for item in page["items"] if item["principal"]["name"] == "ann"]

    assert told == [
        {
            "object": {"type": "Folder", "id": "group-d1"},
            "principal": {"domain": "CORP", "name": "ann"},
            "privilege": "System.Read",
        }
    ]
    assert page["truncated"] is False
    fresh.control({"do": "option", "options": {"recorder_size": 1}})
    with client(ANN) as content:
        _ = content.rootFolder.childEntity
    _, page = rest.ask("POST", f"{CHECKS}?action=list", body, **asked)
    assert page["truncated"] is True


def test_checks_are_told_to_whom_may_collect_them(rest: Rest, token: str) -> None:
    assert token
    _, own = rest.login(ANN, PASSWORD)
    status, error = rest.ask("GET", f"{CHECKS}/latest", None, vmware_api_session_id=own)
    assert (status, error["error_type"]) == (403, "UNAUTHORIZED")
