"""Recorded readings as JSON text: a vCenter that once answered, kept for tests."""

import json
from dataclasses import asdict
from typing import Any

from accessreview.collectors.vcenter.raw import RawEntity, RawPermission, RawRole, RawVCenter


def dump(raw: RawVCenter) -> str:
    return json.dumps(asdict(raw), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def load(text: str) -> RawVCenter:
    recorded = json.loads(text)
    return RawVCenter(
        tuple(RawRole(**_frozen(role)) for role in recorded["roles"]),
        tuple(RawPermission(**entry) for entry in recorded["permissions"]),
        tuple(RawEntity(**_frozen(entity)) for entity in recorded["entities"]),
        tuple(recorded["gaps"]),
    )


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
