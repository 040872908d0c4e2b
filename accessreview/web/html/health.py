"""Whether the process serves and the database answers; tells nobody anything else."""

from flask import Blueprint, Response

from accessreview.web.context import application
from accessreview.web.guard import open_to_anybody

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_anybody
def show() -> Response:
    with application().database.reading() as unit:
        unit.audit.head()
    return Response("ok\n", content_type="text/plain; charset=utf-8")
