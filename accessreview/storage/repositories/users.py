"""Users of this tool, their sessions, and their failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from accessreview.model.errors import ConflictError, NotFoundError
from accessreview.model.user import User, UserRole, UserSession
from accessreview.storage.rows import SignInFailureRow, UserRow, UserSessionRow
from accessreview.storage.transaction import Transaction


class SqlUsers:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, user: User) -> None:
        self._refuse_taken(user)
        self._transaction.insert([_to_row(user)])

    def get(self, user_id: str) -> User:
        row = self._transaction.session.get(UserRow, user_id)
        if row is None:
            raise NotFoundError(f"There is no user {user_id}.")
        return _from_row(row)

    def by_login(self, login: str) -> User | None:
        statement = select(UserRow).where(UserRow.login_folded == login.casefold())
        row = self._transaction.session.scalar(statement)
        return None if row is None else _from_row(row)

    def save(self, user: User) -> None:
        self._refuse_taken(user)
        self._transaction.update([_to_row(user)])

    def list(self) -> Sequence[User]:
        """By login, without regard to case."""
        users = map(_from_row, self._transaction.session.scalars(select(UserRow)))
        return sorted(users, key=lambda user: user.login.casefold())

    def _refuse_taken(self, user: User) -> None:
        other = self.by_login(user.login)
        if other is not None and other.id != user.id:
            raise ConflictError(f"The login {user.login} is taken; choose another.")


def _to_row(user: User) -> UserRow:
    return UserRow(
        id=user.id,
        login=user.login,
        login_folded=user.login.casefold(),
        display_name=user.display_name,
        mail=user.mail,
        role=user.role,
        identity=user.identity,
        enabled=user.enabled,
        password_hash=user.password_hash,
    )


def _from_row(row: UserRow) -> User:
    return User(
        id=row.id,
        login=row.login,
        display_name=row.display_name,
        mail=row.mail,
        role=UserRole(row.role),
        identity=row.identity,
        enabled=row.enabled,
        password_hash=row.password_hash,
    )


class SqlSessions:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, session: UserSession) -> None:
        row = UserSessionRow(
            token_digest=session.token_digest,
            user_id=session.user,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            body=session.values,
        )
        self._transaction.upsert([row], of_the_domain=False)

    def get(self, token_digest: str) -> UserSession | None:
        row = self._transaction.session.get(UserSessionRow, token_digest)
        if row is None:
            return None
        return UserSession(
            token_digest=row.token_digest,
            user=row.user_id,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            values=row.body,
        )

    def delete(self, token_digest: str) -> None:
        session = self._transaction.change("user_sessions", of_the_domain=False)
        session.execute(delete(UserSessionRow).filter_by(token_digest=token_digest))

    def delete_of_user(self, user_id: str) -> None:
        session = self._transaction.change("user_sessions", of_the_domain=False)
        session.execute(delete(UserSessionRow).filter_by(user_id=user_id))


class SqlSignInFailures:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, login: str, at: datetime) -> None:
        row = SignInFailureRow(login_folded=login.casefold(), at=at)
        self._transaction.insert([row], of_the_domain=False)

    def since(self, login: str, at: datetime) -> int:
        """How many there were at that moment or later."""
        statement = (
            select(func.count())
            .select_from(SignInFailureRow)
            .where(SignInFailureRow.login_folded == login.casefold(), SignInFailureRow.at >= at)
        )
        return self._transaction.session.scalar(statement) or 0

    def clear(self, login: str) -> None:
        session = self._transaction.change("sign_in_failures", of_the_domain=False)
        session.execute(delete(SignInFailureRow).filter_by(login_folded=login.casefold()))
