"""``effective``, ``who`` and ``contributes``: who can do what in a bundle, and through what."""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import TypeVar

import click

from accessreview.analysis.abilities import Ability, access_of, access_of_identity
from accessreview.analysis.contribution import (
    Affected,
    Contributed,
    Contribution,
    contribution_of_group,
    contribution_of_permission,
    contribution_of_role,
)
from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import Estate
from accessreview.analysis.groups import find_group
from accessreview.analysis.reached import permission_row
from accessreview.analysis.who import Holder, who
from accessreview.cli.bundle import bundle_argument
from accessreview.cli.estate import accounts_called, load_estate
from accessreview.cli.output import print_rows
from accessreview.cli.ruleset import load_ruleset
from accessreview.model.access import EntityRef, Permission, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Duty

_Row = dict[str, object]
_Command = Callable[..., None]
Thing = TypeVar("Thing")
_GLOBAL = "-"
_TOGETHER = 1000


def _paged(command: _Command) -> _Command:
    """Give a command the options of a page."""
    limit = click.option(
        "--limit", type=click.IntRange(min=0), metavar="N", help="Print N accounts; default: all."
    )
    offset = click.option(
        "--offset",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Leave out the first N accounts.",
    )
    return limit(offset(command))


@click.command()
@bundle_argument
@click.option("--account", metavar="LOGIN-OR-ID", help="Only this account, by login, name or id.")
@click.option("--identity", metavar="ID", help="What all enabled accounts of a person add up to.")
@click.option("--vcenter", metavar="ID", help="Only on this vCenter.")
@click.option("--entity", metavar="ID", help="Only on this entity.")
@click.option("--regions", is_flag=True, help="One row for all entities with equal privileges.")
def effective(  # noqa: PLR0913 - one parameter an option
    bundle: Path,
    account: str | None,
    identity: str | None,
    vcenter: str | None,
    entity: str | None,
    *,
    regions: bool,
) -> None:
    """Print what accounts can do on entities of BUNDLE; nothing where they can do nothing."""
    if account is not None and identity is not None:
        raise click.UsageError("Give either --account or --identity.")
    if regions and entity is not None:
        raise click.UsageError("--regions is about all entities; leave out --entity.")
    estate = load_estate(bundle)
    if identity is not None or regions:
        _known(estate, vcenter, entity)
        write = _regions if regions else _entities
        print_rows(
            subject | row
            for subject, abilities in _abilities(estate, account, identity)
            for row in write([a for a in abilities if vcenter in {None, a.vcenter}])
            if entity in {None, row.get("entity")}
        )
        return
    accounts = None if account is None else accounts_called(estate, account)
    print_rows(
        {
            "account_source": access.account.source,
            "account": access.account.id,
            "vcenter": access.entity.vcenter,
            "entity": access.entity.id,
            "privileges": access.privileges,
        }
        for access in effective_access(estate, accounts=accounts, vcenter=vcenter, entity=entity)
    )


def _known(estate: Estate, vcenter: str | None, entity: str | None) -> None:
    """Refuse what is not there before anything is printed."""
    if vcenter is not None:
        estate.entity(EntityRef(vcenter, entity or ""))
    elif entity is not None and not any(
        entity in each.inventory.number for each in estate.vcenters.values()
    ):
        raise NotFoundError(f"No entity {entity} was read from any vCenter.")


def _abilities(
    estate: Estate, account: str | None, identity: str | None
) -> Iterator[tuple[_Row, Sequence[Ability]]]:
    """Of each that is asked about, how its rows begin and what it can do."""
    if identity is not None:
        yield {"identity": identity}, access_of_identity(estate, identity)
        return
    everybody = map(estate.account_ref, range(len(estate.snapshot["accounts"])))
    for ref in sorted(everybody) if account is None else accounts_called(estate, account):
        yield {"account_source": ref.source, "account": ref.id}, access_of(estate, ref)


def _regions(abilities: Sequence[Ability]) -> Iterator[_Row]:
    for ability in abilities:
        yield {
            "vcenter": ability.vcenter,
            "entities": len(ability.entities),
            "first": ability.first.id,
            "types": dict(ability.entities.types()),
            "privileges": ability.privileges,
        }


def _entities(abilities: Sequence[Ability]) -> Iterator[_Row]:
    for entity, privileges in merge(*map(_listed, abilities)):
        yield {"vcenter": entity.vcenter, "entity": entity.id, "privileges": privileges}


def _listed(ability: Ability) -> Iterator[tuple[EntityRef, tuple[str, ...]]]:
    return ((entity, ability.privileges) for entity in ability.entities)


@click.command("who")
@bundle_argument
@click.argument("vcenter")
@click.argument("entity")
@click.option("--duty", metavar="ID", help="Who holds this duty of --ruleset.")
@click.option("--ruleset", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--privilege", metavar="PATTERN", help="Who holds a privilege like this, with *.")
@click.option("--role", metavar="ID-OR-NAME", help="For whom this role decides.")
@click.option("--subtree", is_flag=True, help="On the entity or anything below it, on any path.")
@click.option(
    "--all", "disabled", is_flag=True, help="Take disabled accounts as though they were enabled."
)
@_paged
def who_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    bundle: Path,
    vcenter: str,
    entity: str,
    duty: str | None,
    ruleset: Path | None,
    privilege: str | None,
    role: str | None,
    limit: int | None,
    offset: int,
    *,
    subtree: bool,
    disabled: bool,
) -> None:
    """Print whose accounts can do something on ENTITY of BUNDLE, by identity.

    ENTITY is an id, or - for the global node above the vCenter. A duty is held by a person with all
    enabled accounts together; every account with a part in it is printed.
    """
    if sum(each is not None for each in (duty, privilege, role)) > 1:
        raise click.UsageError("Give one of --duty, --privilege and --role.")
    if (duty is None) != (ruleset is None):
        raise click.UsageError("--duty and --ruleset go together.")
    asked = None if ruleset is None or duty is None else _duty(ruleset, duty)
    estate = load_estate(bundle)
    ref = EntityRef(vcenter, "" if entity == _GLOBAL else entity)
    holders = who(
        estate,
        ref,
        subtree=subtree,
        duty=asked,
        privilege=privilege,
        role=role,
        disabled=disabled,
    )
    found = estate.vcenters[vcenter]
    names = dict(zip(found.role_ids, found.role_names, strict=True))
    print_rows(_holder(holder, names) for holder in _page(holders, limit, offset))


def _duty(path: Path, name: str) -> Duty:
    duty = load_ruleset(path).duties.get(name)
    if duty is None:
        raise NotFoundError(f"{path} has no duty {name}.")
    return duty


def _page(found: Sequence[Thing], limit: int | None, offset: int) -> Iterator[Thing]:
    """A part of a list, in blocks; that it is a part is told on standard error."""
    end = len(found) if limit is None else min(offset + limit, len(found))
    page = range(min(offset, end), end)
    if len(page) < len(found):
        shown = f"accounts {page.start + 1} to {page.stop}" if page else "none"
        onwards = f"; --offset {page.stop} goes on" if page and page.stop < len(found) else ""
        click.echo(f"Of {len(found)} accounts, {shown} are shown{onwards}.", err=True)
    for start in range(page.start, page.stop, _TOGETHER):
        yield from found[start : min(start + _TOGETHER, page.stop)]


def _holder(holder: Holder, role_names: dict[str, str]) -> _Row:
    return {
        "identity": holder.identity,
        "account_source": holder.account.source,
        "account": holder.account.id,
        "enabled": holder.enabled,
        "privileges": holder.privileges,
        "entities": holder.entities,
        "alone": holder.alone,
        "permissions": [_permission(each, role_names) for each in holder.permissions],
    }


def _permission(permission: Permission, role_names: dict[str, str]) -> _Row:
    return {
        "on_entity": permission.key.entity.id,
        "principal": permission.key.principal,
        "is_group": permission.key.is_group,
        "role": permission.role,
        "role_name": role_names[permission.role],
        "propagates": permission.propagates,
    }


@click.command()
@bundle_argument
@click.option("--group", metavar="NAME-OR-ID", help="A group, by name, id or SOURCE/ID.")
@click.option("--role", nargs=2, metavar="VCENTER ROLE", help="A role, by id or name.")
@click.option(
    "--permission",
    nargs=3,
    metavar="VCENTER ENTITY PRINCIPAL",
    help="One permission; - as ENTITY for a global one.",
)
@click.option(
    "--kind",
    type=click.Choice(["user", "group"]),
    help="Whom the permission names, where a user and a group are called the same.",
)
@_paged
def contributes(  # noqa: PLR0913, PLR0917 - one parameter an option
    bundle: Path,
    group: str | None,
    role: tuple[str, str] | None,
    permission: tuple[str, str, str] | None,
    kind: str | None,
    limit: int | None,
    offset: int,
) -> None:
    """Print what a group, role or permission of BUNDLE gives to whom, and what it hides.

    Every account that it names, or that is in the group at any depth, is printed, with the
    privileges that would vanish without it, those that would stay by another way, and those that
    would come because it no longer hides them.
    """
    if sum(each is not None for each in (group, role, permission)) != 1:
        raise click.UsageError("Give one of --group, --role and --permission.")
    if kind is not None and permission is None:
        raise click.UsageError("--kind goes with --permission.")
    estate = load_estate(bundle)
    found: Contribution
    if group is not None:
        found = contribution_of_group(estate, find_group(estate, group))
    elif role is not None:
        found = contribution_of_role(estate, *role)
    elif permission is not None:
        found = contribution_of_permission(estate, _key(estate, *permission, kind))
    print_rows(map(_affected, _page(found, limit, offset)))


def _key(
    estate: Estate, vcenter: str, entity: str, principal: str, kind: str | None
) -> PermissionKey:
    """The permission meant; a principal can have one as a user and one as a group."""
    ref = EntityRef(vcenter, "" if entity == _GLOBAL else entity)
    keys = {
        name: PermissionKey(ref, principal, is_group=name == "group") for name in ("group", "user")
    }
    if kind is not None:
        return keys[kind]
    given = [name for name in keys if _is_given(estate, keys[name])]
    if len(given) > 1:
        raise NotFoundError(
            f"On {entity} of {vcenter}, a user and a group called {principal} have a permission; "
            "say which by --kind."
        )
    return keys[given[0] if given else "group"]


def _is_given(estate: Estate, key: PermissionKey) -> bool:
    estate.entity(key.entity)
    try:
        permission_row(estate, key)
    except NotFoundError:
        return False
    return True


def _affected(row: Affected) -> _Row:
    return {
        "identity": row.identity,
        "account_source": row.account.source,
        "account": row.account.id,
        "enabled": row.enabled,
        "alone": [*map(_contributed, row.alone)],
        "another": [*map(_contributed, row.another)],
        "hides": [*map(_contributed, row.hides)],
    }


def _contributed(part: Contributed) -> _Row:
    return {
        "vcenter": part.vcenter,
        "first": part.first,
        "privileges": part.privileges,
        "entities": part.entities,
    }
