"""Secrets, each in a file of its own."""

from pathlib import Path

from accessreview.model.errors import ConfigurationError


def read_secret(path: Path) -> str:
    """The first line of a secret's file.

    Raises:
        ConfigurationError: the file cannot be read or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"The secret in {path} cannot be read: {error.strerror}. Put it there, in one line, "
            "readable for the user who runs this."
        ) from error
    except UnicodeDecodeError:
        # Not the decoder's own words: they quote a byte of the secret.
        raise ConfigurationError(f"The secret in {path} is not text in UTF-8.") from None
    secret = text.split("\n", maxsplit=1)[0].removesuffix("\r")
    if not secret:
        raise ConfigurationError(
            f"The secret's file {path} is empty; write the secret into its first line."
        )
    return secret
