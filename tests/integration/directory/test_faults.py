"""No fault of a directory makes a reading complete that is not; the rows are kept as a page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from accessreview.ldap.settings import DirectoryKind
from tests.directory_faults import KINDS, OPENLDAP, Fault, Ground, Scene, carried_out
from tests.directory_faults_rows import ROWS, TOPICS, table
from tests.directory_faults_servers import MISSING, Servers
from tests.directory_faults_staging import direct
from tests.faults import Outcome
from tests.servers.required import require
from tests.servers.samba import ADDRESSES
from tests.servers.templates import Templates

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "faults-directories.md"
LEAST = 60


@pytest.fixture(scope="module")
def ground_of(
    tmp_path_factory: pytest.TempPathFactory, templates: Templates
) -> Iterator[Callable[[DirectoryKind], Ground]]:
    """Each server is started when it is first asked for."""
    servers = Servers.of(tmp_path_factory.mktemp("faults"), templates)
    found: dict[DirectoryKind, Ground] = {}
    with ExitStack() as stack:

        def ground(kind: DirectoryKind) -> Ground:
            require(MISSING[kind]())
            if kind not in found:
                found[kind] = Ground.of(servers, stack.enter_context(servers.running(kind)))
            return found[kind]

        yield ground


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_without_a_fault_is_what_the_server_was_filled_with(
    ground_of: Callable[[DirectoryKind], Ground], kind: DirectoryKind
) -> None:
    assert ground_of(kind).holds_the_seed()


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_has_its_outcome_and_none_is_a_false_complete(
    ground_of: Callable[[DirectoryKind], Ground], kind: DirectoryKind, topic: str
) -> None:
    faults = [fault for fault in TOPICS[topic] if fault.server is kind]
    results = carried_out(faults, ground_of(kind))
    assert {one.fault.id: (one.wrong, one.said) for one in results if one.wrong} == {}
    assert len(results) == len(faults)


def test_a_false_complete_would_be_noticed(
    ground_of: Callable[[DirectoryKind], Ground],
) -> None:
    @contextmanager
    def lacking(ground: Ground) -> Iterator[Scene]:
        with direct()(ground) as scene:
            more = replace(scene.before, pairs=scene.before.pairs | {("a group", "a member")})
            yield replace(scene, before=more, after=lambda: more)

    fault = Fault(OPENLDAP, "nothing", "never", Outcome.COMPLETE, "", lacking)
    (result,) = carried_out([fault], ground_of(OPENLDAP))
    assert result.outcome is Outcome.COMPLETE
    assert result.wrong == ("FALSE COMPLETE: 1 memberships are lacking",)


def test_the_rows_are_many_and_no_two_are_the_same() -> None:
    assert len({fault.id for fault in ROWS}) == len(ROWS) >= LEAST


def test_the_page_holds_every_row() -> None:
    assert table((fault, fault.outcome) for fault in ROWS) in PAGE.read_text(encoding="utf-8")
