"""Names of entities as people see them."""

import re

_ESCAPED = re.compile("%(2f|5c|25)", re.IGNORECASE)
_MEANING = {"2f": "/", "5c": "\\", "25": "%"}


def unescape(name: str) -> str:
    r"""Undo vCenter's escaping of ``/``, ``\`` and ``%`` in names, and of nothing else."""
    return _ESCAPED.sub(lambda match: _MEANING[match[1].lower()], name)
