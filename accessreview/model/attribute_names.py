"""Attributes of a directory that are not the usual ones for its kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeNames:
    """Attributes that stand for those usual for the kind of directory; empty: the usual ones."""

    unique_id: str = ""
    login: str = ""
    group_name: str = ""
    display_name: str = ""
    mail: str = ""
    manager: str = ""
    owner: str = ""
    members: tuple[str, ...] = ()
