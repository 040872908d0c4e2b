"""``accessreview observations``: what should be known beside what the rules find."""

from pathlib import Path

import click

from accessreview.analysis.changed_hands import meanings
from accessreview.analysis.estate import build_estate
from accessreview.analysis.observations import observe
from accessreview.bootstrap.identity_sources import identity_sources_of
from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.bundle import load_bundle
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import kept_sources, opened, require_known
from accessreview.cli.output import print_rows
from accessreview.model.observation import Observation, ObservationKind
from accessreview.model.snapshot import Snapshot
from accessreview.settings import load_settings

_FIRST = 10


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path), required=False)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="BUNDLE",
    help="An earlier bundle, to tell which names mean something else since.",
)
@click.option(
    "--kind", type=click.Choice([each.value for each in ObservationKind]), help="Only of this kind."
)
@click.option("--vcenter", metavar="ID", help="Only of this vCenter.")
@click.option("--all-concerned", is_flag=True, help=f"Everybody concerned, not the first {_FIRST}.")
@config_option
def observations(  # noqa: PLR0913 - one parameter an option
    bundle: Path | None,
    config: Path | None,
    *,
    previous: Path | None,
    kind: str | None,
    vcenter: str | None,
    all_concerned: bool,
) -> None:
    """Print what is observed of permissions and directories, of BUNDLE or the latest snapshot.

    How a vCenter counts members is known from the identity sources of the configuration.
    """
    if bundle is None:
        if previous is not None:
            raise click.UsageError("--previous goes with a BUNDLE; what is kept knows its own.")
        with opened(config) as application:
            require_known(vcenter, kept_sources(application))
            found = application.queries.observations.all(OPERATOR)
    else:
        snapshot = load_bundle(bundle)
        require_known(vcenter, (source.id for source in snapshot.sources))
        found = _of_bundle(snapshot, previous, config)
    print_rows(
        _row(one, None if all_concerned else _FIRST)
        for one in found
        if kind in {None, one.kind} and vcenter in {None, one.vcenter}
    )


def _of_bundle(
    snapshot: Snapshot, previous: Path | None, config: Path | None
) -> tuple[Observation, ...]:
    sources = identity_sources_of(load_settings(config))
    before = [] if previous is None else [meanings(load_bundle(previous))]
    return observe(build_estate(snapshot), sources, before)


def _row(one: Observation, first: int | None) -> dict[str, object]:
    return {
        "kind": one.kind,
        "vcenter": one.vcenter,
        "principal": one.principal,
        "is_group": one.is_group,
        "detail": one.detail,
        "concerned": [
            {"source": each.source, "id": each.id, "name": each.name, "reason": each.reason}
            for each in one.concerned[:first]
        ],
        "concerned_total": len(one.concerned),
    }
