"""Errors as answers: a status by table, a sentence, and never a stack trace."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar

from flask import Flask, Response, make_response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from accessreview.model.errors import (
    AccessReviewError,
    CollectionError,
    ConfigurationError,
    ConflictError,
    InputError,
    IntegrityError,
    NotAllowedError,
    NotFoundError,
    RemediationError,
    SelfReviewError,
    StorageError,
    UnavailableError,
)
from accessreview.web.page import Page, render

_log = logging.getLogger(__name__)

STATUSES: Mapping[type[AccessReviewError], HTTPStatus] = MappingProxyType(
    {
        InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
        ConfigurationError: HTTPStatus.CONFLICT,
        NotFoundError: HTTPStatus.NOT_FOUND,
        NotAllowedError: HTTPStatus.FORBIDDEN,
        SelfReviewError: HTTPStatus.FORBIDDEN,
        ConflictError: HTTPStatus.CONFLICT,
        CollectionError: HTTPStatus.BAD_GATEWAY,
        RemediationError: HTTPStatus.BAD_GATEWAY,
        IntegrityError: HTTPStatus.INTERNAL_SERVER_ERROR,
        StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
        UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)

_SENTENCES: Mapping[int, str] = MappingProxyType(
    {
        400: "The browser sent something this page cannot read. Go back and try again.",
        404: "There is no such page, or nothing here that you may see.",
        405: "This address does not take what was sent. Go back and use the page's own buttons.",
        413: "That was more than one request may carry. Save smaller parts.",
    }
)
_FORM_TOO_OLD = (
    "This page had been open too long or was opened before you signed in, so nothing was saved. "
    "Go back, copy what you typed, reload the page and send it again."
)
_STRANGE_HOST = (
    "This application does not answer to the name it was addressed by. "
    "Name it in web.trusted_hosts of the configuration if it should.\n"
)
_UNFORESEEN = (
    "Something unforeseen went wrong, and nothing of this request was saved. "
    "The details are in the server's log."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    template: ClassVar[str] = "error.html"
    sentences: tuple[str, ...]
    status: int


def sentences(error: AccessReviewError) -> tuple[str, ...]:
    """Every sentence of an error, with the number of those left out said."""
    if not isinstance(error, InputError):
        return (str(error),)
    left_out = error.total - len(error.problems)
    more = (f"There are {left_out} more problems like these.",) if left_out > 0 else ()
    return (*error.problems, *more)


def register(app: Flask) -> None:
    app.register_error_handler(AccessReviewError, _on_purpose)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _protocol)
    app.register_error_handler(Exception, _unforeseen)


def _on_purpose(error: AccessReviewError) -> Response:
    status = STATUSES[type(error)]
    _log.warning("%s %s: %s", request.method, request.path, type(error).__name__)
    return _answer(status, *sentences(error))


def _form_too_old(_error: CSRFError) -> Response:
    return _answer(HTTPStatus.BAD_REQUEST, _FORM_TOO_OLD)


def _protocol(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # Without a host that is ours there are no addresses, so no page either.
        return Response(_STRANGE_HOST, 400, content_type="text/plain; charset=utf-8")
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if error.response is not None or code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())  # a redirect of the router
    return _answer(HTTPStatus(code), _SENTENCES.get(code, f"{HTTPStatus(code).phrase}."))


def _unforeseen(_error: Exception) -> Response:
    _log.exception("%s %s failed", request.method, request.path)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, _UNFORESEEN)


def _answer(status: HTTPStatus, *said: str) -> Response:
    titles = {403: "Not allowed", 404: "Not found", 409: "Not possible now"}
    title = titles.get(status, "This did not work")
    return render(ErrorPage(title=title, sentences=said, status=status.value), status)
