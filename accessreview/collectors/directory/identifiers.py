"""Further ids by which others know an account or group: foreign groups, permissions, vCenter."""

from collections.abc import Iterator

from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import decoded, sid_text


def identifiers(one: DirectoryObject, schema: DirectorySchema) -> Iterator[tuple[str, str]]:
    """Each scheme and value that is not the id itself, once."""
    seen: set[tuple[str, str]] = set()
    for scheme, attribute in schema.product.identifiers:
        for raw in one.entry.attributes.get(attribute.lower(), ()):
            value = decoded(raw).strip().lower() if scheme == "uuid" else sid_text(raw)
            if value and value != one.id and (scheme, value) not in seen:
                seen.add((scheme, value))
                yield scheme, value
