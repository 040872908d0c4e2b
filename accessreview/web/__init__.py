"""The web application: pages for people over the services, served without JavaScript."""

from collections.abc import Sequence
from pathlib import Path

import jinja2
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from accessreview.services.application import Application
from accessreview.web import errors, guard, headers, html
from accessreview.web.context import EXTENSION
from accessreview.web.sessions import ServerSessions
from accessreview.web.text import FILTERS

_LARGEST_FORM = 4 * 1024 * 1024


def create_app(  # noqa: PLR0913 - what differs between installations, all named
    application: Application,
    *,
    templates: Path,
    secret_key: bytes,
    secure_cookies: bool,
    trusted_hosts: Sequence[str],
    trusted_proxies: int = 0,
) -> Flask:
    """Put the pages over an application.

    ``secret_key`` seals the secrets in forms: 32 random bytes, the same for all processes.
    ``secure_cookies`` only when browsers come by https. ``trusted_hosts`` are the names by which
    the application may be addressed; any other is refused. ``trusted_proxies`` is how many
    reverse proxies in front set ``X-Forwarded-*``.
    """
    app = Flask(__name__, template_folder=str(templates.resolve()))
    app.config.update(
        SECRET_KEY=secret_key,
        TRUSTED_HOSTS=list(trusted_hosts),
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard does it, after it knows who is there
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.extensions[EXTENSION] = application
    app.session_interface = ServerSessions(application.sign_in, secure=secure_cookies)
    # By name, Flask would leave everything but .html and .xml unescaped.
    app.jinja_env.autoescape = True
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    guard.csrf.init_app(app)
    app.before_request(guard.keep_out)
    app.after_request(headers.add_headers)
    errors.register(app)
    html.register(app)
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )
    return app
