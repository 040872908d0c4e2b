"""Logging in once, doing steps that fail in sentences, and always logging out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from pyVmomi import vim
from pyVmomi.SoapAdapter import SoapStubAdapter

from accessreview.model.errors import AccessReviewError, ConfigurationError
from accessreview.tls import Deadline
from accessreview.vsphere.answers import BoundedConnection
from accessreview.vsphere.faults import NoVCenterError, reason
from accessreview.vsphere.keeping import kept_alive
from accessreview.vsphere.probe import api_version
from accessreview.vsphere.settings import VCenterSettings
from accessreview.vsphere.tls import StrictContext, strict_context


class Server(StrEnum):
    """What is to answer, by the name that the API has for it."""

    VCENTER = "VirtualCenter"
    HOST = "HostAgent"

    @property
    def label(self) -> str:
        return "a vCenter" if self is Server.VCENTER else "an ESXi host"


@dataclass(frozen=True, slots=True)
class Session:
    """A login that stands; ``key`` identifies it to vCenter, ``user`` is who vCenter takes it for.

    ``error`` is what its steps raise, ``deadline`` the end of all that is done within it.
    """

    settings: VCenterSettings
    content: vim.ServiceInstanceContent
    authorization: vim.AuthorizationManager
    views: vim.view.ViewManager
    key: str
    user: str
    error: type[AccessReviewError]
    deadline: Deadline

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Turn whatever fails inside into one sentence that says what was being done."""
        with failing_in_words(self.settings, doing, self.error):
            yield


@contextmanager
def open_session(
    settings: VCenterSettings, error: type[AccessReviewError], server: Server = Server.VCENTER
) -> Iterator[Session]:
    """Log in, and out again at the end, all of it within the deadline of ``settings``.

    Raises:
        error: the vCenter cannot be reached, verified or logged in to.
        ConfigurationError: the settings cannot be used.
    """
    deadline = Deadline(settings.timeout_seconds, settings.deadline_seconds)
    context = strict_context(settings, deadline)
    with failing_in_words(settings, "asking for the API version", error):
        version = api_version(settings, context)
    stub = stub_of(settings, context, version)
    try:
        with failing_in_words(settings, f"logging in as {settings.username}", error):
            content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
            _check_kind(content.about.apiType, server)
            sessions, authorization = content.sessionManager, content.authorizationManager
            views = content.viewManager
            if sessions is None or authorization is None or views is None:
                raise NoVCenterError(f"the server lacks services that {server.label} has")
            login = sessions.Login(settings.username, password_of(settings), None)
            key, user = str(login.key), str(login.userName)
        try:
            with kept_alive(stub, stub_of(settings, context, version)):
                yield Session(settings, content, authorization, views, key, user, error, deadline)
        finally:
            deadline.leave(sessions.Logout)
    finally:
        stub.DropConnections()


def _check_kind(told: str, server: Server) -> None:
    if told != server:
        what = Server(told).label if told in set(Server) else told
        raise NoVCenterError(f"the server is not {server.label} but {what}")


def stub_of(
    settings: VCenterSettings, context: StrictContext, version: str, path: str = "/sdk"
) -> SoapStubAdapter:
    """What carries calls to one SOAP interface of the server."""
    stub = SoapStubAdapter(
        host=settings.host,
        port=settings.port,
        version=version,
        path=path,
        poolSize=1,
        sslContext=context,
        httpConnectionTimeout=min(settings.timeout_seconds, settings.deadline_seconds),
    )
    stub.scheme = BoundedConnection  # type: ignore[assignment] # any class of connections will do
    return stub


def password_of(settings: VCenterSettings) -> str:
    """The password as it is now; raises ConfigurationError if it is empty or cannot be read."""
    password = settings.password()
    if not password:
        raise ConfigurationError(
            f"The password of {settings.username} for {settings.label} is empty."
        )
    return password


@contextmanager
def failing_in_words(
    settings: VCenterSettings, doing: str, error: type[AccessReviewError]
) -> Iterator[None]:
    """Turn whatever fails inside into one sentence that says what was being done."""
    try:
        yield
    except AccessReviewError:
        raise
    except Exception as failure:  # noqa: BLE001 - see below
        # pyVmomi fails on unexpected answers in any way (KeyError, TypeError, ...), and the cause
        # is cut off because its text may hold what was sent.
        raise error(f"{settings.label}: {doing} failed: {reason(failure, settings)}.") from None
