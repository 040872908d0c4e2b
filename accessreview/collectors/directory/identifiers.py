"""Further ids by which others know an account or group: foreign groups, permissions, vCenter."""

from collections.abc import Callable, Iterator

from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import sid_text, uuid_text


def identifiers_of(
    schema: DirectorySchema,
) -> Callable[[DirectoryObject], Iterator[tuple[str, str]]]:
    """Return what gives of an object each scheme and value that is not the id itself, once."""
    ways = [
        (scheme, attribute.lower(), uuid_text if scheme == "uuid" else sid_text)
        for scheme, attribute in schema.product.identifiers
    ]

    def identifiers(one: DirectoryObject) -> Iterator[tuple[str, str]]:
        for scheme, attribute, read in ways:
            for value in dict.fromkeys(map(read, one.entry.attributes.get(attribute, ()))):
                if value and value != one.id:
                    yield scheme, value

    return identifiers
