"""The identity sources of each vCenter from the settings."""

from accessreview.bootstrap.sources import kinds_of
from accessreview.model import identity_source as model
from accessreview.model.dn import canonical
from accessreview.model.errors import ConfigurationError
from accessreview.model.snapshot import SourceKind
from accessreview.settings import IdentitySource, Settings, VCenter


def identity_sources_of(settings: Settings) -> dict[str, tuple[model.IdentitySource, ...]]:
    """By vCenter, for those that have any.

    Raises:
        ConfigurationError: one is of no directory that is configured, of a directory that has
            another already, or a base is no distinguished name.
    """
    kinds = kinds_of(settings)
    found: dict[str, tuple[model.IdentitySource, ...]] = {}
    for source in settings.source:
        if isinstance(source, VCenter) and source.identity_source:
            of_vcenter = source.identity_source
            directories = [one.directory for one in of_vcenter]
            for directory in directories:
                if kinds.get(directory) is not SourceKind.DIRECTORY:
                    raise ConfigurationError(
                        f"The identity source {directory} of {source.id} is no [[source]] that is "
                        "a directory; give the id of one."
                    )
                if directories.count(directory) > 1:
                    raise ConfigurationError(
                        f"{source.id} has two identity sources for {directory}; leave one, with "
                        "a base that holds both."
                    )
            found[source.id] = tuple(_rules(source.id, one) for one in of_vcenter)
    return found


def _rules(vcenter: str, one: IdentitySource) -> model.IdentitySource:
    return model.IdentitySource(
        directory=one.directory,
        kind=model.IdentitySourceKind(one.kind),
        user_base=_base(vcenter, one.user_base),
        group_base=_base(vcenter, one.group_base),
        whole_domain=one.whole_domain,
        direct_groups_only=one.direct_groups_only,
        foreign_groups=one.foreign_groups,
    )


def _base(vcenter: str, name: str) -> str:
    try:
        return canonical(name)
    except ValueError as error:
        raise ConfigurationError(
            f"The base “{name}” of an identity source of {vcenter} is no distinguished name: "
            f"{error}."
        ) from error
