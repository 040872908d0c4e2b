"""Packages of the small company, built by the real services, and lies told inside them."""

from collections.abc import Callable
from functools import partial

import pytest

from accessreview.bundles.files import bundle_files
from accessreview.model.canonical import plain
from accessreview.model.review import Campaign, CampaignScope, Outcome
from accessreview.reports import Reports
from accessreview.resources import directory
from accessreview.services.agreement import Comparing, Questioned
from accessreview.services.evidence import EvidencePackages
from accessreview.services.rerouting import Rerouting
from accessreview.signing import keys
from accessreview.signing.seal import archived_files, seal
from tests.company import RULESET
from tests.fakes import SequentialIds
from tests.forgery import Forgery
from tests.misreadings import LevelsAddUp
from tests.oracles import CompanyOracle
from tests.unit.services.conftest import ADMINISTRATOR, House, collect, reviewer
from tests.unit.services.conftest import house as house  # noqa: PLC0414 - fixtures of its own
from tests.unit.services.conftest import peopled as peopled  # noqa: PLC0414 - as above

DANS = ("dan", "CORP\\VM Admins")
AMYS = ("amy", "CORP\\amy")


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> keys.Ed25519Signer:
    return keys.load_or_create(tmp_path_factory.mktemp("keys") / "signing.pem")


def packages_of(house: House, signer: keys.Ed25519Signer) -> EvidencePackages:
    return EvidencePackages(
        database=house.database,
        clock=house.clock,
        ids=SequentialIds("package"),
        engine="1",
        public_pem=keys.public_pem(signer.public_key).decode(),
        key_fingerprint=keys.fingerprint(signer.public_key),
        seal=partial(seal, signer=signer),
        render=Reports(directory("templates")).render,
        bundle=partial(bundle_files, annex=True),
        parse_ruleset=lambda _text: RULESET,
    )


def revoke_dans(house: House) -> Campaign:
    """A campaign whose review is over, with one revocation planned and carried out."""
    campaign = house.open()
    house.clock.move(minutes=1)
    house.answer(campaign, DANS)
    house.clock.move(minutes=1)
    for task in house.remediation.plan(ADMINISTRATOR, campaign.id):
        house.remediation.execute(ADMINISTRATOR, task.id)
    house.clock.move(minutes=1)
    return campaign


def closed(house: House) -> Campaign:
    campaign = revoke_dans(house)
    collect(house)
    return house.campaigns.close(ADMINISTRATOR, campaign.id)


def residue(house: House) -> Campaign:
    """Dan's is gone; Amy's was handed over and is left."""
    campaign = house.open()
    house.answer(campaign, DANS, AMYS)
    tasks = house.remediation.plan(ADMINISTRATOR, campaign.id)
    house.remediation.hand_over(ADMINISTRATOR, campaign.id, "powercli")
    (dans,) = [task for task in tasks if "group" in str(plain(task.change))[:12]]
    house.remediation.execute(ADMINISTRATOR, dans.id)
    collect(house)
    return house.campaigns.close(ADMINISTRATOR, campaign.id, "she is on leave")


def partly_read(house: House) -> Campaign:
    """The later snapshot is partial, so what became of the removal is not known."""
    campaign = revoke_dans(house)
    house.directory.gaps = ("The size limit was reached.",)
    collect(house)
    return campaign


def cancelled(house: House) -> Campaign:
    campaign = house.open()
    item = next(iter(house.items(campaign).values()))
    house.decisions.take(reviewer(item.reviewer), item.id, Outcome.REVOKE, "too much")
    house.clock.move(minutes=1)
    return house.campaigns.cancel(ADMINISTRATOR, campaign.id, "opened too early")


def rerouted(house: House) -> Campaign:
    """One reviewer left after deciding, another answered in their place, but not everything."""
    campaign = house.open()
    for item in house.items(campaign).values():
        if item.reviewer == "cat":
            house.decisions.take(reviewer("cat"), item.id, Outcome.KEEP, "as agreed")
    house.clock.move(minutes=1)
    Rerouting(database=house.database, clock=house.clock).reroute(
        ADMINISTRATOR, campaign.id, reviewer="cat", to="fay@tool", reason="she left"
    )
    dans = house.items(campaign)[DANS]
    house.decisions.take(reviewer("fay"), dans.id, Outcome.REVOKE, "too much")
    house.clock.move(minutes=1)
    house.campaigns.finish_review(ADMINISTRATOR, campaign.id)
    return campaign


def violations(house: House) -> Campaign:
    """A campaign over violations alone, with an orphan in sight."""
    house.company.add("permissions", "vc", "dc", "CORP\\Nobody", "true", "10", "true")
    collect(house)
    campaign = house.open(scope=CampaignScope.VIOLATIONS)
    house.answer(campaign)
    return campaign


def compared(house: House) -> Campaign:
    """Its vCenter was asked three times: it agreed, misread a rule, and granted to everybody."""
    house.clock.move(minutes=1)
    stored = house.collection.run(ADMINISTRATOR)
    for oracle in (
        CompanyOracle(house.company),
        CompanyOracle(house.company, LevelsAddUp),
        CompanyOracle(house.company, to_everybody=("System.Read",)),
    ):
        house.clock.move(minutes=1)
        asked = {"vc": Questioned(oracle, 40)}
        Comparing(database=house.database, clock=house.clock, vcenters=asked).run(
            ADMINISTRATOR, stored
        )
    house.refresh.conclude(ADMINISTRATOR, stored.digest)
    house.clock.move(minutes=1)
    return closed(house)


Story = Callable[[House], Campaign]
_built: dict[Story, bytes] = {}


@pytest.fixture
def built(request: pytest.FixtureRequest, signer: keys.Ed25519Signer) -> Callable[[Story], bytes]:
    """The sealed package of a story; each is built only once, since it never varies."""

    def build(story: Story) -> bytes:
        if story not in _built:
            house: House = request.getfixturevalue("peopled")
            packages = packages_of(house, signer)
            package = packages.build(ADMINISTRATOR, story(house).id)
            _built[story] = packages.data(ADMINISTRATOR, package.id)
        return _built[story]

    return build


@pytest.fixture
def forge(
    built: Callable[[Story], bytes], signer: keys.Ed25519Signer
) -> Callable[[Story], Forgery]:
    return lambda story: Forgery(dict(archived_files(built(story))), signer)
