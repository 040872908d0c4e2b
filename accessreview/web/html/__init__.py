"""The pages: one module a subject, holding its page classes and its views."""

from flask import Flask

from accessreview.web.html import (
    agreement,
    audit,
    campaigns,
    changes,
    events,
    evidence,
    health,
    kept_out,
    observations,
    overview,
    reviews,
    sign_in,
    sources,
    users,
    violations,
)

_MODULES = (
    agreement,
    audit,
    campaigns,
    changes,
    events,
    evidence,
    health,
    kept_out,
    observations,
    overview,
    reviews,
    sign_in,
    sources,
    users,
    violations,
)


def register(app: Flask) -> None:
    for module in _MODULES:
        app.register_blueprint(module.bp)
