"""``accessreview campaign``: open, look at, remind of, finish and close reviews."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain
from accessreview.model.review import Campaign, CampaignScope
from accessreview.settings import load_settings


@click.group()
def campaign() -> None:
    """Run recertification campaigns."""


@campaign.command("open")
@click.option("--name", required=True)
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="The last day; default: in 30 days.")
@click.option("--scope", type=click.Choice([one.value for one in CampaignScope]), default="all")
@click.option("--fallback", help="Login of the reviewer asked if nobody is found.")
@click.option("--second-fallback", help="Asked about the first one's own access.")
@click.option("--accept-incomplete", default="", help="Why a partial snapshot is good enough.")
@config_option
def open_command(  # noqa: PLR0913 - the options of a command
    *,
    name: str,
    due: datetime | None,
    scope: str,
    fallback: str | None,
    second_fallback: str | None,
    accept_incomplete: str,
    config: Path | None,
) -> None:
    """Ask the owners about the access in the latest snapshot.

    The fallbacks are those of the configuration where none are given here.
    """
    review = load_settings(config).review
    with opened(config) as application:
        end = application.clock.now() + timedelta(days=30)
        if due is not None:
            end = due.replace(tzinfo=UTC) + timedelta(hours=23, minutes=59, seconds=59)
        _show(
            application.campaigns.open(
                OPERATOR,
                name=name,
                due_at=end,
                scope=CampaignScope(scope),
                fallback_reviewer=review.fallback_reviewer if fallback is None else fallback,
                second_fallback=(
                    review.second_fallback if second_fallback is None else second_fallback
                ),
                accept_incomplete_reason=accept_incomplete,
            )
        )


@campaign.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """All campaigns, newest first."""
    with opened(config) as application, application.database.reading() as work:
        print_rows(plain(each) for each in work.campaigns.list())


@campaign.command("items")
@click.argument("campaign_id")
@config_option
def items(campaign_id: str, config: Path | None) -> None:
    """Every item of a campaign with its decision and what is proven of it."""
    with opened(config) as application, application.database.reading() as work:
        work.campaigns.get(campaign_id)
        print_rows(plain(each) for each in work.items.of_campaign(campaign_id))


@campaign.command("remind")
@config_option
def remind(config: Path | None) -> None:
    """Write to every reviewer with items that wait."""
    with opened(config) as application:
        print_rows([{"sent": application.campaigns.remind(OPERATOR)}])


@campaign.command("reroute")
@click.argument("campaign_id")
@click.option("--from", "reviewer", required=True, help="Whose items: the reviewer's identity.")
@click.option("--to", required=True, help="Login of the reviewer who answers instead.")
@click.option("--reason", required=True, help="Why the first one cannot.")
@config_option
def reroute(campaign_id: str, reviewer: str, to: str, reason: str, config: Path | None) -> None:
    """Have somebody else answer what waits for a reviewer who left."""
    with opened(config) as application:
        rerouted = application.rerouting.reroute(
            OPERATOR, campaign_id, reviewer=reviewer, to=to, reason=reason
        )
    print_rows([{"rerouted": len(rerouted.items), "left_as_own_access": rerouted.own}])


@campaign.command("finish")
@click.argument("campaign_id")
@config_option
def finish(campaign_id: str, config: Path | None) -> None:
    """End the review; what is not signed off stays, and is recorded as no answer."""
    with opened(config) as application:
        _show(application.campaigns.finish_review(OPERATOR, campaign_id))


@campaign.command("close")
@click.argument("campaign_id")
@click.option("--residue", default="", help="Why it is closed although a removal is not proven.")
@config_option
def close(campaign_id: str, residue: str, config: Path | None) -> None:
    """Close a campaign whose revocations are proven gone."""
    with opened(config) as application:
        _show(application.campaigns.close(OPERATOR, campaign_id, residue))


@campaign.command("cancel")
@click.argument("campaign_id")
@click.option("--reason", required=True)
@config_option
def cancel(campaign_id: str, reason: str, config: Path | None) -> None:
    """Give a campaign up; nothing is removed."""
    with opened(config) as application:
        _show(application.campaigns.cancel(OPERATOR, campaign_id, reason))


def _show(shown: Campaign) -> None:
    print_rows([plain(shown)])
