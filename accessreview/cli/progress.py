"""How far a long command is, for whoever sits before it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function to be told how many are done, of how many; None when nobody watches.

    The bar is drawn on standard error and only if that is a terminal, so that neither rows nor logs
    have it among them.
    """
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=what, file=sys.stderr, item_show_func=str) as bar:

        def told(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos, f"{done} of {of}")

        yield told
