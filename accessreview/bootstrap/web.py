"""The web application from its settings."""

from flask import Flask

from accessreview.model.errors import ConfigurationError
from accessreview.resources import directory
from accessreview.services.application import Application
from accessreview.settings import Settings
from accessreview.system import kept_secret
from accessreview.web import create_app

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognised, not bound to
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def web_application(settings: Settings, application: Application) -> Flask:
    """The WSGI application.

    Raises:
        ConfigurationError: it listens on every address and no name is trusted.
    """
    return create_app(
        application,
        templates=directory("templates"),
        secret_key=kept_secret(settings.data_directory / "form.key"),
        secure_cookies=settings.web.secure_cookies,
        trusted_hosts=_trusted(settings),
        trusted_proxies=settings.web.trusted_proxies,
    )


def _trusted(settings: Settings) -> tuple[str, ...]:
    if settings.web.trusted_hosts:
        return settings.web.trusted_hosts
    if settings.web.host in _EVERYWHERE:
        raise ConfigurationError(
            f"web.host is {settings.web.host or 'empty'}, which is every address of this machine: "
            "name in web.trusted_hosts by which names it may be addressed."
        )
    return (settings.web.host, *_LOOPBACK)
