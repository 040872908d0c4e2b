"""The whole application, and browsers for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accessreview.model.review import ReviewItem
from tests.browser import Browser
from tests.tool import Tool, tool


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Tool]:
    with tool(tmp_path) as made:
        yield made


@pytest.fixture
def browser(whole: Tool) -> Callable[[str], Browser]:
    """A fresh browser, signed in with this login; with none for an empty one."""

    def open_browser(login: str) -> Browser:
        made = Browser(whole.app.test_client())
        if login:
            assert made.sign_in(login).status_code == 303
        return made

    return open_browser


@pytest.fixture
def items_of(whole: Tool) -> Callable[[str], list[ReviewItem]]:
    def items(reviewer: str) -> list[ReviewItem]:
        with whole.application.database.reading() as work:
            return list(work.items.of_reviewer(reviewer, whole.campaign.id))

    return items
