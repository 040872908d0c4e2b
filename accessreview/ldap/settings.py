"""How to reach one directory server, and with which account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class DirectoryKind(StrEnum):
    """``LDAP`` is found out from what the server says of itself."""

    ACTIVE_DIRECTORY = "active-directory"
    OPENLDAP = "openldap"
    DS389 = "389-ds"
    FREEIPA = "freeipa"
    VMDIR = "vmdir"
    LDAP = "ldap"


class SignIn(StrEnum):
    SIMPLE = "simple"
    KERBEROS = "kerberos"


class Security(StrEnum):
    """``plain`` encrypts nothing and trusts whoever answers: for trials only, never to write."""

    LDAPS = "ldaps"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    r"""One server of a directory; ``name`` is what people call the directory.

    ``fallback_hosts`` are other servers of the same directory, asked in turn when ``host`` does not
    answer. ``bind_dn`` is a distinguished name, or for Active Directory also ``user@domain`` or
    ``DOMAIN\user``. ``password`` is asked for at each bind and never kept. The certificate is
    verified by ``ca_file`` (PEM), or compared with ``pin_sha256`` (the hexadecimal SHA-256 of the
    server's own certificate, colons allowed), or else verified by the authorities that this
    machine trusts. ``timeout_seconds`` bounds each wait for an answer, ``deadline_seconds`` the
    whole connection.
    """

    name: str
    host: str
    fallback_hosts: tuple[str, ...] = ()
    sign_in: SignIn = SignIn.SIMPLE
    bind_dn: str = ""
    password: Callable[[], str] = field(default=str, repr=False)
    port: int | None = None
    security: Security = Security.LDAPS
    ca_file: Path | None = None
    pin_sha256: str = ""
    timeout_seconds: float = 60
    deadline_seconds: float = 1800
    page_size: int = 500

    @property
    def actual_port(self) -> int:
        """The port given, else the usual one."""
        return self.port or (636 if self.security is Security.LDAPS else 389)

    @property
    def label(self) -> str:
        """How messages name it."""
        scheme = "ldaps" if self.security is Security.LDAPS else "ldap"
        return f"{self.name} ({scheme}://{self.host}:{self.actual_port})"
