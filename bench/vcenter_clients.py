"""One client reading a whole vCenter, in a process of its own.

    python bench/vcenter_clients.py CLIENT HOST PORT CA_FILE USER PASSWORD

Prints the seconds from before connecting to after the last answer, and those of this process's
processor among them; the numbers of entities and permissions, by which answers are compared; and
the most memory that was resident, in KiB.
"""

import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.read import PROPERTIES
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.system import SystemClock
from accessreview.vsphere.settings import VCenterSettings

PAGE = 1000

Answer = tuple[int, int]
"""How many entities and permissions were read."""

_Collector = vmodl.query.PropertyCollector


@contextmanager
def connected(given: list[str]) -> Iterator[vim.ServiceInstanceContent]:
    host, port, ca_file, user, password = given
    context = ssl.create_default_context(cafile=ca_file)
    instance = SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=context)
    try:
        yield instance.RetrieveContent()
    finally:
        Disconnect(instance)


def product(given: list[str]) -> Answer:
    """All that the collector does, to rows of a snapshot."""
    host, port, ca_file, user, password = given
    settings = VCenterSettings(
        id="bench",
        name="bench",
        host=host,
        port=int(port),
        username=user,
        password=lambda: password,
        ca_file=Path(ca_file),
    )
    reading = VCenterSource(settings).collect(SystemClock().now)
    return len(reading.tables["entities"]), len(reading.tables["permissions"])


def bare(given: list[str]) -> Answer:
    """The same properties by pyVmomi's property collector, permissions and roles, as they come."""
    with connected(given) as content:
        manager = content.authorizationManager
        kept = [*manager.roleList, *_pages(content)]
        permissions = manager.RetrieveAllPermissions()
    return sum(isinstance(one, _Collector.ObjectContent) for one in kept), len(permissions)


def _pages(content: vim.ServiceInstanceContent) -> Iterator[object]:
    view = _view(content)
    into = _Collector.TraversalSpec(
        name="view", type=vim.view.ContainerView, path="view", skip=False
    )
    spec = _Collector.FilterSpec(
        objectSet=[
            _Collector.ObjectSpec(obj=content.rootFolder, skip=False),
            _Collector.ObjectSpec(obj=view, skip=True, selectSet=[into]),
        ],
        propSet=[
            _Collector.PropertySpec(type=kind, all=False, pathSet=[*paths])
            for kind, paths in PROPERTIES.items()
        ],
    )
    options = _Collector.RetrieveOptions(maxObjects=PAGE)
    page = content.propertyCollector.RetrievePropertiesEx([spec], options)
    while True:
        yield from page.objects
        if not page.token:
            break
        page = content.propertyCollector.ContinueRetrievePropertiesEx(page.token)
    view.DestroyView()


def script(given: list[str]) -> Answer:
    """What scripts do that people write: each entity is asked for each of these, one by one."""
    with connected(given) as content:
        entities = [content.rootFolder, *_view(content).view]
        values = [_value(entity, path) for entity in entities for path in _paths(entity)]
        manager = content.authorizationManager
        permissions = {  # a folder of a datacenter has the permissions of that
            (entry.entity, entry.principal, entry.group)
            for entity in entities
            for entry in manager.RetrieveEntityPermissions(entity, False)  # noqa: FBT003
        }
        roles = manager.roleList
    return len(entities) if values and roles else 0, len(permissions)


def _paths(entity: vim.ManagedEntity) -> Iterator[str]:
    for kind, paths in PROPERTIES.items():
        if isinstance(entity, kind):
            yield from paths


def _value(entity: object, path: str) -> object:
    for name in path.split("."):
        entity = getattr(entity, name, None)
    return entity


def _view(content: vim.ServiceInstanceContent) -> vim.view.ContainerView:
    everything = [vim.ManagedEntity]
    return content.viewManager.CreateContainerView(content.rootFolder, everything, True)  # noqa: FBT003


def main() -> None:
    client, *given = sys.argv[1:]
    read = {"accessreview": product, "bare": bare, "script": script}[client]
    begun, used = time.perf_counter(), time.process_time()
    entities, permissions = read(given)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    status = Path("/proc/self/status").read_text("utf-8")
    memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(seconds, used, entities, permissions, memory)


if __name__ == "__main__":
    main()
