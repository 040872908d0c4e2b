"""Rows: pages that are limited, refused, lost, repeated or referred to somewhere else."""

from collections.abc import Iterator

from tests.directory_faults import AD, DS389, KINDS, OPENLDAP, SHAPES, Fault, everywhere
from tests.directory_faults_staging import referring, relayed
from tests.faults import Outcome
from tests.servers.ldap_relay import At, Deed, Misbehaviour

_SIZE = 4
_LIMITS = {
    3: ("time limit", "the server's time limit was reached"),
    _SIZE: ("size limit", "the server's size limit was reached"),
    11: ("administrator's limit", "a limit set by the server's administrator"),
}
_REFUSALS = {
    1: ("sign-in dropped", "the server refused (code 1)"),
    12: ("paging not offered any more", "does not offer paging"),
    49: ("account locked", "the name or the password is wrong"),
    50: ("right withdrawn", "lacks the right"),
    51: ("busy", "the server is busy"),
    52: ("unavailable", "the server is unavailable"),
    80: ("other error", "the server refused (code 80)"),
}
_ECHO = "audit-secret"
"""A server may say again what it was sent."""


def rows() -> Iterator[Fault]:
    yield from _limits()
    yield from _refusals()
    yield from _controls()
    yield from _cookies()
    yield from _referrals()


def _limits() -> Iterator[Fault]:
    for server in KINDS:
        people, groups, *_ = SHAPES[server]
        for moment, page in (
            ("first page", 1),
            ("second page", 2),
            ("last page of people", people),
            ("last page of groups", groups),
        ):
            for code, (what, words) in _LIMITS.items():
                if code != _SIZE and page in {1, people}:
                    continue
                one = Misbehaviour(Deed.RESULT, number=page, code=code, text=_ECHO)
                yield Fault(server, what, moment, Outcome.PARTIAL, words, relayed(one))
    always = Misbehaviour(Deed.RESULT, At.DONE, code=_SIZE, always=True)
    yield from everywhere(
        *("size limit", "every page, however small", Outcome.PARTIAL, "size limit was reached"),
        relayed(always, page_size=500),
    )


def _refusals() -> Iterator[Fault]:
    for code, (what, words) in _REFUSALS.items():
        always = Misbehaviour(Deed.RESULT, number=2, code=code, text=_ECHO, always=True)
        moment = "from the second page on"
        yield from everywhere(what, moment, Outcome.PARTIAL, words, relayed(always))


def _controls() -> Iterator[Fault]:
    words = "the server did not say whether that was all"
    for server in KINDS:
        people, groups, *_ = SHAPES[server]
        for moment, page in (
            ("first page", 1),
            ("last page of people", people),
            ("last page of groups", groups),
        ):
            one = Misbehaviour(Deed.NO_PAGING, number=page)
            what = "result without control"
            yield Fault(server, what, moment, Outcome.PARTIAL, words, relayed(one))
    ignored = Misbehaviour(Deed.IGNORE_PAGING, At.SEARCH, always=True)
    stage = relayed(ignored)
    yield from everywhere("paging ignored", "every search", Outcome.PARTIAL, words, stage)


def _cookies() -> Iterator[Fault]:
    words = "when it is asked again"
    for server in KINDS:
        for moment, page in (
            ("first page of people", 1),
            ("second page", 2),
            ("first page of groups", SHAPES[server].people + 1),
        ):
            stage = relayed(Misbehaviour(Deed.FORGET_COOKIE, number=page))
            yield Fault(server, "cookie lost", moment, Outcome.PARTIAL, words, stage)
    stage = relayed(Misbehaviour(Deed.FORGET_COOKIE, always=True))
    yield from everywhere("cookie lost", "every page", Outcome.PARTIAL, words, stage)
    stage = relayed(Misbehaviour(Deed.SPOIL_COOKIE, At.SEARCH, number=2))
    for server, outcome, words in (
        (OPENLDAP, Outcome.PARTIAL, "failed"),
        (AD, Outcome.PARTIAL, "failed"),
        (DS389, Outcome.COMPLETE, ""),  # it looks only at the beginning
    ):
        yield Fault(server, "cookie spoiled", "second page", outcome, words, stage)
    endless = Misbehaviour(Deed.ENDLESS_COOKIE, always=True)
    words, stage = "the server repeats a page", relayed(endless)
    yield from everywhere("same cookie for ever", "every page", Outcome.PARTIAL, words, stage)


def _referrals() -> Iterator[Fault]:
    words = "lies on another server, which was not asked"
    for moment, number in (("first page", 1), ("second page", 2)):
        stage = referring(Misbehaviour(Deed.REFER, number=number))
        yield from everywhere("referral within the base", moment, Outcome.PARTIAL, words, stage)
    for moment, at, number, outcome, words in (
        ("sign-in", At.BOUND, 1, Outcome.NOTHING, "the answer was not understood"),
        ("first page", At.PAGE, 1, Outcome.PARTIAL, "it lies on another server"),
        ("second page", At.PAGE, 2, Outcome.PARTIAL, "it lies on another server"),
    ):
        stage = referring(Misbehaviour(Deed.RESULT, at, number, code=10))
        yield from everywhere("referral as result", moment, outcome, words, stage)
