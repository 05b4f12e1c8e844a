"""``handover.yaml``: to where the cases of a service go, as what, and what the other system's statuses mean. No Django, no clock, no network.

>>> read({"to": "folder", "folder": "food", "statuses": {"klar": "registered"}}, {"registered"}).statuses["klar"]
'registered'
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

from stadig.eservices.package import Package, PackageError
from stadig.post import declared

FILE: Final = "handover.yaml"
WAYS: Final = ("folder", "sftp", "rest")
WORDS: Final = frozenset({"to", "folder", "format", "root", "body", "call", "name", "sftp", "statuses"})
FOLDER: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
ELEMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EVERYTHING: Final = {"case": "{case}", "answers": "{answers}"}
"""What is handed over where no body is declared."""


@dataclass(frozen=True, slots=True)
class Sftp:
    """Where files are put over SSH. ``key`` names our private key among the secrets, ``host_key`` is the server's public one."""

    host: str
    port: int
    user: str
    key: str
    host_key: str
    folder: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """How the cases of one service are handed over."""

    way: str
    body: Any
    statuses: Mapping[str, str]
    """The other system's word → the status of the case."""
    folder: str = ""
    format: str = "json"
    root: str = "case"
    call: declared.Call | None = None
    sftp: Sftp | None = None
    name: str = ""
    """What the other system is called, for the people whose cases it handles."""


def of(package: Package) -> Declaration | None:
    """How this package's cases are handed over; None when they are handled here. The city's overlay goes first. Raises PackageError."""
    if (package.local.get("handled_in") or package.about.handled_in) != "external":
        return None
    data = package.local.get("handover") or package.handover
    if not data:
        raise PackageError(
            FILE, "", "handover", text="is missing: the service is handled in another system, and nothing says how it gets there."
        )
    return read(data, {status.id for status in package.case.statuses})


def read(data: Any, statuses: Collection[str]) -> Declaration:
    """Read a declaration; ``statuses`` are those of the case. Raises PackageError, which names the place."""
    if not isinstance(data, Mapping):
        raise PackageError(FILE, "", "handover", text="must be a mapping: to, body, statuses.")
    if strange := sorted(set(map(str, data)) - WORDS):
        raise PackageError(FILE, strange[0], "handover", text=f"is not a word here. Known are {', '.join(sorted(WORDS))}.")
    way, form, root = str(data.get("to") or ""), str(data.get("format") or "json"), str(data.get("root") or "case")
    body = data.get("body") or EVERYTHING
    if way not in WAYS:
        raise PackageError(FILE, "to", "handover", text=f"is one of {', '.join(WAYS)}.")
    if form not in ("json", "xml"):
        raise PackageError(FILE, "format", "handover", text="is json or xml.")
    if form == "xml" and not all(map(ELEMENT.fullmatch, [root, *_names(body)])):
        raise PackageError(FILE, "body", "handover", text="has a name that cannot be an element of XML.")
    if way == "folder" and not FOLDER.fullmatch(str(data.get("folder") or "")):
        raise PackageError(
            FILE,
            "folder",
            "handover",
            text="is a name of small letters, digits and hyphens; it lies in the city's folder for hand-overs.",
        )
    return Declaration(
        way=way,
        body=body,
        statuses=_statuses(data.get("statuses") or {}, statuses),
        folder=str(data.get("folder") or ""),
        format=form,
        root=root,
        call=_call(data.get("call"), body) if way == "rest" else None,
        sftp=_sftp(data.get("sftp")) if way == "sftp" else None,
        name=" ".join(str(data.get("name") or "").split())[:80],
    )


def written(declaration: Declaration, values: Mapping[str, Any]) -> bytes:
    """The case as the other system wants it: JSON or XML in UTF-8. Raises ``declared.DeclarationError``."""
    body = declared.with_words(declaration.body, values)
    if declaration.format == "json":
        return json.dumps(body, ensure_ascii=False, indent=1).encode()
    root = ElementTree.Element(declaration.root)
    _grow(root, body)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _grow(parent: ElementTree.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            for each in one if isinstance(one, list) else [one]:
                _grow(ElementTree.SubElement(parent, name if ELEMENT.fullmatch(name) else "value"), each)
    elif isinstance(value, list):
        for each in value:
            _grow(ElementTree.SubElement(parent, "item"), each)
    elif value is not None:
        parent.text = NOT_XML.sub("", str(value).lower() if isinstance(value, bool) else str(value))


def _names(body: Any) -> list[str]:
    if isinstance(body, Mapping):
        return [*map(str, body), *(name for one in body.values() for name in _names(one))]
    return [name for one in body for name in _names(one)] if isinstance(body, list) else []


def _statuses(data: Any, known: Collection[str]) -> dict[str, str]:
    if not isinstance(data, Mapping):
        raise PackageError(FILE, "statuses", "handover", text="is a mapping: the other system's word: our status.")
    for theirs, ours in data.items():
        if ours not in known:
            raise PackageError(
                FILE, f"statuses.{theirs}", "handover", text=f"leads to {ours!r}, which is no status in case.yaml."
            )
    return {str(theirs): str(ours) for theirs, ours in data.items()}


def _call(data: Any, body: Any) -> declared.Call:
    if not isinstance(data, Mapping):
        raise PackageError(FILE, "call", "handover", text="is a mapping: url, headers, number.")
    try:
        return declared.read({"body": body, **data})
    except declared.DeclarationError as error:
        raise PackageError(FILE, "call", "handover", text=str(error)) from None


def _sftp(data: Any) -> Sftp:
    needed = ("host", "user", "key", "host_key")
    if not isinstance(data, Mapping) or not all(isinstance(data.get(one), str) and data[one] for one in needed):
        raise PackageError(FILE, "sftp", "handover", text=f"is a mapping with {', '.join(needed)}; port and folder may be added.")
    port = data.get("port") or 22
    if not isinstance(port, int) or not 0 < port < 65536:
        raise PackageError(FILE, "sftp.port", "handover", text="is a number.")
    return Sftp(data["host"], port, data["user"], data["key"], data["host_key"], str(data.get("folder") or "."))
