"""What vCenters told between collections: events, uses, and how far each was watched."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Select, func, select, tuple_

from accessreview.model.event import (
    SeenUse,
    Stream,
    Watch,
    WatchedEvent,
    accumulated,
    use_key,
)
from accessreview.model.snapshot import Use
from accessreview.storage.rows import SeenUseRow, WatchedEventRow, WatchRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode

_AT_ONCE = 200
"""Keys that one statement asks for; a database bounds how many."""


class SqlWatchedEvents:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, events: Sequence[WatchedEvent], at: datetime) -> Sequence[WatchedEvent]:
        new = {(one.source, one.at, one.key): one for one in events}
        keys = iter(tuple(new))
        while some := tuple(islice(keys, _AT_ONCE)):
            columns = (WatchedEventRow.source, WatchedEventRow.at, WatchedEventRow.key)
            known = select(*columns).where(tuple_(*columns).in_(some))
            for source, moment, key in self._transaction.session.execute(known):
                del new[source, moment, key]
        last = self._transaction.session.scalar(select(func.max(WatchedEventRow.number))) or 0
        rows = [  # writers take turns
            WatchedEventRow(
                number=number,
                source=one.source,
                at=one.at,
                key=one.key,
                stored_at=at,
                body=encode(one),
            )
            for number, one in enumerate(new.values(), last + 1)
        ]
        self._transaction.insert(rows)
        return tuple(new.values())

    def of(self, source: str, since: datetime) -> Sequence[WatchedEvent]:
        statement = _in_order().where(WatchedEventRow.source == source, WatchedEventRow.at >= since)
        return self._found(statement)

    def stored_since(self, source: str, since: datetime) -> Sequence[WatchedEvent]:
        statement = _in_order().where(
            WatchedEventRow.source == source, WatchedEventRow.stored_at > since
        )
        return self._found(statement)

    def page(self, source: str, *, offset: int, limit: int) -> Sequence[WatchedEvent]:
        order = (WatchedEventRow.at.desc(), WatchedEventRow.number.desc())
        statement = select(WatchedEventRow).order_by(*order).offset(offset).limit(limit)
        return self._found(statement.filter_by(source=source) if source else statement)

    def counts(self) -> Mapping[str, int]:
        statement = (
            select(WatchedEventRow.source, func.count().label("number"))
            .group_by(WatchedEventRow.source)
            .order_by(WatchedEventRow.source)
        )
        return {row.source: row.number for row in self._transaction.session.execute(statement)}

    def _found(self, statement: Select[WatchedEventRow]) -> Sequence[WatchedEvent]:
        rows = self._transaction.session.scalars(statement)
        return [decode(WatchedEvent, row.body) for row in rows]


class SqlSeenUses:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, uses: Sequence[SeenUse]) -> None:
        seen = accumulated(uses)
        known = {use_key(one): one for one in self._known(seen)}
        rows = [
            _use_row(one)
            for each in seen
            for one in accumulated(filter(None, (known.get(use_key(each)), each)))
        ]
        self._transaction.upsert(rows, of_the_domain=False)

    def of(self, source: str) -> Sequence[SeenUse]:
        rows = self._transaction.session.scalars(select(SeenUseRow).filter_by(source=source))
        return [_use(row) for row in rows]

    def _known(self, uses: Sequence[SeenUse]) -> Iterator[SeenUse]:
        keys = iter([use_key(one) for one in uses])
        while some := tuple(islice(keys, _AT_ONCE)):
            columns = (
                SeenUseRow.source,
                SeenUseRow.principal_folded,
                SeenUseRow.use,
                SeenUseRow.detail,
            )
            statement = select(SeenUseRow).where(tuple_(*columns).in_(some))
            yield from map(_use, self._transaction.session.scalars(statement))


class SqlWatches:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def save(self, watches: Sequence[Watch]) -> None:
        rows = [
            WatchRow(source=one.source, stream=one.stream.value, body=encode(one))
            for one in watches
        ]
        self._transaction.upsert(rows, of_the_domain=False)

    def of(self, source: str) -> Sequence[Watch]:
        statement = select(WatchRow.body).filter_by(source=source)
        found = [decode(Watch, body) for body in self._transaction.session.scalars(statement)]
        return sorted(found, key=lambda one: tuple(Stream).index(one.stream))


def _in_order() -> Select[WatchedEventRow]:
    order = (WatchedEventRow.at, WatchedEventRow.key)
    return select(WatchedEventRow).order_by(*order)


def _use_row(one: SeenUse) -> SeenUseRow:
    source, folded, use, detail = use_key(one)
    return SeenUseRow(
        source=source,
        principal_folded=folded,
        use=use.value,
        detail=detail,
        principal=one.principal,
        first=one.first,
        last=one.last,
        count=one.count,
    )


def _use(row: SeenUseRow) -> SeenUse:
    return SeenUse(
        source=row.source,
        principal=row.principal,
        use=Use(row.use),
        detail=row.detail,
        first=row.first,
        last=row.last,
        count=row.count,
    )
