"""Where the folders shipped with this program lie, in a checkout and in an installed wheel."""

from pathlib import Path

from accessreview.model.errors import UnavailableError

_PACKAGE = Path(__file__).resolve().parent


def directory(name: str) -> Path:
    """The directory of that name shipped with this package (UnavailableError if there is none).

    A checkout is recognised by its ``pyproject.toml``, so that a folder of the same name that
    somebody else put beside the installed package is never taken for ours.
    """
    shipped = _PACKAGE / name
    if shipped.is_dir():
        return shipped
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise UnavailableError(
        f"The folder {name} is missing from this installation of accessreview; install it again."
    )
