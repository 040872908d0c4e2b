"""The sample company: read by the same importers as anybody's files; logins to look around."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from accessreview.bootstrap.operator import OPERATOR
from accessreview.model.errors import NotFoundError, UnavailableError
from accessreview.model.review import CampaignScope, ReviewItem
from accessreview.model.snapshot import Snapshot
from accessreview.model.user import UserRole
from accessreview.sample import SAMPLE
from accessreview.services.application import Application
from accessreview.settings import Settings, load_settings
from accessreview.system import new_password

CONFIGURATION = SAMPLE / "accessreview.toml"
_CAMPAIGN = "Sample access review"
_OPEN_FOR = timedelta(days=30)
_PLEASANT = 8
"""About as many items as one would look through on a first visit."""


@dataclass(frozen=True, slots=True)
class Login:
    """One way in: what for, and with what."""

    role: str
    login: str
    password: str


def sample_settings(data_directory: Path, port: int | None) -> Settings:
    """The shipped configuration, keeping its data in ``data_directory``."""
    settings = load_settings(CONFIGURATION)
    web = settings.web if port is None else settings.web.model_copy(update={"port": port})
    return settings.model_copy(update={"data_directory": data_directory, "web": web})


def fill(application: Application, settings: Settings) -> tuple[Login, ...]:
    """Open the sample campaign and make a login for each kind of user; a second call only reads.

    The snapshot is there already. Raises UnavailableError if the file of logins is gone, or was
    never finished because the first start was interrupted.
    """
    file = settings.data_directory / "logins.json"
    with application.database.reading() as work:
        is_begun = bool(work.users.list())
        stored = work.snapshots.latest()
        if stored is None:
            raise NotFoundError("The sample company was not loaded; see the messages above.")
        snapshot = work.snapshots.get(stored.digest)
    if not is_begun:
        file.touch(mode=0o600)
        file.write_text(json.dumps(_fill(application, settings, snapshot)))
    try:
        return tuple(Login(**row) for row in json.loads(file.read_text()))
    except (OSError, ValueError) as error:
        raise UnavailableError(
            f"The logins of the sample company are not in {file}; remove the folder "
            f"{settings.data_directory} to start it afresh."
        ) from error


def _fill(
    application: Application, settings: Settings, snapshot: Snapshot
) -> Sequence[Mapping[str, str]]:
    logins = [
        _user(application, snapshot, "admin", UserRole.ADMINISTRATOR),
        _user(application, snapshot, "auditor", UserRole.AUDITOR),
    ]
    fallback, second = settings.review.fallback_reviewer, settings.review.second_fallback
    known = [_user(application, snapshot, login, UserRole.REVIEWER) for login in (fallback, second)]
    campaign = application.campaigns.open(
        OPERATOR,
        name=_CAMPAIGN,
        due_at=application.clock.now() + _OPEN_FOR,
        scope=CampaignScope.ALL,
        fallback_reviewer=fallback,
        second_fallback=second,
    )
    with application.database.reading() as work:
        items = work.items.of_campaign(campaign.id)
    people = _logins_by_identity(snapshot)
    reviewers = {people[item.reviewer] for item in items if item.reviewer in people}
    known += [
        _user(application, snapshot, login, UserRole.REVIEWER)
        for login in sorted(reviewers - {each["login"] for each in known})
    ]
    shown = people[_most_pleasant(items, people)]
    reviewer = next(each for each in known if each["login"] == shown)
    return [logins[0], reviewer, logins[1]]


def _user(
    application: Application, snapshot: Snapshot, login: str, role: UserRole
) -> dict[str, str]:
    """Add a user, as the person of the snapshot who has that login if there is one."""
    password = new_password()
    accounts = snapshot["accounts"]
    row = next((row for row, name in enumerate(accounts["login"]) if name == login), None)
    application.users.add(
        OPERATOR,
        login=login,
        display_name=login if row is None else accounts["display_name"][row],
        mail="" if row is None else accounts["mail"][row],
        role=role,
        identity="" if row is None else _identity(snapshot, row),
        password=password,
    )
    return {"role": role.value, "login": login, "password": password}


def _identity(snapshot: Snapshot, row: int) -> str:
    accounts = snapshot["accounts"]
    return accounts["identity"][row] or f"{accounts['source'][row]}/{accounts['id'][row]}"


def _logins_by_identity(snapshot: Snapshot) -> dict[str, str]:
    """The first enabled human login of each identity."""
    accounts = snapshot["accounts"]
    logins: dict[str, str] = {}
    for row in range(len(accounts)):
        if accounts["enabled"][row] == "true" and accounts["kind"][row] == "human":
            logins.setdefault(_identity(snapshot, row), accounts["login"][row])
    return logins


def _most_pleasant(items: Iterable[ReviewItem], people: Mapping[str, str]) -> str:
    """The reviewer with a few items, one of which breaks a rule."""
    listed = list(items)
    counts = Counter(item.reviewer for item in listed if item.reviewer in people)
    violating = {item.reviewer for item in listed if item.access.findings}
    return min(
        counts,
        key=lambda one: (one not in violating, abs(counts[one] - _PLEASANT), one),
    )
