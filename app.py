"""The WSGI handle: ``gunicorn app:app``, ``waitress-serve app:app``; ``python app.py`` serves too.

Built when the first request comes, from the configuration file that ``ACCESSREVIEW_CONFIG`` names,
over a database that is prepared already; importing this module touches nothing.
"""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from accessreview.bootstrap.application import build
from accessreview.bootstrap.web import web_application
from accessreview.cli import main
from accessreview.settings import load_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    return flask_application()(environ, start_response)


@cache
def flask_application() -> Flask:
    # A WSGI server passes no arguments: its environment is the one place to name the file.
    named = os.environ.get("ACCESSREVIEW_CONFIG")  # noqa: TID251 - see above
    settings = load_settings(Path(named) if named else None)
    return web_application(settings, build(settings))


if __name__ == "__main__":
    main(["serve"], prog_name="accessreview")
