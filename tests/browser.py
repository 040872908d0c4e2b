"""A browser without scripts: sends forms as a page of the application would, secret included."""

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.tool import PASSWORD

_SECRET = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    client: FlaskClient

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def secret(self, page: str = "/password") -> str:
        return _secret_in(self.client.get(page).text)

    def secret_over_tls(self, page: str) -> str:
        return _secret_in(self.client.get(page, base_url="https://localhost").text)

    def post(self, address: str, **fields: str) -> TestResponse:
        return self.client.post(address, data={"csrf_token": self.secret(), **fields})

    def sign_in(self, login: str, password: str = PASSWORD, back: str = "/") -> TestResponse:
        fields = {"login": login, "password": password, "back": back}
        secret = self.secret("/sign-in")
        return self.client.post("/sign-in", data={"csrf_token": secret, **fields})

    def post_sign_in(self, login: str, password: str, kept: str) -> TestResponse:
        """Sign in with a form that was kept."""
        self.client.delete_cookie("session")
        fields = {"login": login, "password": password, "kept": kept}
        secret = self.secret("/sign-in")
        return self.client.post("/sign-in", data={"csrf_token": secret, **fields})


def _secret_in(page: str) -> str:
    found = _SECRET.search(page)
    assert found is not None
    return found[1]
