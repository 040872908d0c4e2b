"""What of a vCenter the account that reads it does not see."""

from collections.abc import Iterator

from accessreview.analysis.concerned import annex
from accessreview.analysis.estate import Estate
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.snapshot.tables import fields, rows_with


def unseen_observations(estate: Estate) -> Iterator[Observation]:
    """One of each vCenter with blind spots, with every entity on or below which they are."""
    spots: dict[str, dict[str, str]] = {}
    for source, entity, reason in annex(estate.snapshot, "blind_spots").rows():
        spots.setdefault(source, {})[entity] = reason
    for source, found in spots.items():
        entities = estate.snapshot["entities"]
        names = {
            row[1]: row[3]
            for row in fields(entities, rows_with(entities["id"], found))
            if row[0] == source
        }
        yield Observation(
            ObservationKind.BLIND_SPOT,
            source,
            f"The account that reads does not see everything: {len(found)}"
            f" {'places' if len(found) > 1 else 'place'} may hold permissions that nobody here"
            " knows of.",
            tuple(
                Concerned(source, entity, names.get(entity, entity), reason)
                for entity, reason in sorted(
                    found.items(), key=lambda spot: (names.get(spot[0], spot[0]), spot[0])
                )
            ),
        )
