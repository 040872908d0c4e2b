"""LDIF of single entries."""

import base64


def entry(dn: str, *lines: str) -> str:
    """One entry; names and values that LDIF cannot hold in clear are encoded."""
    return "\n".join((*(_line(one) for one in (f"dn: {dn}", *lines)), "", ""))


def _line(line: str) -> str:
    name, _, value = line.partition(": ")
    if value.isascii() and value.isprintable() and value[:1] not in {" ", ":", "<"}:
        return line
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"
