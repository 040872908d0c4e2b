"""Principals as vCenter and its interfaces spell them."""


def of_host(source: str, principal: str) -> str:
    r"""A principal of a host that is read by itself, as a snapshot has it.

    Names of its own accounts mean others on every other host, so the id of the source stands before
    them (``esx-lab\root``). Those of a domain stay as they are.
    """
    is_own = bool(principal) and "\\" not in principal and "@" not in principal
    return f"{source}\\{principal}" if is_own else principal


def on_host(source: str, principal: str) -> str:
    """The same as the host itself has it."""
    return principal.removeprefix(f"{source}\\")


def may_be_same(one: str, other: str) -> bool:
    r"""Whether two spellings may name one account: ``DOMAIN\name`` and ``name@domain.example``.

    Domains are compared up to their first dot, for one may be an alias of the other.
    """
    (domain, name), (other_domain, other_name) = _split(one), _split(other)
    return name == other_name and (not domain or not other_domain or domain == other_domain)


def _split(principal: str) -> tuple[str, str]:
    folded = principal.casefold()
    domain, backslash, name = folded.rpartition("\\")
    if not backslash:
        name, _, domain = folded.partition("@")
    return domain.partition(".")[0], name
