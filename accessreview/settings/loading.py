"""Reading the file, with a sentence for each fault of it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from accessreview.model.errors import ConfigurationError
from accessreview.settings.whole import Settings

_NO_SUCH = "there is no such setting; docs/reference/settings.md lists all"
_WORDS = {
    "extra_forbidden": _NO_SUCH,
    "unexpected_keyword_argument": _NO_SUCH,
    "missing": "this setting is missing",
    "union_tag_not_found": "it needs a kind, such as vcenter or active-directory",
}
"""What to say of a fault, by pydantic's type of it; of any other in pydantic's words."""


def load_settings(path: Path | None) -> Settings:
    """Read a configuration file, or take the defaults where there is none.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or a key is unknown, missing or
            impossible; the sentence names file, key and fault.
    """
    if path is None:
        return Settings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML in UTF-8: {error}.") from error
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_sentences(path, error))) from error
    return Settings.model_validate(_anchor(settings.model_dump(), path.resolve().parent))


def _sentences(path: Path, error: ValidationError) -> Iterator[str]:
    """One a fault. Values are left out, because one may be a secret."""
    for fault in error.errors(include_url=False, include_input=False):
        yield f"{path}: {_key(fault['loc'])}: {_WORDS.get(fault['type']) or _reason(fault['msg'])}."


def _key(location: tuple[int | str, ...]) -> str:
    """As a person looks for it: the second source is ``[[source]] number 2``."""
    match location:
        case ():
            return "the file as a whole"
        case ("source", int(index), _, *rest) | ("source", int(index), *rest):
            return ".".join((f"[[source]] number {index + 1}", *map(str, rest)))
        case _:
            return ".".join(map(str, location))


def _reason(words: str) -> str:
    return words.removeprefix("Value error, ")


def _anchor(value: object, folder: Path) -> object:
    match value:
        case Path():
            return folder / value
        case dict():
            return {key: _anchor(item, folder) for key, item in value.items()}
        case list() | tuple():
            return [_anchor(item, folder) for item in value]
        case _:
            return value
