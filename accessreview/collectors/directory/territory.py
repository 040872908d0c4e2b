"""Where all of a directory was read, so that what is not found there is hidden or gone."""

from collections.abc import Callable
from dataclasses import dataclass

from accessreview.collectors.directory.objects import is_name, key_of
from accessreview.model.dn import ancestors, is_within


@dataclass(frozen=True, slots=True)
class Territory:
    """Below ``bases``, but not below what is ``referred`` to other servers; canonical names.

    Without bases, as in a file, it is whatever lies below an entry.
    """

    bases: tuple[str, ...]
    referred: tuple[str, ...] = ()

    @classmethod
    def of(cls, bases: tuple[str, ...], referred: tuple[str, ...]) -> "Territory":
        return cls(tuple(map(key_of, bases)), tuple(map(key_of, referred)))

    def holds(self, key: str, is_entry: Callable[[str], bool]) -> bool:
        """Whether an entry of this canonical name would have been read."""
        if not is_name(key) or any(is_within(key, other) for other in self.referred):
            return False
        if self.bases:
            return any(is_within(key, base) for base in self.bases)
        return any(is_entry(above) for above in ancestors(key))
