"""Reading a service package: a folder, or its files in memory (an archive, the database), to a :class:`~.package.Package`.

The same data whatever it came from, known by name, version and the hash of its contents. Nothing here decides whether a
package is *good*. A package that cannot be understood raises :class:`~.package.PackageError`, which names file and place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from stadig.cases.definition import Deadline, DecisionType, Status, Transition
from stadig.eservices.asking import read_flow
from stadig.eservices.package import About, CaseType, Package, PackageError, Scenario
from stadig.eservices.schemas import faults
from stadig.eservices.values import count, flat, listed, matching, too_deep, word, words

MOST_FILES: Final = 200
MOST_BYTES: Final = 5 * 2**20
"""Of a whole package. A package is text and a few templates; what is larger is not one."""
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
TEMPLATE: Final = re.compile(r"templates/([a-z][a-z0-9_]*)\.([a-z]{2,3})\.md")
HANDOVER: Final = "handover.yaml"
LOCAL: Final = "local.yaml"
"""The receiving city's overlay. It is no part of the package's identity, and an upgrade keeps it."""


class SchemaError(PackageError):
    """``data.schema.json`` is JSON but no JSON Schema. ``schema`` is what it holds."""

    def __init__(self, file: str, place: str, text: str, schema: Mapping[str, Any]) -> None:
        super().__init__(file, place, "schema", text=text)
        self.schema = schema


def load(folder: Path) -> Package:
    """Read a package from a folder. Raises PackageError."""
    return read(files_of(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their names inside it; hidden ones and links are left out. Raises PackageError, OSError."""
    if not (folder / "service.yaml").is_file():
        raise PackageError("service.yaml", "", "missing_in_folder", folder=folder.name)
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if len(paths) > MOST_FILES or sum(path.stat().st_size for path in paths) > MOST_BYTES:
        raise PackageError("the package", "", "too_much", files=MOST_FILES, most=MOST_BYTES // 2**20)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of names and contents in the order of the names, the local overlay left out; 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for name in sorted(set(files) - {LOCAL}):
        whole.update(f"{name}\0{len(files[name])}\0".encode())
        whole.update(files[name])
    return whole.hexdigest()


def read(files: Mapping[str, bytes]) -> Package:
    """Read a package from its files, by their names inside it. Raises PackageError."""
    _refuse_unsafe(files)
    service = _mapping(files, "service.yaml")
    about = _about(service)
    schema = _schema(files)
    flow = read_flow(_mapping(files, "flow.yaml"), schema)
    return Package(
        name=matching(service, "name", NAME, "bad_name"),
        version=matching(service, "version", VERSION, "bad_version"),
        digest=digest(files),
        about=about,
        schema=schema,
        flow=flow,
        case=_case(_mapping(files, "case.yaml")),
        texts={
            PurePosixPath(name).stem: dict(flat(_mapping(files, name), name))
            for name in sorted(files)
            if name.startswith("texts/") and name.endswith(".yaml")
        },
        scenarios=tuple(
            _scenario(_mapping(files, name), name)
            for name in sorted(files)
            if name.startswith("scenarios/") and name.endswith(".yaml")
        ),
        local=_mapping(files, LOCAL) if LOCAL in files else {},
        files=dict(files),
        templates=_templates(files),
        handover=_mapping(files, HANDOVER) if HANDOVER in files else {},
    )


def _templates(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in sorted(one for one in files if one.startswith("templates/")):
        parts = TEMPLATE.fullmatch(name)
        if parts is None:
            raise PackageError(name, "", "no_template")
        found.setdefault(parts[2], {})[parts[1]] = _utf8(files[name], name)
    return found


def _refuse_unsafe(files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES:
        raise PackageError("the package", "", "too_many_files", count=len(files), most=MOST_FILES)
    if sum(map(len, files.values())) > MOST_BYTES:
        raise PackageError("the package", "", "too_large", most=MOST_BYTES // 2**20)
    for name in files:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or "\\" in name or ".." in parts or ":" in name or not parts:
            raise PackageError(name, "", "unsafe_name")


class _Loader(yaml.CSafeLoader):
    """Safe YAML where a key twice in one mapping is an error, and no word becomes a date or a truth value by surprise.

    The parser is libyaml's, which PyYAML's wheels carry: five times as fast as the one in Python.
    """


def _no_double_keys(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str | int | float | None):
            raise yaml.constructor.ConstructorError(None, None, "a key is a word", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return yaml.CSafeLoader.construct_mapping(loader, node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _no_double_keys)
_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in found if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}]
    for sign, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


_ALIAS: Final = re.compile(r"(?m)(?:^|[\s\[{,])\*\w")


def tree_of(data: bytes, name: str) -> tuple[str, yaml.Node | None, Any]:
    """The text of a YAML file, the tree of its values with their places in the text, and what they say. Raises PackageError."""
    text = _utf8(data, name)
    if too_deep(text):
        raise PackageError(name, "", "too_deep")
    try:
        if _ALIAS.search(text) and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.CSafeLoader)):
            raise PackageError(name, "", "aliases")
        loader = _Loader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
            return text, node, None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise PackageError(
            name, f"line {mark.line + 1}" if mark else "", "syntax", problem=error.problem or "is not YAML"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PackageError(name, "", "not_yaml", problem=type(error).__name__) from None


def scalar_of(text: str) -> Any:
    """What a word means where it stands without quotes; None for what cannot."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - the loader is a SafeLoader
    except yaml.YAMLError:
        return None


def _mapping(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        raise PackageError(name, "", "missing")
    _, _, found = tree_of(files[name], name)
    if not isinstance(found, dict):
        raise PackageError(name, "", "no_mapping")
    return found


def _utf8(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PackageError(name, f"line {line}", "not_utf8") from None


def _schema(files: Mapping[str, bytes]) -> dict[str, Any]:
    name = "data.schema.json"
    if name not in files:
        raise PackageError(name, "", "missing")
    found = _json(files[name], name)
    if not isinstance(found, dict) or found.get("type") != "object" or not isinstance(found.get("properties"), dict):
        raise PackageError(name, "", "no_object")
    for fault in faults(found):
        raise SchemaError(name, fault.place, fault.text, found)
    return found


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(_utf8(data, name))
    except json.JSONDecodeError as error:
        raise PackageError(name, f"line {error.lineno}", "syntax", problem=error.msg) from None
    except RecursionError:
        raise PackageError(name, "", "too_deep") from None


def _about(service: Mapping[str, Any]) -> About:
    file = "service.yaml"
    login = service.get("login") or {}
    if not isinstance(login, dict):
        raise PackageError(file, "login", "mapping", such=": {level: loa3}, or {} for anyone")
    opens = service.get("open") or {}
    data = service.get("personal_data") or {}
    for name, value in (("open", opens), ("personal_data", data)):
        if not isinstance(value, dict):
            raise PackageError(file, name, "mapping", such="")
    return About(
        icon=word(service, "icon", file, "file-text"),
        audience=words(service, "audience", file, ("resident",)),
        login=str(login.get("level") or ""),
        open_from=str(opens.get("from") or ""),
        open_until=str(opens.get("until") or ""),
        handling_days=count(service, "handling_days", file),
        legal_basis=str(service.get("legal_basis") or ""),
        data_basis=str(data.get("basis") or ""),
        data_kept=str(data.get("kept") or ""),
        handled_in=word(service, "handled_in", file, "stadig"),
        channels=words(service, "channels", file, ("web", "assisted", "paper")),
        languages=words(service, "languages", file, ("sv",)),
        licence=str(service.get("license") or ""),
        publisher=str(service.get("publisher") or ""),
        again=service.get("again") is True,
    )


def _case(case: Mapping[str, Any]) -> CaseType:
    file = "case.yaml"
    statuses = case.get("statuses")
    if not isinstance(statuses, dict) or not statuses:
        raise PackageError(file, "statuses", "mapping", such=" of status: {group: …}")
    decisions = case.get("decisions") or {}
    if not isinstance(decisions, dict):
        raise PackageError(file, "decisions", "mapping", such=" of type: {…}")
    if not isinstance(case.get("work"), dict | None):
        raise PackageError(file, "work", "mapping", such="")
    return CaseType(
        file=word(case, "file", file, "case"),
        series=matching(case, "series", re.compile(r"[A-ZÅÄÖ]{2,6}"), "bad_series", file),
        committee=str(case.get("committee") or ""),
        unit=str(case.get("unit") or ""),
        first=word(case, "first", file),
        statuses=tuple(Status(str(id_), word(one or {}, "group", file)) for id_, one in statuses.items()),
        transitions=tuple(
            Transition(
                word(one, "from", file), word(one, "to", file), str(one.get("do") or ""), str(one.get("by") or "case_worker")
            )
            for one in listed(case, "transitions", file)
        ),
        deadlines=tuple(
            Deadline(word(one, "name", file), count(one, "days", file), str(one.get("until") or "closed"))
            for one in listed(case, "deadlines", file, default=True)
        ),
        decisions=tuple(_decision(str(id_), one) for id_, one in decisions.items()),
        confidentiality=str(case.get("confidentiality") or ""),
        klassa=str(case.get("klassa") or ""),
        keep=str(case.get("keep") or ""),
        work=case.get("work"),
        signing=_signing(case.get("signing")),
    )


def _signing(signing: Any) -> Mapping[str, str] | None:
    if signing is None:
        return None
    names = ("waiting", "signed", "declined")
    if not isinstance(signing, dict) or set(signing) != set(names):
        raise PackageError("case.yaml", "signing", "mapping", such=" with waiting, signed and declined, each a status")
    return {name: word(signing, name, "case.yaml") for name in names}


def _decision(name: str, decision: Any) -> DecisionType:
    if not isinstance(decision, dict):
        raise PackageError("case.yaml", f"decisions.{name}", "mapping", such=" with outcome, status, statute and appeal")
    return DecisionType(
        id=name,
        outcome=word(decision, "outcome", "case.yaml"),
        status=word(decision, "status", "case.yaml"),
        statute=str(decision.get("statute") or ""),
        appeal=word(decision, "appeal", "case.yaml", "none"),
        valid_months=count(decision, "valid_months", "case.yaml") if decision.get("valid_months") is not None else None,
        delegation=str(decision.get("delegation") or ""),
    )


def _scenario(scenario: Mapping[str, Any], file: str) -> Scenario:
    answers = scenario.get("answers")
    if not isinstance(answers, dict):
        raise PackageError(file, "answers", "mapping", such=" of answers")
    wanted = scenario.get("expect") or {}
    if not isinstance(wanted, dict):
        raise PackageError(file, "expect", "mapping", such=" with visible, hidden, computed, errors, status or documents")
    for name in ("computed", "errors"):
        if not isinstance(wanted.get(name), dict | None):
            raise PackageError(file, f"expect.{name}", "mapping", such=" of path: value")
    return Scenario(
        name=PurePosixPath(file).stem,
        answers=answers,
        visible=words(wanted, "visible", file, ()),
        hidden=words(wanted, "hidden", file, ()),
        computed=wanted.get("computed"),
        errors=wanted.get("errors"),
        status=str(wanted.get("status") or ""),
        documents=words(wanted, "documents", file, ()),
        today=_day(scenario, file),
    )


def _day(scenario: Mapping[str, Any], file: str) -> str:
    day = str(scenario.get("today") or "")
    try:
        return date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise PackageError(file, "today", "day") from None
