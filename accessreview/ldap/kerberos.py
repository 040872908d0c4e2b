"""Signing in with a Kerberos ticket (SASL GSSAPI, RFC 4752) over a connection that is encrypted.

Not by ldap3's own exchange: it refuses a server that offers no protection of its own below TLS,
and does not see, through our socket, the certificate that the ticket is to be bound to.
"""

from importlib import import_module
from typing import Any

import ldap3
from ldap3.protocol.sasl.sasl import send_sasl_negotiation

from accessreview.ldap.binding import endpoint
from accessreview.ldap.tls import BoundedSocket
from accessreview.model.errors import ConfigurationError

_MECHANISM = "GSSAPI"
_IN_PROGRESS = 14
_NO_LAYER = 1
_LAYERS_AND_SIZE = 4


class TicketError(Exception):
    """There is no ticket for this server, or the server's proof is no good; the text says which."""


def sign_in(connection: ldap3.Connection, host: str) -> dict[str, Any]:
    """Return the result of the last bind, whatever it is.

    Raises:
        TicketError: Kerberos refused before the server could.
        ConfigurationError: the library for it is not installed.
    """
    try:
        gssapi: Any = import_module("gssapi")
    except ImportError:
        raise ConfigurationError(
            "To sign in by Kerberos, install the Debian packages libkrb5-dev, gcc and python3-dev,"
            " then the Python package gssapi."
        ) from None
    socket: BoundedSocket = connection.socket
    bound_to = gssapi.raw.ChannelBindings(application_data=endpoint(socket.certificate()))
    connection.sasl_mechanism = _MECHANISM
    try:
        context = gssapi.SecurityContext(
            name=gssapi.Name(f"ldap@{host}", gssapi.NameType.hostbased_service),
            mech=gssapi.MechType.kerberos,
            usage="initiate",
            channel_bindings=bound_to,
        )
        return _exchange(connection, context)
    except gssapi.exceptions.GSSError as refused:
        raise TicketError(f"Kerberos says: {refused}") from None


def _exchange(connection: ldap3.Connection, context: Any) -> dict[str, Any]:  # noqa: ANN401
    """Prove who each is, then agree on no protection besides that of TLS."""
    token = context.step()
    while True:
        result = _said(connection, token or b"")
        if result["result"] != _IN_PROGRESS:
            return result
        if context.complete:
            break
        token = context.step(result["saslCreds"])
    offered = context.unwrap(result["saslCreds"] or b"").message
    if len(offered) != _LAYERS_AND_SIZE or not offered[0] & _NO_LAYER:
        raise TicketError("the server demands signing or sealing besides TLS")
    chosen = bytes((_NO_LAYER, 0, 0, 0))
    return _said(connection, context.wrap(chosen, False).message)  # noqa: FBT003


def _said(connection: ldap3.Connection, token: bytes) -> dict[str, Any]:
    answer = send_sasl_negotiation(connection, None, token)  # type: ignore[no-untyped-call]
    return dict(answer)
