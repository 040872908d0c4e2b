"""Building evidence: who may, when, and that nothing is kept without its record."""

from dataclasses import replace

import pytest

from accessreview.evidence.compile import CampaignRecord
from accessreview.model.canonical import sha256
from accessreview.model.errors import ConflictError, NotAllowedError, NotFoundError
from accessreview.model.user import Authorization, UserRole
from accessreview.signing import keys
from tests.unit.evidence.conftest import cancelled, closed, packages_of
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

AUDITOR = Authorization("auditor", UserRole.AUDITOR)


@pytest.fixture
def signer(tmp_path_factory: pytest.TempPathFactory) -> keys.Ed25519Signer:
    return keys.load_or_create(tmp_path_factory.mktemp("key") / "signing.pem")


def test_each_package_is_kept_with_its_record_the_newest_first(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    packages, campaign = packages_of(peopled, signer), closed(peopled)
    first = packages.build(ADMINISTRATOR, campaign.id)
    peopled.clock.move(days=1)
    second = packages.build(ADMINISTRATOR, campaign.id)
    assert packages.list(AUDITOR, campaign.id) == [second, first]
    assert (second.built_at, second.key) == (
        peopled.clock.now(),
        keys.fingerprint(signer.public_key),
    )
    data = packages.data(AUDITOR, first.id)
    assert (sha256(data), len(data)) == (first.digest, first.size)
    assert peopled.actions().count("evidence:package:build") == 2


def test_a_signing_key_that_was_replaced_leaves_its_mark_in_the_trail(
    peopled: House, signer: keys.Ed25519Signer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = keys.load_or_create(tmp_path_factory.mktemp("other") / "signing.pem")
    campaign = closed(peopled)
    before = packages_of(peopled, signer)
    after = replace(packages_of(peopled, other), ids=before.ids)
    for packages in (before, before, after):
        packages.build(ADMINISTRATOR, campaign.id)
        peopled.clock.move(days=1)

    with peopled.database.reading() as work:
        built = [one.details for one in work.audit.list() if one.action == "evidence:package:build"]

    first, second = (keys.fingerprint(each.public_key) for each in (signer, other))
    assert built == [{"key": first}, {"key": first}, {"key": second, "previous_key": first}]


def test_nothing_is_built_while_the_review_goes_on(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    campaign = peopled.open()
    with pytest.raises(ConflictError, match="The review of campaign “Spring” is not over"):
        packages_of(peopled, signer).build(ADMINISTRATOR, campaign.id)
    assert "evidence:package:build" not in peopled.actions()


def test_a_build_that_fails_leaves_neither_package_nor_record(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    def failing(_record: CampaignRecord) -> bytes:
        raise NotFoundError("The template is gone.")

    campaign = cancelled(peopled)
    packages = packages_of(peopled, signer)
    with pytest.raises(NotFoundError):
        replace(packages, render=failing).build(ADMINISTRATOR, campaign.id)
    assert packages.list(AUDITOR, campaign.id) == []
    assert "evidence:package:build" not in peopled.actions()


def test_reviewers_neither_build_nor_see_evidence(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    packages, campaign = packages_of(peopled, signer), cancelled(peopled)
    package = packages.build(ADMINISTRATOR, campaign.id)
    for attempt in (
        lambda who: packages.build(who, campaign.id),
        lambda who: packages.list(who, campaign.id),
        lambda who: packages.data(who, package.id),
    ):
        with pytest.raises(NotAllowedError):
            attempt(reviewer("ben"))


def test_a_campaign_or_package_that_is_not_there_is_said(
    peopled: House, signer: keys.Ed25519Signer
) -> None:
    packages = packages_of(peopled, signer)
    with pytest.raises(NotFoundError, match="no campaign other"):
        packages.build(ADMINISTRATOR, "other")
    with pytest.raises(NotFoundError, match="no evidence package other"):
        packages.data(AUDITOR, "other")
