"""Rows: what others do to a vCenter while it is read, and what becomes of the server itself."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.faults import Outcome
from tests.servers.lab_vcenter import running_lab
from tests.servers.relay import Answer, Deed, running_between
from tests.vcenter_faults import SOURCE, Fault, Ground, Scene, Stage, reaching, renewed
from tests.vcenter_faults_staging import Order, at, ordered

_NOTHING, _PARTIAL, _COMPLETE = Outcome.NOTHING, Outcome.PARTIAL, Outcome.COMPLETE
_ALL, _FIRST, _SIGHT = "RetrieveAllPermissions", "RetrievePropertiesEx", "HasPrivilegeOnEntities"
_MOMENTS = (
    ("before the permissions are read", _ALL),
    ("before the inventory is read", _FIRST),
    ("after the inventory is read", _SIGHT),
)


def rows() -> Iterator[Fault]:
    yield from _changes()
    yield from _clocks()
    yield from _server()


def _row(what: str, moment: str, outcome: Outcome, words: str, stage: Stage) -> Fault:
    return Fault(what, moment, outcome, words, (stage,))


def _machine(ground: Ground) -> str:
    return ground.some("VirtualMachine")


def _entry(ground: Ground) -> dict[str, object]:
    """A permission that is there, as the lab's commands take it."""
    _, entity, principal, is_group, role, propagate = next(ground.last.tables["permissions"].rows())
    return {
        "entity": entity,
        "principal": principal,
        "group": is_group == "true",
        "role": int(role),
        "propagate": propagate == "true",
    }


def _role(ground: Ground) -> int:
    """One that somebody made, and that a permission gives."""
    own = {row[1] for row in ground.last.tables["roles"].rows() if row[3] == "false"}
    return next(int(row[4]) for row in ground.last.tables["permissions"].rows() if row[4] in own)


def _removed_role(ground: Ground) -> Order:
    return {"do": "remove_role", "role": _role(ground)}


def _moved_machine(ground: Ground) -> Order:
    return {"do": "move", "entity": _machine(ground), "parent": ground.some("Folder", -1)}


def _removed_machine(ground: Ground) -> Order:
    return {"do": "remove", "entity": _machine(ground)}


def _removed_folder(ground: Ground) -> Order:
    return {"do": "remove", "entity": ground.some("Folder", -1)}


def _renamed_machine(ground: Ground) -> Order:
    return {"do": "rename", "entity": _machine(ground), "name": "another"}


def _added_machine(ground: Ground) -> Order:
    (row,) = (one for one in ground.last.tables["entities"].rows() if one[1] == _machine(ground))
    new = {"id": "vm-900", "type": row[2], "name": "new", "parent": row[4], "second_parent": row[5]}
    return {"do": "add", "new": new}


def _removed_permission(ground: Ground) -> Order:
    return {"do": "forbid", "permission": _entry(ground)}


def _changed_permission(ground: Ground) -> Order:
    entry = _entry(ground)
    return {"do": "permit", "permission": {**entry, "propagate": not entry["propagate"]}}


def _changes() -> Iterator[Fault]:
    """What follows from each change depends on what was read before it and what after.

    A role that goes takes its permissions along, and a machine that goes is asked for again.
    """
    for what, order, outcomes in (
        ("a role is removed", _removed_role, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a machine is moved", _moved_machine, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a machine is renamed", _renamed_machine, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a machine is removed", _removed_machine, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a folder is removed", _removed_folder, (Outcome.DOUBTED, _PARTIAL, _PARTIAL)),
        ("a machine is added", _added_machine, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a permission is removed", _removed_permission, (_COMPLETE, _COMPLETE, _COMPLETE)),
        ("a permission is changed", _changed_permission, (_COMPLETE, _COMPLETE, _COMPLETE)),
    ):
        for (moment, method), outcome in zip(_MOMENTS, outcomes, strict=True):

            def when(ground: Ground, order: object = order, method: str = method) -> Order:
                return at(method, order(ground))  # type: ignore[operator]

            yield _row(what, moment, outcome, "", ordered(when))


def _clocks() -> Iterator[Fault]:
    for what, seconds in (("a day ahead", 86_400), ("a year behind", -31_536_000)):
        stage = ordered({"do": "clock", "seconds": seconds})
        yield _row("the clock is wrong", what, _COMPLETE, "", stage)


def _server() -> Iterator[Fault]:
    for moment, method in (
        ("at sign-in", "Login"),
        ("before the permissions are read", _ALL),
        ("at the third page", "ContinueRetrievePropertiesEx"),
    ):
        words = "the connection failed"
        yield _row("the server dies", moment, _NOTHING, words, _dying(method, again=False))
        words, outcome = ("", _COMPLETE) if method == "Login" else ("the session ended", _NOTHING)
        yield _row("the server begins anew", moment, outcome, words, _dying(method, again=True))


def _dying(method: str, *, again: bool) -> Stage:
    """A server of its own, that ends before it answers; or forgets all that was before."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with running_lab(ground.folder, ground.estate, source=SOURCE, ca=ground.authority) as dying:
            renewed(dying, ground.estate)

            def deed_at(asked: str) -> Deed:
                if asked == method and again:
                    renewed(dying, ground.estate)
                elif asked == method:
                    dying.process.send_signal(signal.SIGKILL)
                    dying.process.wait()
                return Answer.intact

            with running_between(ground.relay, dying, deed_at) as port:
                yield Scene(settings=replace(reaching(dying), port=port))

    return stage
