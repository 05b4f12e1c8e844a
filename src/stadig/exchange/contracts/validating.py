"""Whether an answer is valid against the contract's own schemas: recorded, never a reason to reject.

The schemas are not ours to ship. They lie in a folder that the municipality gets with its agreement, wherever in it and under whatever
names: they are found by the namespace they are for, and the LEFI specification by the name of its answer. Each is compiled once.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from stadig.exchange.contracts.values import safe
from stadig.exchange.contracts.xml import ONE_AT_A_TIME, Element, name_of, space_of
from stadig.exchange.terms import Block

if TYPE_CHECKING:
    import jsonschema_rs

MOST: Final = 20
"""Errors kept of one answer."""
LEFI_ANSWER: Final = "LefiExternFormansinformationSvar"
_NAME: Final = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'(?:, attribute '(?:\{[^}]*\})?([^']+)')?")
_STEP: Final = re.compile(r"(?:[^:/\[]+:)?([^/\[]+)(?:\[(\d+)\])?\Z")
_SPACE: Final = re.compile(rb"targetNamespace\s*=\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True, slots=True)
class Checked:
    """What validation said. ``valid`` None: there is no schema for it in the folder, or no folder."""

    valid: bool | None = None
    errors: tuple[str, ...] = ()
    of: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Errors beneath one agency's element alone."""

    def about(self, element: str) -> Checked:
        """What concerns one agency's element."""
        if self.valid is None:
            return self
        errors = (*self.errors, *self.of.get(element, ()))
        return Checked(not errors, errors)

    def also(self, inner: Checked) -> Checked:
        """Both an answer and the document inside it. Both must be valid, and both validated, for the whole to be."""
        if False in {self.valid, inner.valid}:
            return Checked(False, (*self.errors, *inner.errors))
        return Checked(None if None in {self.valid, inner.valid} else True)

    def note(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks with it written on them."""
        if self.valid is None:
            return blocks
        return tuple(dataclasses.replace(block, schema_valid=self.valid, schema_errors=self.errors) for block in blocks)


class Schemas:
    """The schemas of one folder. Safe to use from several threads; a schema is compiled the first time it is needed."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder if folder is not None and folder.is_dir() else None
        self._lock = threading.Lock()
        self._spaces: dict[str, Path] | None = None
        self._compiled: dict[str, etree.XMLSchema | None] = {}
        self._lefi: list[jsonschema_rs.Validator | None] = []

    @property
    def installed(self) -> bool:
        """Whether there is anything to validate against."""
        return bool(self._index()) or self._lefi_validator() is not None

    def prepare(self, *spaces: str) -> None:
        """Compile what these namespaces and LEFI need, before the first answer comes: some fifty milliseconds."""
        for space in spaces:
            self._schema(space)
        self._lefi_validator()

    def check(self, element: Element) -> Checked:
        """An element and what is in it."""
        schema = self._schema(space_of(element))
        if schema is None:
            return Checked()
        with self._lock:
            if schema.validate(element):
                return Checked(True)
            log = [
                (str(one.path or ""), f"{_name(one.message)}: {one.type_name.removeprefix('SCHEMAV_')}")
                for one in schema.error_log
            ]
        general: list[str] = []
        of: dict[str, list[str]] = {}
        for path, said in log[:MOST]:
            agency = _beneath(element, path)
            (of.setdefault(agency, []) if agency else general).append(said)
        return Checked(False, tuple(general), {agency: tuple(said) for agency, said in of.items()})

    def check_document(self, element: Element, family: str) -> Checked:
        """A document inside an answer. Where the folder has its ``family`` of namespaces but not its own, it is of another version."""
        if self._schema(space_of(element)) is None and any(space.startswith(family) for space in self._index()):
            return Checked(False, (f"{safe(name_of(element))}: NAMESPACE",))
        found = self.check(element)
        return Checked(found.valid, (*found.errors, *(said for several in found.of.values() for said in several)))

    def check_lefi(self, document: object) -> Checked:
        """A LEFI answer, decoded."""
        validator = self._lefi_validator()
        if validator is None:
            return Checked()
        if validator.is_valid(document):
            return Checked(True)
        errors: list[str] = []
        for one in validator.iter_errors(document):
            names = [str(step) for step in one.instance_path if isinstance(step, str)]
            errors.append(f"{safe('/'.join(names))}: {one.schema_path[-1]}")
            if len(errors) == MOST:
                break
        return Checked(False, tuple(errors))

    def _index(self) -> dict[str, Path]:
        """Namespace → its schema. Where several are for the same, the one that the others include is not needed by itself: the first."""
        if self._spaces is None:
            found: dict[str, Path] = {}
            for path in sorted(self.folder.rglob("*.xsd")) if self.folder else ():
                found.setdefault(_target(path), path)
            found.pop("", None)
            self._spaces = found
        return self._spaces

    def _schema(self, space: str) -> etree.XMLSchema | None:
        if space not in self._compiled:
            path = self._index().get(space)
            compiled = _compile(path, self._index()) if path else None
            with self._lock:
                self._compiled.setdefault(space, compiled)
        return self._compiled[space]

    def _lefi_validator(self) -> jsonschema_rs.Validator | None:
        if not self._lefi:
            validator = _lefi(self.folder) if self.folder else None
            with self._lock:
                self._lefi.append(validator)
        return self._lefi[0]


@functools.lru_cache(maxsize=8)
def schemas(folder: Path | None) -> Schemas:
    """The schemas of a folder, one and the same for all contracts that use it."""
    return Schemas(folder)


def _target(path: Path) -> str:
    """The namespace a schema file is for; empty where it cannot be told."""
    head = path.read_bytes()[:20_000]
    found = _SPACE.search(head.replace(b"\0", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head)
    return found[1].decode("utf-8", "replace") if found else ""


class _Files(etree.Resolver):
    """Finds an imported schema where it is said to lie, else by its name anywhere in the folder, else stands in for it with anything at all.

    CSN's schema imports another's that is not handed out: the elements of that one type are then not checked, and the rest are.
    """

    def __init__(self, root: Path, spaces: dict[str, Path]) -> None:
        super().__init__()
        self.missing = _imports(root)
        self.names = {path.name: path for path in spaces.values()}

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        path = Path(str(system_url))
        if path.exists():
            return None
        if path.name in self.names:
            return self.resolve_filename(str(self.names[path.name]), context)
        return self.resolve_string(self.missing.get(path.name, "<none/>"), context)


def _imports(path: Path) -> dict[str, str]:
    """File name of each import → a schema that lets every type of it that this schema uses hold anything."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    prefixes = {space: prefix for prefix, space in root.nsmap.items() if prefix}
    stubs: dict[str, str] = {}
    for one in root.iterfind(f"{xs}import"):
        space, place = one.get("namespace") or "", one.get("schemaLocation") or ""
        prefix = f"{prefixes.get(space, '?')}:"
        used = sorted({str(kind).removeprefix(prefix) for kind in root.xpath("//@type") if str(kind).startswith(prefix)})  # pyright: ignore
        types = "".join(
            f'<xs:complexType name="{name}" mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0" '
            'maxOccurs="unbounded"/></xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType>'
            for name in used
        )
        stubs[Path(place).name] = f'<xs:schema xmlns:xs="{xs[1:-1]}" targetNamespace="{space}">{types}</xs:schema>'
    return stubs


def _compile(path: Path, spaces: dict[str, Path]) -> etree.XMLSchema | None:
    """The schema; None where its files are not whole. That an answer was not validated is then on its block."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with ONE_AT_A_TIME:
            parser.resolvers.add(_Files(path, spaces))
            return etree.XMLSchema(etree.parse(str(path), parser))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError):
        return None


def _lefi(folder: Path) -> jsonschema_rs.Validator | None:
    """The validator of LEFI's answer, from whichever OpenAPI file of the folder describes it."""
    import jsonschema_rs  # as heavy as all the rest, and needed only where the contract's files are installed
    import yaml

    for path in _specifications(folder):
        data = path.read_bytes()
        if LEFI_ANSWER.encode() not in data:
            continue
        try:
            components = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["components"]  # noqa: S506 – both are safe
            return jsonschema_rs.Draft4Validator({"$ref": f"#/components/schemas/{LEFI_ANSWER}", "components": components})
        except (yaml.YAMLError, LookupError, TypeError, ValueError, jsonschema_rs.ValidationError):
            continue
    return None


def _specifications(folder: Path) -> Iterable[Path]:
    return sorted(path for pattern in ("*.yaml", "*.yml") for path in folder.rglob(pattern))


def _name(message: str) -> str:
    """The element, and attribute, that a message is about: the rest of it quotes values."""
    found = _NAME.match(message)
    if found is None:
        return "?"
    return safe(found[1] + (f"@{found[2]}" if found[2] else ""))


def _beneath(element: Element, path: str) -> str:
    """The agency's element that a path lies beneath: the third step, by name or, where the namespace has no prefix, by number."""
    steps = path.strip("/").split("/")
    if len(steps) < 3:
        return ""
    found = _STEP.match(steps[2])
    if found is None:
        return ""
    if found[1] != "*":
        return found[1]
    held = next(element.iterchildren("{*}svarsdata"), None)
    number = int(found[2] or 1) - 1
    children = list(held.iterchildren(etree.Element)) if held is not None else []
    return name_of(children[number]) if number < len(children) else ""
