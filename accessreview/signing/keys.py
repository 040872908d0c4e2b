"""Ed25519 keys: made once, kept in a file that only its owner reads; signatures checked."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from accessreview.model.errors import InputError, UnavailableError


class Ed25519Signer:
    """Signs with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


def load_or_create(path: Path) -> Ed25519Signer:
    """Read the signing key, or make it with mode 0600 where there is none yet.

    Raises:
        UnavailableError: the file cannot be read or written, or holds no Ed25519 private key.
    """
    try:
        if not path.exists():
            _create(path)
        key = load_pem_private_key(path.read_bytes(), None)
    except FileExistsError:
        return load_or_create(path)
    except OSError as error:
        raise UnavailableError(
            f"The signing key {path} is out of reach: {error.strerror}."
        ) from error
    except (ValueError, TypeError) as error:
        raise UnavailableError(
            f"The signing key {path} is no unencrypted PEM private key; restore it from a backup."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UnavailableError(f"The signing key {path} is not an Ed25519 key.")
    return Ed25519Signer(key)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    # Exclusive, and private from the first byte: two processes never sign with different keys.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def public_pem(public_key: bytes) -> bytes:
    """The public key as PEM (SubjectPublicKeyInfo), as it is handed to auditors."""
    return Ed25519PublicKey.from_public_bytes(public_key).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


def read_public_key(data: bytes, name: str) -> bytes:
    """The raw 32 bytes of a PEM public key.

    Raises:
        InputError: the file holds no Ed25519 public key; ``name`` is what the sentence calls it.
    """
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError) as error:
        raise InputError(f"{name} holds no PEM public key.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"{name} holds a public key of another kind; Ed25519 is expected.")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def verify(public_key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public_key: bytes) -> str:
    """Hexadecimal SHA-256 of the raw key: what two people compare over the telephone."""
    return hashlib.sha256(public_key).hexdigest()
