"""Rows: pages, and what stands in them or is missing."""

from collections.abc import Iterator

from tests.faults import Outcome
from tests.vcenter_faults import Fault, Ground, Stage
from tests.vcenter_faults_staging import (
    Order,
    Ordering,
    answered,
    at,
    bytes_instead,
    damaged,
    edited,
    ordered,
)

_NOTHING, _PARTIAL, _COMPLETE = Outcome.NOTHING, Outcome.PARTIAL, Outcome.COMPLETE
_ALL = "RetrieveAllPermissions"
_FIRST, _MORE = "RetrievePropertiesEx", "ContinueRetrievePropertiesEx"
_EMPTY = (
    '<?xml version="1.0"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<{0}Response xmlns="urn:vim25"></{0}Response></soapenv:Body></soapenv:Envelope>'
)
_ENTITY = r"<entity type=.{1,80}</entity>"


def rows() -> Iterator[Fault]:
    yield from _pages()
    yield from _permissions()
    yield from _roles()
    yield from _entities()
    yield from _hidden()


def _row(what: str, moment: str, outcome: Outcome, words: str, stage: Stage) -> Fault:
    return Fault(what, moment, outcome, words, (stage,))


def _empty(method: str, call: int = 1) -> Stage:
    return answered(method, bytes_instead(_EMPTY.format(method).encode()), call)


def _pages() -> Iterator[Fault]:
    lost = damaged(_MORE, 3, kind="fault", fault="InvalidArgument")
    words = "vCenter answered InvalidArgument"
    yield _row("token lost", "the fourth page", _NOTHING, words, ordered(lost))
    for moment, call in (("the second page", 1), ("the last page", 5)):
        stage = ordered(at(_MORE, {"do": "expire"}, call))
        yield _row("session expired", moment, _NOTHING, "the session ended", stage)
        yield _row("no page", moment, _NOTHING, "no inventory came", _empty(_MORE, call))
    yield _row("no page", "the first page", _NOTHING, "no inventory came", _empty(_FIRST))
    stage = ordered(at(_FIRST, {"do": "endless"}))
    yield _row("pages without an end", "all pages", _NOTHING, "do not end", stage)
    for moment, method, call in (
        ("the first page", _FIRST, 1),
        ("the second page", _MORE, 1),
        ("the fifth page", _MORE, 4),
    ):
        stage = edited(method, "<token>.*?</token>", "", call)
        yield _row("called the last page", moment, _PARTIAL, "", stage)
    stage = edited(_FIRST, "<token>.*?</token>", "<token></token>")
    yield _row("an empty token", "the first page", _PARTIAL, "", stage)
    stage = edited(_FIRST, "<token>.*?</token>", "<token>page-made-up</token>")
    yield _row("a token that is none", "the first page", _NOTHING, words, stage)
    for number, moment in ((1, "the root folder"), (2, "the datacenter"), (5, "a folder")):
        pattern = f"((?:<objects>.*?</objects>){{{number - 1}}})<objects>.*?</objects>"
        stage = edited(_FIRST, pattern, r"\1")
        yield _row("left out of a page", moment, _PARTIAL, "", stage)


def _permissions() -> Iterator[Fault]:
    yield _row("none at all", "the permissions", _PARTIAL, "but none came", _empty(_ALL))
    for what, words, pattern, instead in (
        ("without its entity", "without its entity", _ENTITY, ""),
        (
            "on an entity that is not there",
            "on an entity that was not read",
            _ENTITY,
            '<entity type="Folder">group-404</entity>',
        ),
        ("with a role that is not there", "gives a role", "<roleId>-?[0-9]+", "<roleId>404"),
        ("without a principal", "names no principal", "<principal>.*?<", "<principal><"),
    ):
        yield _row(what, "a permission", _PARTIAL, words, edited(_ALL, pattern, instead))
    twice = r"\1\1"
    pattern = "(<returnval>.*?</returnval>)"
    yield _row("twice", "a permission", _COMPLETE, "", edited(_ALL, pattern, twice))
    other = r"\1true\2\1false\2"
    pattern = "(<returnval>(?:(?!</returnval>).)*?<propagate>)true(.*?</returnval>)"
    words = "two different permissions"
    yield _row("twice and different", "a permission", _PARTIAL, words, edited(_ALL, pattern, other))


def _roles() -> Iterator[Fault]:
    pattern = "<AuthorizationRole>.*</AuthorizationRole>"
    words = "gives a role that was not read"
    yield _row("none at all", "the roles", _PARTIAL, words, edited("Fetch", pattern, ""))
    pattern = "(<AuthorizationRole>.*?</AuthorizationRole>)"
    yield _row("left out", "a role", _PARTIAL, words, edited("Fetch", pattern, ""))
    yield _row("twice", "a role", _COMPLETE, "", edited("Fetch", pattern, r"\1\1"))
    pattern = "(<AuthorizationRole><roleId>.*?<privilege>)(.*?)(<.*?</AuthorizationRole>)"
    words = "twice with different content"
    stage = edited("Fetch", pattern, r"\1\2\3\1Other.Privilege\3")
    yield _row("twice and different", "a role", _PARTIAL, words, stage)


def _entities() -> Iterator[Fault]:
    pattern = "(<objects>.*?</objects>)"
    yield _row("twice", "an entity", _COMPLETE, "", edited(_FIRST, pattern, r"\1\1"))
    pattern = "(<objects>.*?XMLSchema-instance:type=.xsd:string.>)(.*?)(<.*?</objects>)"
    stage = edited(_FIRST, pattern, r"\1\2\3\1other\3")
    words = "twice with different content"
    yield _row("twice and different", "an entity", _PARTIAL, words, stage)
    parent = '<name>parent</name><val [^>]*type="[A-Za-z]+">'
    stage = edited(_FIRST, f"({parent})[^<]+", r"\1group-404", count=1)
    words = "The parent of an entity was not read"
    yield _row("its parent is not there", "an entity", _PARTIAL, words, stage)

    def circle(ground: Ground) -> Order:
        return {
            "do": "move",
            "entity": ground.some("Folder", -1),
            "parent": ground.some("Folder", -1),
        }

    yield _row("is its own parent", "a folder", _PARTIAL, "form a circle", ordered(circle))
    pattern = '(<obj type="Folder">group-(?!d1<).*?)<propSet><name>parent</name>.*?</propSet>'
    words = "More than one folder has no parent"
    yield _row("has no parent", "a folder", _PARTIAL, words, edited(_FIRST, pattern, r"\1"))
    yield _row("half a million letters", "a name", _COMPLETE, "", ordered(_named("n" * 500_000)))
    yield _row(
        "escapes, quotes and signs", "a name", _COMPLETE, "", ordered(_named("%2f%25<&\"' "))
    )


def _named(name: str) -> Ordering:
    return lambda ground: {
        "do": "rename",
        "entity": ground.some("VirtualMachine"),
        "name": name,
    }


def _hidden() -> Iterator[Fault]:
    for what, pattern, instead in (
        ("may not be read", "<isGranted>true", "<isGranted>false"),
        ("is not answered for", "<returnval>.*?</returnval>", ""),
        ("is answered for another privilege", "<privId>System.Read", "<privId>System.View"),
    ):
        stage = edited("HasPrivilegeOnEntities", pattern, instead)
        yield _row(what, "a folder", _PARTIAL, "may not read these", stage)
    for type_ in ("VirtualMachine", "HostSystem", "Folder", "ResourcePool", "Datastore"):
        for what, below in (("hidden", False), ("hidden with all below it", True)):

            def hide(ground: Ground, type_: str = type_, below: bool = below) -> Order:  # noqa: FBT001
                return {"do": "hide", "entity": ground.some(type_, -1), "below": below}

            yield _row(what, type_, _PARTIAL, "", ordered(hide))
    for path in ("name", "parent", "resourcePool", "runtime.host", "datastore", "network"):

        def deny(ground: Ground, path: str = path) -> Order:
            machine = ground.some("VirtualMachine")
            return {"do": "deny", "refuse": {"entity": machine, "path": path}}

        words = f"A property could not be read ({path}, NoPermission)"
        yield _row("no permission", f"{path} of a machine", _PARTIAL, words, ordered(deny))

    def subtree(ground: Ground) -> Order:
        return {"do": "deny", "refuse": {"entity": ground.some("Datacenter"), "below": True}}

    yield _row("no permission", "a whole subtree", _PARTIAL, "NoPermission", ordered(subtree))

    def folder(ground: Ground) -> Order:
        return {"do": "deny", "refuse": {"entity": ground.some("Folder", 1), "path": ""}}

    yield _row("no permission", "a folder", _PARTIAL, "NoPermission", ordered(folder))
