"""The global permissions of vCenter 7 and 8, by the private interface of its inventory service.

The vendor does not support this interface and may change it with any version; there is no other
before version 9. It is asked by an account of its own, for only an SSO administrator may.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyVmomi import vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter
from pyVmomi.Version import AddVersion
from pyVmomi.VmomiSupport import (
    F_OPTIONAL,
    AddVersionParent,
    CreateDataType,
    CreateManagedType,
    GetVmodlType,
)

from accessreview.model.errors import AccessReviewError
from accessreview.tls import Deadline
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.session import failing_in_words, password_of, stub_of
from accessreview.vsphere.settings import VCenterSettings
from accessreview.vsphere.tls import strict_context

_PATH = "/invsvc/vmomi/sdk"
_NAMESPACE = "inventoryservice"
_VERSION = f"{_NAMESPACE}.version.version4"
_SESSIONS = f"{_NAMESPACE}.SessionManager"
_AUTHORIZATION = f"{_NAMESPACE}.AuthorizationService"
_PRINCIPAL = f"{_NAMESPACE}.Principal"
_ENTRY = f"{_NAMESPACE}.AccessControl"


@dataclass(frozen=True, slots=True)
class GlobalAccess:
    """An entry as stored; unlike an entry of the inventory it may give several roles."""

    principal: str
    is_group: bool
    roles: tuple[int, ...]
    propagate: bool


def global_access(
    settings: VCenterSettings, error: type[AccessReviewError], deadline: Deadline
) -> tuple[GlobalAccess, ...]:
    """Log in, read all entries, log out.

    Raises:
        error: it cannot be reached, verified, logged in to or read.
        ConfigurationError: the settings cannot be used.
    """
    stub = stub_of(settings, strict_context(settings, deadline), _VERSION, _PATH)
    sessions = GetVmodlType(_SESSIONS)("sessionManager", stub)
    try:
        doing = f"logging in to the inventory service as {settings.username}"
        with failing_in_words(settings, doing, error), _of_its_own():
            sessions.Login(settings.username, password_of(settings))
        try:
            doing = "reading the global permissions"
            with failing_in_words(settings, doing, error), _of_its_own():
                return _read(stub)
        finally:
            deadline.leave(sessions.Logout)
    finally:
        stub.DropConnections()


@contextmanager
def _of_its_own() -> Iterator[None]:
    """Say what a fault means that pyVmomi has no type for: nobody published them."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, vmodl.fault.SecurityError):
        raise NoVCenterError(
            "the inventory service refused; it answers SSO administrators only"
        ) from None


def _read(stub: SoapStubAdapter) -> tuple[GlobalAccess, ...]:
    service = GetVmodlType(_AUTHORIZATION)("authorizationService", stub)
    return tuple(
        GlobalAccess(
            str(entry.principal.name),
            bool(entry.principal.group),
            tuple(int(role) for role in entry.roles),
            bool(entry.propagate),
        )
        for entry in service.GetAll()
    )


def _define() -> None:
    """Tell pyVmomi the few types of this interface, which its own lists leave out."""
    AddVersion(_VERSION, _NAMESPACE, "4.0", 0, _NAMESPACE)
    AddVersionParent(_VERSION, _VERSION)
    AddVersionParent(_VERSION, "vmodl.version.version0")
    CreateDataType(
        _PRINCIPAL,
        "Principal",
        "vmodl.DynamicData",
        _VERSION,
        [("name", "string", _VERSION, 0), ("group", "boolean", _VERSION, 0)],
    )
    CreateDataType(
        _ENTRY,
        "AccessControl",
        "vmodl.DynamicData",
        _VERSION,
        [
            ("principal", _PRINCIPAL, _VERSION, 0),
            ("roles", "long[]", _VERSION, F_OPTIONAL),
            ("propagate", "boolean", _VERSION, 0),
            ("version", "long", _VERSION, F_OPTIONAL),
        ],
    )
    nothing = (0, "void", "void")
    names = tuple((name, "string", _VERSION, 0, None) for name in ("username", "password"))
    entries = (F_OPTIONAL, f"{_ENTRY}[]", f"{_ENTRY}[]")
    _managed(
        _SESSIONS,
        "InventoryServiceSessionManager",
        ("login", "InventoryServiceLogin", names, nothing),
        ("logout", "InventoryServiceLogout", (), nothing),
    )
    _managed(
        _AUTHORIZATION,
        "AuthorizationService",
        ("getAll", "AuthorizationService.GetGlobalAccessControlList", (), entries),
    )


def _managed(name: str, wsdl_name: str, *methods: tuple[str, str, object, object]) -> None:
    CreateManagedType(
        name,
        wsdl_name,
        "vmodl.ManagedObject",
        _VERSION,
        None,
        [
            (method, wsdl, _VERSION, parameters, result, "System.Anonymous", None)
            for method, wsdl, parameters, result in methods
        ],
    )


_define()
