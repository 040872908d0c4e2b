"""The way in: the sign-in page, and forms that came after a session had ended.

Such a form is carried through the sign-in, kept on the server, and offered again: what somebody
typed is not lost because a session was.
"""

import json
from dataclasses import dataclass
from typing import ClassVar

from flask import request, session

from accessreview.web.page import Page

_KEPT = "kept_form"
_CARRIED = frozenset({"reviews"})
"""The blueprints with forms that take long to fill in; none of them holds a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """``kept`` is a form as ``sent_form`` wrote it, or empty."""

    template: ClassVar[str] = "sign_in/show.html"
    login: str = ""
    back: str
    kept: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptForm:
    address: str
    fields: tuple[tuple[str, str], ...]


def sent_form() -> str:
    """The form that this request brought, as text; empty where forms are not kept."""
    if request.method != "POST" or request.blueprint not in _CARRIED:
        return ""
    fields = [item for item in request.form.items(multi=True) if item[0] != "csrf_token"]
    return json.dumps({"address": request.full_path.rstrip("?"), "fields": fields})


def values_with(kept: str) -> dict[str, object]:
    """The values of a session that begins with this form."""
    return {_KEPT: kept} if kept else {}


def kept_form() -> KeptForm | None:
    """The form that was kept when this session began."""
    try:
        kept = json.loads(str(session.get(_KEPT, "")))
        fields = tuple((str(name), str(value)) for name, value in kept["fields"])
        return KeptForm(str(kept["address"]), fields)
    except (ValueError, KeyError, TypeError):
        return None
