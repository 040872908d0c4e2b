"""Why a directory server did not do what was asked, in words with the remedy.

Free text of the server is never quoted, for it might echo what was sent; of Active Directory's
only the number of its reason is looked at.
"""

import os
import re
import ssl
from types import MappingProxyType

from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError, LDAPStartTLSError

from accessreview.ldap.ber import MalformedError
from accessreview.ldap.settings import ServerSettings
from accessreview.tls import tls_reason

SUCCESS = 0
TIME_LIMIT = 3
SIZE_LIMIT = 4
REFERRAL = 10
ADMIN_LIMIT = 11
NO_SUCH_OBJECT = 32
INVALID_CREDENTIALS = 49
INSUFFICIENT_RIGHTS = 50
OBJECT_CLASS_VIOLATION = 65

_RESULTS = MappingProxyType(
    {
        TIME_LIMIT: "the server's time limit was reached; lift it for the account used here",
        SIZE_LIMIT: "the server's size limit was reached; lift it for the account used here",
        8: "the server demands a better protected sign-in; use ldaps or StartTLS",
        REFERRAL: "it lies on another server, which is not asked; name that server and base",
        ADMIN_LIMIT: "a limit set by the server's administrator was reached; lift it for the"
        " account used here, or lower the page size",
        12: "the server does not offer paging, without which nothing says that all was read",
        13: "the server demands encryption; use ldaps or StartTLS",
        16: "no such value is there",
        NO_SUCH_OBJECT: "there is no such object, or the account used here may not see it",
        34: "that is no distinguished name",
        INVALID_CREDENTIALS: "the name or the password is wrong; mend the name, or the file of the"
        " password",
        INSUFFICIENT_RIGHTS: "the account used here lacks the right",
        51: "the server is busy; try again later",
        52: "the server is unavailable; try again later",
        53: "the server is unwilling",
        OBJECT_CLASS_VIOLATION: "the object class forbids it",
    }
)

_SIGN_IN = MappingProxyType(
    {
        "525": "there is no such account; mend its name",
        "52e": "the password is wrong; mend its file",
        "530": "the account may not sign in at this time; give it more hours",
        "531": "the account may not sign in from this machine; let it",
        "532": "the password has expired; set a new one, here too",
        "533": "the account is disabled; enable it",
        "701": "the account has expired; set a later end",
        "773": "the password must be changed first; set a new one, here too",
        "775": "the account is locked; unlock it",
    }
)
"""What Active Directory's answer 49 says after ``data``."""

_SUB_CODE = re.compile(r"\bdata ([0-9a-fA-F]{3})\b")
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")


def result_words(code: int, message: str = "") -> str:
    """Say what a result code means; ``message`` is the server's, for its sub-code alone."""
    sub_code = _SUB_CODE.search(message) if code == INVALID_CREDENTIALS else None
    if sub_code and (words := _SIGN_IN.get(sub_code[1].lower())):
        return f"{words} (code {code}, data {sub_code[1].lower()})"
    return f"{_RESULTS.get(code, 'the server refused')} (code {code})"


def failure_words(error: Exception, tls_failure: Exception | None, settings: ServerSettings) -> str:
    """Say why there was no answer at all."""
    match tls_failure or error:
        case ssl.SSLError() as refused:
            return tls_reason(refused, settings)
        case LDAPInvalidFilterError():
            return "the filter is malformed"
        case LDAPStartTLSError():
            return "the server does not offer StartTLS, and nothing is sent in clear"
        case LDAPException() | OSError() as broken:
            return _of_connection(broken, settings)
        case other:
            why = other if isinstance(other, MalformedError) else type(other).__name__
            return f"the answer was not understood ({why})"


def _of_connection(error: Exception, settings: ServerSettings) -> str:
    """From the text, for ldap3 makes new classes of the original ones as it goes."""
    text = str(error)
    number = _ERRNO.search(text)
    if "timed out" in text or "deadline has passed" in text:
        return (
            f"no answer came in time ({settings.timeout_seconds:g} s for each wait,"
            f" {settings.deadline_seconds:g} s for all)"
        )
    if "invalid server address" in text:
        return "the host name cannot be looked up"
    if number:
        return f"the connection failed ({os.strerror(int(number[1]))})"
    return f"the connection failed or was closed by the server ({type(error).__name__})"
