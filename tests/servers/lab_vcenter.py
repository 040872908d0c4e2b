"""A vCenter of our own on loopback that behaves as documented, and misbehaves on demand.

It serves one vCenter of a snapshot bundle over SOAP and REST, with the authorization that the
documentation describes (where the simulator of govmomi has none), and answers what somebody may do
by an implementation of its own. The Go program is ``tests/lab``.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, cast

from typing_extensions import override

from accessreview.model.snapshot import Snapshot
from tests.servers.certificates import Authority
from tests.servers.go_programs import compiled, missing
from tests.servers.lab_estate import estate_of
from tests.servers.vcsim import Vcsim, started

__all__ = ["Lab", "LabError", "missing", "running_lab"]

_FOLDER = Path(__file__).parents[1] / "lab"


class LabError(Exception):
    """A command that the lab did not understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab(Vcsim):
    """A running lab; ``user`` may do everything, unless options say otherwise."""

    lock: Lock = field(default_factory=Lock, repr=False)

    def control(self, command: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the lab do something, and return what it answers; see ``tests/lab/control.go``.

        Raises:
            LabError: it does not know such a command, or what the command speaks of.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.lock:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            answer = cast("Mapping[str, Any]", json.loads(self.process.stdout.readline()))
        if "error" in answer:
            raise LabError(f"{command.get('do')}: {answer['error']}")
        return answer

    def load(
        self,
        bundle: Path | Snapshot,
        *,
        source: str = "",
        users: Mapping[str, str] | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Serve another estate; all sessions end, and so do all misbehaviour and events.

        ``users`` are passwords by login: these may do what permissions give them. Options are
        those of ``tests/lab/lab.go``, and ``hosts`` as in ``estate_of``.
        """
        given = dict(options or {})
        hosts = cast("Mapping[str, Mapping[str, object]] | None", given.pop("hosts", None))
        self.control(
            {
                "do": "load",
                "estate": estate_of(bundle, source, hosts),
                "options": {**given, "users": dict(users or {})},
            }
        )

    @override
    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@contextmanager
def running_lab(  # noqa: PLR0913 - the parts of a server, all but two optional
    folder: Path,
    bundle: Path | Snapshot,
    *,
    source: str = "",
    ca: Authority | None = None,
    users: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Iterator[Lab]:
    """Serve ``source`` of a bundle until the end of the block; the rest as for ``Lab.load``."""
    with started(Lab, _program(), folder, ca) as lab:
        lab.load(bundle, source=source, users=users, options=options)
        yield lab


def _program() -> Path:
    return compiled("lab", sorted([*_FOLDER.glob("*.go"), *_FOLDER.glob("*.txt")]))
