"""What an account is called when it signs in, and patterns over that."""

import re
from collections.abc import Iterable

from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import Attributes, text
from accessreview.model.errors import ConfigurationError


def login_of(account: DirectoryObject, schema: DirectorySchema) -> str:
    """What one signs in with; the common name where there is no such attribute."""
    names = (*schema.login_attributes, "cn")
    return first_text(account.entry.attributes, names) or account.entry.dn


def first_text(attributes: Attributes, names: Iterable[str]) -> str:
    """The value of the first of these attributes that has one; else empty."""
    for name in names:
        if value := text(attributes, name.lower()):
            return value
    return ""


def login_pattern(expression: str, what: str) -> re.Pattern[str] | None:
    """A pattern over whole logins in any case; None where none is set.

    Raises:
        ConfigurationError: it is no regular expression.
    """
    try:
        return re.compile(expression, re.IGNORECASE) if expression else None
    except re.error as error:
        raise ConfigurationError(
            f"The pattern of {what} is no regular expression: {expression}: {error}."
        ) from None
