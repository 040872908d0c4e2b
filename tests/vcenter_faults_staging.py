"""How a fault comes between the collector and a vCenter."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from accessreview.collectors.vcenter.source import VCenterSource
from tests.servers.relay import Answer, Deed, running_between
from tests.vcenter_faults import NOW, Ground, Held, Scene, Stage, held, reaching

Order = Mapping[str, Any]
Ordering = Callable[[Ground], Order]


def ordered(*orders: Order | Ordering, **settings: object) -> Stage:
    """The lab with these commands given to it."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        for one in orders:
            ground.lab.control(one(ground) if callable(one) else one)
        yield Scene(settings=reaching(ground.lab, **settings), after=lambda: _now(ground))

    return stage


def damaged(method: str, call: int = 1, *, times: int = 1, **damage: object) -> Order:
    """The command that lets answers to a method go wrong."""
    at = {"method": method, "call": call, "times": times}
    return {"do": "damage", "damage": damage, "at": at}


def at(method: str, order: Order, call: int = 1) -> Order:
    """A command for when that method is called."""
    return {**order, "at": {"method": method, "call": call}}


def answered(method: str, deed: Deed, call: int = 1, **settings: object) -> Stage:
    """The lab, but for one answer, which a relay in between gives as it likes."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        calls: Counter[str] = Counter()

        def deed_at(asked: str) -> Deed:
            calls[asked] += 1
            return deed if asked == method and calls[asked] == call else Answer.intact

        with running_between(ground.relay, ground.lab, deed_at) as port:
            yield Scene(settings=reaching(ground.lab, port=port, **settings))

    return stage


def edited(method: str, pattern: str, instead: str, call: int = 1, count: int = 1) -> Stage:
    """The lab, but for one answer, in which some bytes are others; they have to be there."""

    def edit(answer: Answer) -> None:
        body, number = re.subn(
            pattern.encode(), instead.encode(), answer.body, count=count, flags=re.DOTALL
        )
        assert number, f"no {pattern} in an answer to {method}"
        answer.exchange.answer(answer.status, body, *answer.headers)

    return answered(method, edit, call)


def bytes_instead(body: bytes) -> Deed:
    """Any other answer, cookies included."""
    return lambda answer: answer.exchange.answer(200, body, *answer.headers)


def wire(text: bytes) -> Deed:
    """Anything at all in place of an answer, and the connection ends."""

    def write(answer: Answer) -> None:
        answer.exchange.write(text)
        raise ConnectionAbortedError

    return write


def _now(ground: Ground) -> Held:
    """What the lab holds at the end, with all that was ordered to go wrong undone."""
    ground.lab.control({"do": "clear"})
    return held(VCenterSource(reaching(ground.lab)).collect(lambda: NOW))
