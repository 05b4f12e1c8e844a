"""Changing how cases are handled: statuses, the ways between them, deadlines, decisions. No Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stadig.cases.definition import APPEALS, GROUPS, OUTCOMES
from stadig.eservices.editing import document
from stadig.eservices.editing.document import Flow
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.ground import (
    CASE,
    Files,
    Said,
    put,
    remove,
    remove_texts,
    set_or_remove,
    set_text,
    slug_of,
    swedish,
    value,
    with_file,
)

FIELDS: Final = ("file", "series", "committee", "unit", "confidentiality", "klassa", "keep", "first")
OF_DECISION: Final = ("outcome", "status", "statute", "appeal", "valid_months", "delegation")
KNOWN: Final[Mapping[str, Sequence[str]]] = {"outcome": OUTCOMES, "appeal": APPEALS, "group": GROUPS}


@dataclass(frozen=True, slots=True)
class Way:
    """A way between two statuses. ``said`` is what the case worker presses, by language; empty for one that is gone by itself.

    ``id`` is the verb it had before; empty for a new way.
    """

    start: str
    end: str
    by: str = "case_worker"
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    id: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """A deadline: what it is called, how many days, and the status or group of statuses that meets it. ``id`` is empty for a new one."""

    said: Mapping[str, str]
    days: int
    until: str = "closed"
    id: str = ""


def set_case(files: Files, **fields: Any) -> Files:
    """How the cases are filed; what is not named stays."""
    for name, wanted in fields.items():
        if name not in FIELDS:
            raise EditError("wrong", value=name, what="a field of the case", known=", ".join(FIELDS))
        if name == "first":
            _known_status(files, str(wanted))
        if (value(files, CASE, (name,)) or "") != wanted:
            files = set_or_remove(files, CASE, (name,), wanted)
    return files


# --- statuses ---


def add_status(files: Files, name: Said, group: str) -> tuple[Files, str]:
    """A new status, last, and its id. What the applicant reads is its name until it is written."""
    _one_of("group", group)
    id_ = slug_of(swedish(name), value(files, CASE, ("statuses",)) or (), instead="status")
    files = put(files, CASE, ("statuses", id_), Flow({"group": group}))
    for what in ("name", "resident", "next"):
        files = set_text(files, f"status.{id_}.{what}", name)
    return files, id_


def change_status(files: Files, status: str, *, group: str) -> Files:
    """What a status means."""
    _known_status(files, status)
    _one_of("group", group)
    return put(files, CASE, ("statuses", status, "group"), group)


def remove_status(files: Files, status: str) -> Files:
    """Without a status and the ways to and from it. Refused when it is the first one, or a decision, a deadline or work leads to it."""
    _known_status(files, status)
    case = value(files, CASE)
    if len(case["statuses"]) == 1:
        raise EditError("last", id=status, what="status")
    readers = ["first"] if case.get("first") == status else []
    readers += [f"decision.{name}.name" for name, one in (case.get("decisions") or {}).items() if one.get("status") == status]
    readers += [f"deadline.{one.get('name')}" for one in case.get("deadlines") or () if one.get("until") == status]
    for holder in ("work", "signing"):
        readers += [holder] if status in (case.get(holder) or {}).values() else []
    if readers:
        raise EditError("read_by", id=status, readers=readers)
    for number, way in reversed(list(enumerate(case.get("transitions") or ()))):
        if status in (way.get("from"), way.get("to")):
            files = remove(files, CASE, ("transitions", number))
    files = remove_texts(remove(files, CASE, ("statuses", status)), f"status.{status}")
    return _without_unused(files, case)


def _without_unused(files: Files, before: Mapping[str, Any]) -> Files:
    """Without the texts of verbs that no way has any more."""
    left = {str(one.get("do")) for one in value(files, CASE, ("transitions",)) or () if one.get("do")}
    gone = {str(one["do"]) for one in before.get("transitions") or () if one.get("do")} - left
    return remove_texts(files, *(f"transition.{one}" for one in gone))


def set_transitions(files: Files, wanted: Sequence[Way]) -> Files:
    """The ways between statuses, in this order. Ways with the same words share one verb."""
    before = value(files, CASE)
    old = [dict(one) for one in before.get("transitions") or ()]
    verbs = {str(one["do"]) for one in old if one.get("do")}
    said: dict[tuple[tuple[str, str], ...], str] = {}
    texts: dict[str, Mapping[str, str]] = {}
    made: list[Any] = []
    for way in wanted:
        _known_status(files, way.start)
        _known_status(files, way.end)
        do = _verb(way, said, verbs | set(texts))
        if do:
            texts[do] = way.said
        known = next((one for one in old if (one.get("from"), one.get("to")) == (way.start, way.end)), {})
        told = {"from": way.start, "to": way.end} | ({"do": do} if do else {})
        told |= {"by": way.by} if way.by != "case_worker" or "by" in known else {}
        made.append(Flow(told | {name: one for name, one in known.items() if name not in ("from", "to", "do", "by")}))
    files = with_file(files, CASE, document.put(files[CASE], ("transitions",), made))
    for do, words in texts.items():
        files = set_text(files, f"transition.{do}", words)
    return _without_unused(files, before)


def _verb(way: Way, said: dict[tuple[tuple[str, str], ...], str], taken: set[str]) -> str:
    """The verb of a way: the one it had, the one that has the same words, or a new one made of them."""
    words = {language: text for language, text in way.said.items() if text}
    if not words:
        return ""
    key = tuple(sorted(words.items()))
    if key not in said:
        said[key] = way.id if way.id and way.id not in said.values() else slug_of(swedish(words), taken, instead="ga")
    return said[key]


def set_deadlines(files: Files, wanted: Sequence[Time]) -> Files:
    """What is promised to be done within how many days, in this order."""
    before = value(files, CASE, ("deadlines",)) or ()
    names: list[str] = []
    made: list[Any] = []
    texts: dict[str, Mapping[str, str]] = {}
    for one in wanted:
        if one.until not in GROUPS:
            _known_status(files, one.until)
        name = one.id or slug_of(swedish(one.said), [*(str(old.get("name")) for old in before), *names], instead="tid")
        names.append(name)
        texts[name] = one.said
        known = next((old for old in before if old.get("name") == name), {})
        told: dict[str, Any] = {"name": name, "days": one.days}
        made.append(Flow(told | ({"until": one.until} if one.until != "closed" or "until" in known else {})))
    files = set_or_remove(files, CASE, ("deadlines",), made)
    for name, words in texts.items():
        files = set_text(files, f"deadline.{name}", words)
    return remove_texts(files, *(f"deadline.{one['name']}" for one in before if one.get("name") not in names))


# --- decisions ---


def add_decision(files: Files, name: Said, *, outcome: str, status: str, **fields: Any) -> tuple[Files, str]:
    """A new kind of decision, last, and its id. Its text to the applicant is its name until it is written."""
    id_ = slug_of(swedish(name), value(files, CASE, ("decisions",)) or (), instead="beslut")
    files = set_decision(files, id_, **({"outcome": outcome, "status": status, "appeal": "none"} | fields))
    for what in ("name", "text"):
        files = set_text(files, f"decision.{id_}.{what}", name)
    return files, id_


def set_decision(files: Files, decision: str, **fields: Any) -> Files:
    """What a decision is; what is not named stays, what is empty is taken away."""
    for name, wanted in fields.items():
        if name not in OF_DECISION:
            raise EditError("wrong", value=name, what="a field of a decision", known=", ".join(OF_DECISION))
        if name in KNOWN:
            _one_of(name, str(wanted))
        if name == "status":
            _known_status(files, str(wanted))
        files = set_or_remove(files, CASE, ("decisions", decision, name), wanted)
    return files


def remove_decision(files: Files, decision: str) -> Files:
    """Without a kind of decision and its templates."""
    if value(files, CASE, ("decisions", decision)) is None:
        raise EditError("unknown", what="decision", id=decision)
    files = remove_texts(remove(files, CASE, ("decisions", decision)), f"decision.{decision}")
    files = {name: data for name, data in files.items() if not name.startswith(f"templates/{decision}.")}
    return remove(files, CASE, ("decisions",)) if not value(files, CASE, ("decisions",)) else files


def set_template(files: Files, decision: str, language: str, text: str) -> Files:
    """What a case worker begins from when they write a decision, in one language; without a text there is none."""
    if value(files, CASE, ("decisions", decision)) is None:
        raise EditError("unknown", what="decision", id=decision)
    name = f"templates/{decision}.{language}.md"
    if not text.strip():
        return {one: data for one, data in files.items() if one != name}
    return with_file(files, name, f"{text.rstrip()}\n".encode())


def _known_status(files: Files, status: str) -> None:
    if status not in {str(one) for one in value(files, CASE, ("statuses",)) or ()}:
        raise EditError("unknown", what="status", id=status)


def _one_of(name: str, wanted: str) -> None:
    if wanted not in KNOWN[name]:
        raise EditError("wrong", value=wanted, what=name, known=", ".join(KNOWN[name]))
