"""Certificates for the servers of the tests and of the lab: authorities and what they issue.

Files are PEM. Everything is made anew for each run and thrown away with its folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK_NAMES = ("localhost",)
LOOPBACK_IPS = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority; ``certificate_file`` is what a client is to trust."""

    certificate_file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A server certificate with its key; ``sha256`` is the hexadecimal fingerprint of the DER."""

    certificate_file: Path
    key_file: Path
    sha256: str


def make_ca(folder: Path, name: str = "test-ca") -> Authority:
    """Make an authority and write ``NAME.pem`` into ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    certificate = (
        _builder(subject, subject, key, timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return Authority(file, certificate, key)


def issue(  # noqa: PLR0913 - a certificate has that many parts
    ca: Authority | None,
    folder: Path,
    *,
    name: str = "server",
    names: Sequence[str] = LOOPBACK_NAMES,
    ips: Sequence[str] = LOOPBACK_IPS,
    lifetime: timedelta = timedelta(days=30),
) -> Issued:
    """Issue a server certificate and write ``NAME.pem`` and ``NAME.key`` into ``folder``.

    Without ``ca`` it is self-signed; a negative ``lifetime`` gives one that has expired.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    alternatives = [
        *(x509.DNSName(host) for host in names),
        *(x509.IPAddress(ip_address(ip)) for ip in ips),
    ]
    signer = key if ca is None else ca.key
    certificate = (
        _builder(subject, subject if ca is None else ca.certificate.subject, key, lifetime)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    certificate_file = folder / f"{name}.pem"
    key_file = folder / f"{name}.key"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return Issued(certificate_file, key_file, certificate.fingerprint(hashes.SHA256()).hex())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + min(lifetime, timedelta()) - timedelta(days=1))
        .not_valid_after(now + lifetime)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
