"""One client reading a whole subtree in pages, in a process of its own.

    python bench/directory_clients.py CLIENT URL CA_FILE BIND_DN PASSWORD BASE FILTER ATTRIBUTE …

Prints the seconds from before connecting to after the last entry; the numbers of entries and of
values, by which answers are compared; and the most memory that was resident, in KiB, with by how
much the reading raised it. Nothing that was read is kept. The system's own Python runs this too,
for python-ldap; so it needs nothing but the client that is named.
"""

import importlib
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PAGE = 500


@dataclass(frozen=True)
class Task:
    """What to read, from where, as whom."""

    url: str
    ca_file: str
    bind_dn: str
    password: str
    base: str
    filter: str
    attributes: tuple[str, ...]

    @property
    def encrypted(self) -> bool:
        return self.url.startswith("ldaps:")

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0


Values = Iterable[Collection[bytes]]


def accessreview(task: Task) -> Iterator[Values]:
    # Each client needs what the others may lack.
    from accessreview.ldap.connection import open_connection  # noqa: PLC0415
    from accessreview.ldap.settings import Security, ServerSettings  # noqa: PLC0415
    from accessreview.model.errors import CollectionError  # noqa: PLC0415

    settings = ServerSettings(
        name="bench",
        host="127.0.0.1",
        port=task.port,
        security=Security.LDAPS if task.encrypted else Security.PLAIN,
        ca_file=Path(task.ca_file),
        bind_dn=task.bind_dn,
        password=lambda: task.password,
        page_size=PAGE,
    )
    with open_connection(settings, CollectionError) as connection:
        for entry in connection.pages(task.base, task.filter, task.attributes):
            yield entry.attributes.values()


def ldap3(task: Task) -> Iterator[Values]:
    import ssl  # noqa: PLC0415

    import ldap3  # noqa: PLC0415

    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=task.ca_file)
    server = ldap3.Server(task.url, get_info=ldap3.NONE, tls=tls if task.encrypted else None)
    connection = ldap3.Connection(
        server, task.bind_dn, task.password, auto_bind=True, check_names=False
    )
    for answer in connection.extend.standard.paged_search(
        task.base, task.filter, ldap3.SUBTREE, attributes=list(task.attributes), paged_size=PAGE
    ):
        yield answer["raw_attributes"].values()


def python_ldap(task: Task) -> Iterator[Values]:
    import ldap  # noqa: PLC0415
    from ldap.controls import SimplePagedResultsControl  # noqa: PLC0415

    ldap.set_option(ldap.OPT_X_TLS_CACERTFILE, task.ca_file)
    connection = ldap.initialize(task.url)
    connection.simple_bind_s(task.bind_dn, task.password)
    control = SimplePagedResultsControl(criticality=True, size=PAGE, cookie=b"")
    while True:
        number = connection.search_ext(
            task.base,
            ldap.SCOPE_SUBTREE,
            task.filter,
            list(task.attributes),
            serverctrls=[control],
        )
        _, entries, _, controls = connection.result3(number)
        for _, attributes in entries:
            yield attributes.values()
        control.cookie = controls[0].cookie
        if not control.cookie:
            return


CLIENTS = {
    "accessreview": (accessreview, "accessreview.ldap.connection"),
    "ldap3": (ldap3, "ldap3"),
    "python-ldap": (python_ldap, "ldap"),
}
"""Each with the module that is loaded before the clock starts."""


def resident() -> int:
    """The most of it so far, in KiB, of this program alone: ``getrusage`` counts its starter's."""
    return int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0])


def main() -> None:
    client, url, ca_file, bind_dn, password, base, filter_, *attributes = sys.argv[1:]
    task = Task(url, ca_file, bind_dn, password, base, filter_, tuple(attributes))
    read, module = CLIENTS[client]
    importlib.import_module(module)
    before = resident()
    begun = time.perf_counter()
    entries = values = 0
    for each in read(task):
        entries += 1
        values += sum(map(len, each))
    seconds = time.perf_counter() - begun
    most = resident()
    print(seconds, entries, values, most, most - before)


if __name__ == "__main__":
    main()
