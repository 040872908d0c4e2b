"""What went wrong with a vCenter, in words: the thing, the reason and the remedy.

Words of the server are quoted only where they are part of the API (a fault's name, a privilege);
free text from it is not, for it might echo what was sent.
"""

import ssl
from http.client import HTTPException
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from accessreview.tls import tls_reason
from accessreview.vsphere.settings import VCenterSettings


class NoVCenterError(Exception):
    """The server answers, but not as a vCenter does; the message ends a sentence."""


def reason(error: Exception, settings: VCenterSettings) -> str:
    """Say why a step failed, and what may help, as the end of a sentence."""
    match error:
        case OSError():
            return _of_connection(error, settings)
        case vmodl.MethodFault():
            return _of_fault(error)
        case HTTPException():
            what = _status(error) or type(error).__name__
            return f"the answer was cut off or is no answer of a vCenter ({what})"
        case NoVCenterError():
            return str(error)
        case ExpatError():
            return "the answer was cut off or is no XML"
        case _:
            return f"the answer was not understood ({type(error).__name__})"


def _of_connection(error: OSError, settings: VCenterSettings) -> str:
    match error:
        case ssl.SSLError():
            return tls_reason(error, settings)
        case TimeoutError():
            return (
                f"no answer came in time ({settings.timeout_seconds:g} s for each wait,"
                f" {settings.deadline_seconds:g} s for all)"
            )
        case _:
            return f"the connection failed ({error.strerror or type(error).__name__})"


def _status(error: HTTPException) -> str:
    """The three digits of the HTTP status that pyVmomi puts before the server's words."""
    status = str(error)[:3]
    return f"HTTP status {status}" if status.isdecimal() else ""


def _of_fault(fault: vmodl.MethodFault) -> str:
    match fault:
        case vim.fault.InvalidLogin():
            return (
                "the user name or the password is wrong, or the account is locked; nothing was"
                " tried twice"
            )
        case vim.fault.NotAuthenticated():  # a kind of NoPermission
            return "the session ended"
        case vim.fault.NoPermission():
            return f"the account lacks the privilege {fault.privilegeId}"
        case _:
            return f"vCenter answered {type(fault).__name__.rpartition('.')[2]}"
