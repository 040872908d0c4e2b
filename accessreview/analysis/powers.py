"""What should be known of powers beside all permissions, and of how hosts are set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from accessreview.analysis.concerned import annex
from accessreview.analysis.counted_as import accounts
from accessreview.analysis.estate import Estate
from accessreview.analysis.power_holders import Held, Holder, PowerHolders
from accessreview.model.columns import Table
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.principal import on_host
from accessreview.model.snapshot import ANNEX, Fact, Power
from accessreview.snapshot.tables import fields, rows_with

_WORDS: Mapping[Power, str] = MappingProxyType(
    {
        Power.SSO_ADMINISTRATION: "administers single sign-on, and with it who may do anything",
        Power.APPLIANCE_SHELL: "opens a shell with all rights on vCenter's own machine",
        Power.APPLIANCE_ADMINISTRATION: "administers the services of vCenter's own machine",
        Power.CERTIFICATE_AUTHORITY: "issues the certificates that all parts of vCenter trust",
        Power.DIRECTORY_CONTROL: "controls vCenter's own directory, copies of it included",
        Power.ACT_AS: "acts in the name of other users",
        Power.TRUST_ADMINISTRATION: "decides which hosts may run encrypted machines",
        Power.COMPONENT_REGISTRATION: "registers and removes the services that vCenter consists of",
        Power.LICENSE_ADMINISTRATION: "administers licences",
        Power.HOST_ACCESS: "is let in by hosts themselves",
        Power.HOST_ADMINISTRATION_BY_DOMAIN: "administers hosts by its name in their domain",
        Power.LOCKDOWN_EXCEPTION: "is excepted from the lockdown of hosts",
        Power.CONSOLE_IN_LOCKDOWN: "may end the lockdown of hosts at their console",
    }
)
"""What each allows, after the name of who holds it."""

_MODES = MappingProxyType(
    {
        "accessAdmin": "to do everything",
        "accessReadOnly": "to look",
        "accessOther": "to do some things",
    }
)
_PAST_LOCKDOWN = frozenset({Power.LOCKDOWN_EXCEPTION, Power.CONSOLE_IN_LOCKDOWN})
_OF_EVERY_HOST = frozenset({"root", "vpxuser", "dcui"})
"""Accounts that each host has and needs; who knows the password of root, no directory says."""

_BY_DOMAIN = Power.HOST_ADMINISTRATION_BY_DOMAIN.value
_USUAL_GROUP = "esx admins"
_NOT_LOCKED = "lockdownDisabled"
_USUAL_MINUTES = 90


def power_observations(estate: Estate) -> Iterator[Observation]:
    holders = PowerHolders(estate, annex(estate.snapshot, "powers"))
    names = _names(estate)
    for holder in holders:
        if on_host(holder.source, holder.principal).casefold() in _OF_EVERY_HOST:
            continue
        past = [one for one in holder.held if one.power in _PAST_LOCKDOWN]
        if past and not holders.is_service(holder):
            yield _past_lockdown(holder, past, names)
            rest = [one for one in holder.held if one.power not in _PAST_LOCKDOWN]
        else:
            rest = list(holder.held)
        if rest:
            yield _outside(holders, holder, rest, names)


def host_observations(estate: Estate) -> Iterator[Observation]:
    """Of hosts that are set so that somebody gets in who should not."""
    told = _facts(estate)
    names = _names(estate)
    for source, hosts in told.items():
        open_ = [host for host, facts in hosts.items() if facts.get(Fact.LOCKDOWN) == _NOT_LOCKED]
        if open_:
            yield Observation(
                ObservationKind.NOT_LOCKED_DOWN,
                source,
                f"{_hosts(len(open_))} without lockdown: whoever knows an account of such a host "
                "signs in there directly, and no vCenter asks or records it.",
                _concerned(source, open_, names),
            )
        yield from _domains(estate, source, hosts, names)


def _outside(
    holders: PowerHolders,
    holder: Holder,
    held: Iterable[Held],
    names: Mapping[tuple[str, str], str],
) -> Observation:
    found = holders.accounts(holder)
    return Observation(
        ObservationKind.POWER_OUTSIDE_PERMISSIONS,
        holder.source,
        f"It {'; '.join(_said(holder.source, held, names))}. No permission says so, so no review "
        f"asks about it. {_who(holders, holder, len(found))}",
        found,
        holder.principal,
        holder.is_group,
    )


def _said(source: str, held: Iterable[Held], names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Each power once, with how many hosts it is about."""
    by_words: dict[str, list[str]] = {}
    for one in held:
        mode = f" {_MODES[one.detail]}" if one.detail in _MODES else ""
        by_words.setdefault(_WORDS[one.power] + mode, []).append(one.entity)
    for words, entities in by_words.items():
        hosts = sorted(names.get((source, each), each) for each in entities if each)
        yield f"{words} ({_listed(hosts)})" if hosts else words


def _who(holders: PowerHolders, holder: Holder, number: int) -> str:
    if not holders.is_known(holder):
        what = "a group" if holder.is_group else "an account"
        return f"No directory that was read has such {what}: who is behind it is not known."
    unknown = holders.unknown(holder) if holder.is_group else 0
    more = f", and {unknown} more of whom nobody knows who they are" if unknown else ""
    return f"Behind it: {accounts(number)}{more}." if number or more else "Nobody is behind it."


def _past_lockdown(
    holder: Holder, past: Sequence[Held], names: Mapping[tuple[str, str], str]
) -> Observation:
    hosts = sorted({one.entity for one in past})
    words = " and ".join(dict.fromkeys(_WORDS[one.power] for one in past))
    return Observation(
        ObservationKind.PAST_LOCKDOWN,
        holder.source,
        f"It {words}, on {_hosts(len(hosts))}, and is not known to be the account of a service. "
        "Exceptions are meant for services that would fail otherwise: a person who is one works "
        "on the host past vCenter, which then neither asks nor records it.",
        _concerned(holder.source, hosts, names),
        holder.principal,
        holder.is_group,
    )


def _domains(
    estate: Estate,
    source: str,
    hosts: Mapping[str, Mapping[Fact, str]],
    names: Mapping[tuple[str, str], str],
) -> Iterator[Observation]:
    """Groups that become administrators of hosts by their names in the hosts' domain."""
    of_group: dict[str, list[str]] = defaultdict(list)
    rows: list[tuple[str, ...]] = []
    for host, facts in hosts.items():
        domain, group = facts.get(Fact.DOMAIN), facts.get(Fact.DOMAIN_ADMINISTRATORS)
        added = facts.get(Fact.DOMAIN_ADMINISTRATORS_ADDED)
        if domain and group and (added != "false" or group.casefold() == _USUAL_GROUP):
            principal = f"{domain}\\{group}"
            of_group[principal.casefold()].append(host)
            rows.append((source, "", _BY_DOMAIN, principal, "true", ""))
    holders = PowerHolders(estate, Table.of(ANNEX["powers"], rows))
    for holder in holders:
        some = of_group[holder.principal.casefold()]
        rule = _of_domain(holder.principal.partition("\\")[2], [hosts[host] for host in some])
        yield Observation(
            ObservationKind.HOSTS_BY_DOMAIN,
            source,
            f"{rule} {_there(holders, holder)}",
            _concerned(source, some, names),
            holder.principal,
            is_group=True,
        )


def _there(holders: PowerHolders, holder: Holder) -> str:
    if not holders.is_known(holder):
        return "No directory that was read has such a group, so whoever creates it is the first."
    return f"There is such a group; behind it: {accounts(len(holders.accounts(holder)))}."


def _of_domain(group: str, facts: Sequence[Mapping[Fact, str]]) -> str:
    added = Counter(one.get(Fact.DOMAIN_ADMINISTRATORS_ADDED, "") for one in facts)
    if added["true"] or added[""]:
        becomes = "becomes" if added["true"] else "may become"
        rule = (
            f"Whoever is in a group of this name {becomes} administrator of {_hosts(len(facts))} "
            "of the domain, whichever group that is: who may create or rename groups in the domain "
            "can take them over (CVE-2024-37085)."
        )
    else:
        rule = (
            f"The group “{group}”, which attackers try first, is still named by "
            f"{_hosts(len(facts))} of the domain. It is not let in by its name alone any more; "
            "older versions did that, and what they gave stays until somebody removes it."
        )
    return rule + _checked(facts)


def _checked(facts: Iterable[Mapping[Fact, str]]) -> str:
    """How long somebody stays in who was taken out of the group, where that is long."""
    told = (one.get(Fact.VALIDATION_MINUTES, "") for one in facts)
    minutes = [int(one) for one in told if one.isdecimal()]
    long = [one for one in minutes if one > _USUAL_MINUTES]
    never = minutes.count(0)
    words = ""
    if long:
        words = (
            f" Who is still in it is checked every {max(long)} minutes only by {_hosts(len(long))}."
        )
    if never:
        words += f" Who is still in it is not checked again by {_hosts(never)}."
    return words


def _facts(estate: Estate) -> Mapping[str, Mapping[str, Mapping[Fact, str]]]:
    """By source and entity."""
    found: dict[str, dict[str, dict[Fact, str]]] = defaultdict(lambda: defaultdict(dict))
    told = annex(estate.snapshot, "facts")
    for source, entity, fact, value in fields(told, rows_with(told["fact"], set(Fact))):
        found[source][entity][Fact(fact)] = value
    return found


def _names(estate: Estate) -> Mapping[tuple[str, str], str]:
    """Of all hosts, by source and id."""
    entities = estate.snapshot["entities"]
    rows = rows_with(entities["type"], {"HostSystem"}).tolist()
    return {(entities["source"][row], entities["id"][row]): entities["name"][row] for row in rows}


def _concerned(
    source: str, hosts: Iterable[str], names: Mapping[tuple[str, str], str]
) -> Sequence[Concerned]:
    named = sorted((names.get((source, host), host), host) for host in hosts)
    return tuple(Concerned(source, host, name) for name, host in named)


def _hosts(number: int) -> str:
    return f"{number} host{'' if number == 1 else 's'}"


def _listed(names: Sequence[str], shown: int = 3) -> str:
    rest = len(names) - shown
    told = ", ".join(names[:shown])
    return told if rest <= 0 else f"{told} and {rest} more"
