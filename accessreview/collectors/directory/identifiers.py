"""Further ids by which others know an account or group: foreign groups, permissions, vCenter."""

from collections.abc import Iterator

from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import sid_text, uuid_text


def identifiers(one: DirectoryObject, schema: DirectorySchema) -> Iterator[tuple[str, str]]:
    """Each scheme and value that is not the id itself, once."""
    for scheme, attribute in schema.product.identifiers:
        raws = one.entry.attributes.get(attribute.lower(), ())
        read = uuid_text if scheme == "uuid" else sid_text
        for value in dict.fromkeys(map(read, raws)):
            if value and value != one.id:
                yield scheme, value
