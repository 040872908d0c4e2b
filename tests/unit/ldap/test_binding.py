"""A sign-in is bound to the certificate as the standard says (RFC 5929, 4.1)."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from accessreview.ldap.binding import endpoint

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
RSA = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, Key] = {
    "rsa": RSA,
    "pss": RSA,
    "ecdsa": ec.generate_private_key(ec.SECP256R1()),
}
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
HASHES: list[Hash] = [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()]


@pytest.mark.parametrize("digest", HASHES, ids=[one.name for one in HASHES])
@pytest.mark.parametrize("kind", KEYS)
def test_the_digest_is_that_of_the_signature(kind: str, digest: Hash) -> None:
    key = KEYS[kind]
    how = padding.PSS(padding.MGF1(digest), 32) if kind == "pss" else None
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dc1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, digest, rsa_padding=how)
    )
    expected = b"tls-server-end-point:" + certificate.fingerprint(digest)
    assert endpoint(certificate.public_bytes(Encoding.DER)) == expected
