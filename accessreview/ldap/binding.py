"""What a sign-in is bound to, so that it cannot be passed on over another connection (RFC 5929)."""

import hashlib

from accessreview.ldap.ber import SEQUENCE, content

_HASHES = {
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
    bytes.fromhex("06092a864886f70d01010c"): "sha384",  # with RSA
    bytes.fromhex("06092a864886f70d01010d"): "sha512",
    bytes.fromhex("06082a8648ce3d040303"): "sha384",  # with ECDSA
    bytes.fromhex("06082a8648ce3d040304"): "sha512",
}
"""By the object id in a signature algorithm; any other means SHA-256, MD5 and SHA-1 too."""


def endpoint(certificate: bytes) -> bytes:
    """``tls-server-end-point`` of the server's certificate, in DER: its digest as it was signed."""
    begin, end = content(certificate, 0, SEQUENCE, len(certificate))
    _, signed = content(certificate, begin, SEQUENCE, end)
    begin, end = content(certificate, signed, SEQUENCE, end)
    algorithm = certificate[begin:end]
    named = (name for mark, name in _HASHES.items() if mark in algorithm)
    digest = hashlib.new(next(named, "sha256"), certificate).digest()
    return b"tls-server-end-point:" + digest
