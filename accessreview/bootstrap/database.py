"""Where the database is."""

from accessreview.settings import Settings, read_secret
from accessreview.storage.engine import with_password


def database_address(settings: Settings) -> str:
    """The address, with the password that a file holds: never to be shown."""
    secret = settings.database.password_file
    address = settings.database_url
    return with_password(address, read_secret(secret)) if secret else address
