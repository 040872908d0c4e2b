"""One session with vCenter's REST API, as strict as the one by pyVmomi.

Verified like that one, within a deadline, without redirects (they could lead the credentials
elsewhere), each answer read only up to a limit; no word of a server's answer is quoted but the
name of an error.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode

from accessreview.model.errors import AccessReviewError, ConfigurationError
from accessreview.tls import Deadline
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.session import failing_in_words, password_of
from accessreview.vsphere.settings import VCenterSettings
from accessreview.vsphere.tls import strict_context

_SESSION = "/api/session"
_TOKEN_HEADER = "vmware-api-session-id"  # noqa: S105 - the header's name, no secret
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_ERROR_NAME = re.compile(r"[A-Z][A-Z_]{1,63}")
_LIMIT = 64 << 20
"""Bytes of one answer."""


class RefusedRequestError(NoVCenterError):
    """An answer that is no success, with its HTTP status."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class RestSession:
    """A login that stands. ``post`` and ``get`` belong into a ``step``, which words their errors.

    Both give the answer as JSON's own values, None for an empty one.
    """

    settings: VCenterSettings
    error: type[AccessReviewError]
    _connection: HTTPSConnection = field(repr=False)
    _token: str = field(repr=False)

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Turn whatever fails inside into one sentence that says what was being done."""
        with failing_in_words(self.settings, doing, self.error):
            yield

    def get(self, path: str, query: Mapping[str, str] | None = None) -> object:
        return self._ask("GET", path, query, None)

    def post(self, path: str, body: object, query: Mapping[str, str] | None = None) -> object:
        return self._ask("POST", path, query, body)

    def _ask(self, method: str, path: str, query: Mapping[str, str] | None, body: object) -> object:
        target = f"{path}?{urlencode(query)}" if query else path
        return _exchange(self._connection, method, target, {_TOKEN_HEADER: self._token}, body)


@contextmanager
def open_rest(
    settings: VCenterSettings, error: type[AccessReviewError], deadline: Deadline | None = None
) -> Iterator[RestSession]:
    """Log in, and out again at the end, within ``deadline`` or else that of ``settings``.

    Raises:
        error: the vCenter cannot be reached, verified or logged in to.
        ConfigurationError: the settings cannot be used.
    """
    end = deadline or Deadline(settings.timeout_seconds, settings.deadline_seconds)
    context = strict_context(settings, end)
    connection = HTTPSConnection(
        settings.host, settings.port, timeout=settings.timeout_seconds, context=context
    )
    try:
        with failing_in_words(settings, f"logging in to REST as {settings.username}", error):
            connection.timeout = end.wait_seconds
            token = _login(connection, settings)
        try:
            yield RestSession(settings, error, connection, token)
        finally:
            headers = {_TOKEN_HEADER: token}
            end.leave(lambda: _exchange(connection, "DELETE", _SESSION, headers, None))
    finally:
        connection.close()


def _login(connection: HTTPSConnection, settings: VCenterSettings) -> str:
    if ":" in settings.username:
        raise ConfigurationError(
            f"The user name {settings.username} for {settings.label} holds a colon, with which"
            " nobody can sign in to REST."
        )
    pair = f"{settings.username}:{password_of(settings)}".encode()
    basic = {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
    token = _exchange(connection, "POST", _SESSION, basic, None, login=True)
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoVCenterError("the answer is no session of a vCenter")
    return token


def _exchange(  # noqa: PLR0913 - a request has that many parts
    connection: HTTPSConnection,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: object,
    *,
    login: bool = False,
) -> object:
    sent = None if body is None else json.dumps(body).encode()
    described = {"Accept": "application/json", **headers}
    if sent is not None:
        described["Content-Type"] = "application/json"
    try:
        connection.request(method, target, sent, described)
        with connection.getresponse() as response:
            answer = _body(response)
    except UnicodeError:
        raise NoVCenterError("the host name cannot be looked up") from None
    except Exception:
        connection.close()  # what is left of the answer would be taken for the next one
        raise
    _refuse_failure(response.status, answer, login=login)
    return _decoded(answer) if answer.strip() else None


def _body(response: HTTPResponse) -> bytes:
    body = response.read(_LIMIT + 1)
    if len(body) > _LIMIT:
        raise NoVCenterError(f"an answer is longer than {_LIMIT >> 20} MiB")
    if response.length:
        raise HTTPException("the answer was cut off")
    return body


def _refuse_failure(status: int, answer: bytes, *, login: bool) -> None:
    match status:
        case 200 | 201 | 202 | 204:
            return
        case 401 if login:
            why = (
                "the user name or the password is wrong, or the account is locked; nothing was"
                " tried twice"
            )
        case 401:
            why = "the session ended, or the account may not ask this"
        case 403:
            why = "the account lacks the privilege for this"
        case 404:
            why = "this vCenter does not know what was asked; it may be too old for it"
        case _ if 300 <= status < 400:  # noqa: PLR2004 - redirects
            why = "it leads elsewhere, which is not followed"
        case _:
            why = "vCenter answered with an error"
    raise RefusedRequestError(f"{why} ({_named(status, answer)})", status)


def _named(status: int, answer: bytes) -> str:
    """The status, and the name that the API gives the error."""
    words = f"HTTP status {status}"
    with suppress(NoVCenterError):
        told = _decoded(answer)
        name = told.get("error_type") if isinstance(told, dict) else None
        if isinstance(name, str) and _ERROR_NAME.fullmatch(name):
            return f"{words}, {name}"
    return words


def _decoded(answer: bytes) -> object:
    try:
        told: object = json.loads(answer)
    except (ValueError, RecursionError):
        raise NoVCenterError("the answer was cut off or is no JSON") from None
    return told
