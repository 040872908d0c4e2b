"""What takes seconds to make is made once for all processes of a test run, and then copied."""

import fcntl
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Templates:
    """``folder`` is one that every process of the run knows, and no other run."""

    folder: Path

    def made(self, name: str, make: Callable[[Path], None], *contents: str) -> Path:
        """The folder that ``make`` filled for these ``contents``, now or earlier.

        Nobody may change anything in it.
        """
        digest = hashlib.sha256("\0".join(contents).encode()).hexdigest()[:16]
        made = self.folder / f"{name}-{digest}"
        with (self.folder / f"{made.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                unfinished = Path(tempfile.mkdtemp(dir=self.folder))
                make(unfinished)
                unfinished.rename(made)
        return made
