"""Administration of the tool's own users: add, disable, enable, set a password."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from accessreview.model.errors import ConflictError, InputError, NotAllowedError
from accessreview.model.user import Authorization, User, UserRole
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, IdSource, PasswordHasher, UnitOfWork

SHORTEST_PASSWORD = 12
_LONGEST = 1024
_LOGIN = re.compile(r"[^\s\x00-\x1f\x7f]{1,100}")
_MAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class UserAdministration:
    database: Database
    clock: Clock
    ids: IdSource
    hasher: PasswordHasher

    def list(self, authorization: Authorization) -> Sequence[User]:
        require(authorization, Capability.ADMINISTER_USERS)
        with self.database.reading() as unit:
            return unit.users.list()

    def add(  # noqa: PLR0913 - a user has this many facts, all named
        self,
        authorization: Authorization,
        *,
        login: str,
        display_name: str,
        mail: str,
        role: UserRole,
        identity: str,
        password: str,
    ) -> User:
        """Add an enabled user.

        ``identity`` is the person of the snapshots; a reviewer without one decides nothing.

        Raises:
            InputError: all that is wrong with the values, at once.
            ConflictError: the login is taken.
        """
        require(authorization, Capability.ADMINISTER_USERS)
        problems = [*_problems(login, display_name, mail), *_password_problems(login, password)]
        if problems:
            raise InputError(*problems)
        user = User(
            id=self.ids.new(),
            login=login,
            display_name=display_name.strip(),
            mail=mail,
            role=role,
            identity=identity.strip(),
            enabled=True,
            password_hash=self.hasher.hash(password),
        )
        with self.database.writing() as unit:
            unit.users.add(user)
            details = {"login": login, "role": role.value, "identity": user.identity}
            self._record(unit, authorization, "user:add", user, details)
        return user

    def disable(self, authorization: Authorization, user_id: str) -> User:
        """Shut a user out at once, sessions included.

        Raises:
            ConflictError: it is the actor, or the last administrator who could sign in.
        """
        require(authorization, Capability.ADMINISTER_USERS)
        with self.database.writing() as unit:
            user = unit.users.get(user_id)
            if user.login.casefold() == authorization.actor.casefold():
                raise ConflictError("You cannot disable yourself; ask another administrator.")
            if _is_last_administrator(user, unit.users.list()):
                raise ConflictError(
                    f"{user.login} is the last enabled administrator; add another one first."
                )
            disabled = replace(user, enabled=False)
            unit.users.save(disabled)
            unit.sessions.delete_of_user(user.id)
            self._record(unit, authorization, "user:disable", user, {"login": user.login})
        return disabled

    def enable(self, authorization: Authorization, user_id: str) -> User:
        require(authorization, Capability.ADMINISTER_USERS)
        with self.database.writing() as unit:
            user = replace(unit.users.get(user_id), enabled=True)
            unit.users.save(user)
            self._record(unit, authorization, "user:enable", user, {"login": user.login})
        return user

    def set_password(self, authorization: Authorization, user_id: str, password: str) -> None:
        """Give somebody a new password; their sessions end."""
        require(authorization, Capability.ADMINISTER_USERS)
        with self.database.writing() as unit:
            self._change(unit, authorization, unit.users.get(user_id), password)

    def change_own_password(self, authorization: Authorization, current: str, new: str) -> None:
        """Change the actor's own password; all of the actor's sessions end.

        Raises:
            NotAllowedError: ``current`` is not the password.
            InputError: the new one is too short, too long or the login.
        """
        with self.database.writing() as unit:
            user = unit.users.by_login(authorization.actor)
            if user is None or not self.hasher.verify(user.password_hash, current[:_LONGEST]):
                raise NotAllowedError("The present password is not right.")
            self._change(unit, authorization, user, new)

    def _change(
        self, unit: UnitOfWork, authorization: Authorization, user: User, password: str
    ) -> None:
        problems = _password_problems(user.login, password)
        if problems:
            raise InputError(*problems)
        unit.users.save(replace(user, password_hash=self.hasher.hash(password)))
        unit.sessions.delete_of_user(user.id)
        self._record(unit, authorization, "user:password:change", user, {"login": user.login})

    def _record(
        self,
        unit: UnitOfWork,
        authorization: Authorization,
        action: str,
        user: User,
        details: dict[str, str],
    ) -> None:
        unit.audit.record(action, authorization.actor, f"user:{user.id}", details, self.clock.now())


def _problems(login: str, display_name: str, mail: str) -> list[str]:
    problems = []
    if not _LOGIN.fullmatch(login):
        problems.append("The login must have 1 to 100 characters and no spaces.")
    if not display_name.strip() or len(display_name) > 200:  # noqa: PLR2004 - said in the sentence
        problems.append("The name must have 1 to 200 characters.")
    if mail and not _MAIL.fullmatch(mail):
        problems.append("The mail address must look like name@example.org, or be left empty.")
    return problems


def _password_problems(login: str, password: str) -> list[str]:
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST:
        return [f"The password must have {SHORTEST_PASSWORD} to {_LONGEST} characters."]
    if password.casefold() == login.casefold():
        return ["The password must not be the login."]
    return []


def _is_last_administrator(user: User, users: Sequence[User]) -> bool:
    return user.role is UserRole.ADMINISTRATOR and not any(
        other.enabled and other.role is UserRole.ADMINISTRATOR and other.id != user.id
        for other in users
    )
