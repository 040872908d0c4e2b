"""One file of ``govc object.save``: a managed object with those of its properties that are wanted.

Documents with a DOCTYPE are refused, so no entity is ever expanded; what is not wanted is skipped
without being kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from accessreview.collectors.offline.files import ExportFile
from accessreview.model.errors import InputError

_DEEPEST = 200
"""Deeper than any type of the vSphere API nests."""

_OBJECT = ("ObjectContent", "obj")
_NAME = ("ObjectContent", "propSet", "name")
_VALUE = ("ObjectContent", "propSet", "val")


@dataclass(slots=True)
class Element:
    """An element without its attributes, but for ``type``: what a reference refers to."""

    name: str
    type: str = ""
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """The first of that name."""
        return next((child for child in self.children if child.name == name), None)

    def text_at(self, name: str) -> str:
        """The text of the child of that name; empty where there is none."""
        found = self.child(name)
        return found.text if found else ""


@dataclass(frozen=True, slots=True)
class SavedObject:
    where: str
    type: str
    id: str
    properties: Mapping[str, Element]


def read_saved(file: ExportFile, wanted: Callable[[str, str], bool]) -> SavedObject:
    """Read one object; ``wanted`` is asked with its type and the name of each property.

    A property that was not wanted is there without its value.

    Raises:
        InputError: the file is cut off, no XML, of another form, or says two things of a property.
    """
    reader = _Reader(file.name, wanted)
    try:
        reader.parser.Parse(file.data, True)  # noqa: FBT003 - that there is no more
    except expat.ExpatError as error:
        raise InputError(
            f"{file.name}, line {error.lineno}: no valid XML ({expat.ErrorString(error.code)}). The"
            " file is cut off or was changed by hand; save the objects again."
        ) from error
    reader.check()
    return SavedObject(file.name, reader.object.type, reader.object.text, reader.properties)


class _Reader:
    """Follows a document element by element; a subtree is built only of values that are wanted."""

    def __init__(self, file: str, wanted: Callable[[str, str], bool]) -> None:
        self.object = Element("obj")
        self.properties: dict[str, Element] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._file = file
        self._wanted = wanted
        self._path: list[str] = []
        self._property = Element("name")
        self._building: list[Element] = []
        self._values: list[tuple[str, Element]] = []

    def check(self) -> None:
        """Refuse a document that names no object, or says two things of a property.

        The simulator says the same twice where two queries meet.
        """
        if not (self.object.type and self.object.text):
            raise self.refused("no object is named; this is not what `govc object.save` writes")
        for name, value in self._values:
            if self.properties[name] != value:
                raise self.refused(f"the property {name} is there twice, with different values")

    def refused(self, reason: str) -> InputError:
        line = self.parser.CurrentLineNumber
        return InputError(f"{self._file}, line {line}: {reason}. Save the objects again.")

    def _doctype(self, *_: object) -> None:
        raise self.refused("a DOCTYPE, which govc never writes")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise self.refused("nested too deeply")
        if self._path[0] != _OBJECT[0]:
            raise self.refused(f"the document is a {name}, and no ObjectContent")
        element = Element(name, attributes.get("type", ""))
        path = tuple(self._path) if len(self._path) <= len(_VALUE) else ()
        if self._building:
            self._building[-1].children.append(element)
            self._building.append(element)
        elif path == _OBJECT:
            if self.object.text:
                raise self.refused("a second object")
            self.object = element
            self._building.append(element)
        elif path == _NAME:
            self._property = element
            self._building.append(element)
        elif path == _VALUE:
            self._value(element)

    def _value(self, element: Element) -> None:
        name, self._property = self._property.text, Element("name")
        if not (name and self.object.text):
            raise self.refused("a value without the object or the property it is of")
        self.properties.setdefault(name, element)
        if self._wanted(self.object.type, name):
            self._building.append(element)
            self._values.append((name, element))

    def _end(self, _: str) -> None:
        self._path.pop()
        if self._building:
            done = self._building.pop()
            done.text = done.text.strip()

    def _characters(self, text: str) -> None:
        if self._building:
            self._building[-1].text += text
