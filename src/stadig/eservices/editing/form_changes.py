"""Changing what a form asks: steps, questions, texts between them, groups that repeat, and the rules of each. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stadig.eservices.asking import kind_of
from stadig.eservices.editing import describing, document
from stadig.eservices.editing.document import Flow, Place
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.following import answer
from stadig.eservices.editing.ground import (
    FLOW,
    SCHEMA,
    Files,
    Said,
    checked,
    followed,
    key_of,
    own_place,
    parts,
    paths_of,
    place_in_schema,
    place_of_part,
    place_of_step,
    put,
    remove,
    remove_texts,
    set_or_remove,
    set_required,
    set_text,
    slug_of,
    swedish,
    value,
    with_file,
)
from stadig.eservices.editing.readers import readers_of, without_in_scenarios
from stadig.eservices.package import KINDS
from stadig.eservices.rules import RuleError, compile_rule

RULES: Final = ("show_if", "require_if")


# --- steps ---


def add_step(files: Files, title: Said, after: str = "") -> tuple[Files, str]:
    """A new step after another (first without one), and its id."""
    steps = value(files, FLOW, ("steps",))
    id_ = slug_of(swedish(title), (step.get("id") for step in steps), instead="steg")
    index = place_of_step(files, after)[1] + 1 if after else 0  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    files = with_file(files, FLOW, document.insert(files[FLOW], ("steps",), int(index), {"id": id_, "questions": []}))
    return set_text(files, f"step.{id_}.title", title), id_


def move_step(files: Files, step: str, index: int) -> Files:
    """A step at another place among the steps."""
    return with_file(files, FLOW, document.move(files[FLOW], place_of_step(files, step), index))


def remove_step(files: Files, step: str) -> Files:
    """Without a step and its questions. Refused when something outside it reads one of them, or when it is the only one."""
    place = place_of_step(files, step)
    if len(value(files, FLOW, ("steps",))) == 1:
        raise EditError("last", id=step, what="step")
    names = [name for where, name, _ in parts(value(files, FLOW)) if where[:2] == place]
    _refuse_read(files, names)
    for name in reversed(names):
        if "[]" not in name:
            files = _without_part(files, name)
    return remove_texts(remove(files, FLOW, place_of_step(files, step)), f"step.{step}")


def set_step_rule(files: Files, step: str, rule: Any) -> Files:
    """When a step is shown; None for always."""
    return set_rule(files, f"step.{step}", "show_if", rule)


# --- questions ---


def add_question(
    files: Files,
    step: str,
    kind: str,
    label: Said,
    *,
    after: str | None = None,
    required: bool = False,
    options: Sequence[Said] = (),
    repeat: str = "",
) -> tuple[Files, str]:
    """A new question in a step (or in one of its groups), last or after another, and its path.

    ``options`` are the texts of the answers to choose among, of each of which an id is made.
    """
    if kind not in KINDS:
        raise EditError("wrong", value=kind, what="a kind of question", known=", ".join(KINDS))
    if repeat and kind in describing.ALONE:
        raise EditError("never_opens", kind=kind)
    path = _new_path(files, label, repeat)
    values: list[str] = []
    for one in options:
        values.append(slug_of(swedish(one), values, instead="svar"))
    described, shared = describing.of(kind, values, value(files, SCHEMA))
    for name, definition in shared.items():
        files = put(files, SCHEMA, ("$defs", name), definition)
    files = put(files, SCHEMA, (*_holder(files, repeat), "properties", path.rpartition(".")[2]), described)
    files = _place_part(files, step, repeat, path.removeprefix(f"{repeat}[]."), after)
    if required:
        files = answer(set_required(files, path, required=True), path)
    files = set_text(files, f"{key_of(path)}.label", label)
    for one, said in zip(values, options, strict=True):
        files = set_text(files, f"{key_of(path)}.option.{one}", said)
    return files, path


def add_info(files: Files, step: str, text: Said, *, after: str | None = None, repeat: str = "") -> tuple[Files, str]:
    """A text between questions, and its id."""
    taken = [name.removeprefix("info.") for _, name, _ in parts(value(files, FLOW)) if name.startswith("info.")]
    id_ = slug_of(swedish(text), taken, instead="text")
    files = _place_part(files, step, repeat, {"info": id_}, after)
    return set_text(files, f"info.{id_}", text), id_


def add_group(
    files: Files, step: str, label: Said, *, after: str | None = None, least: int = 0, most: int = 10
) -> tuple[Files, str]:
    """A group of questions that is answered once for each of several things, and its path; it has a first question *Vad?*."""
    path = slug_of(swedish(label), paths_of(files), instead="grupp")
    inner = {"type": "object", "additionalProperties": False, "required": [], "properties": {}}
    files = put(files, SCHEMA, ("properties", path), {"type": "array", "minItems": least, "maxItems": most, "items": inner})
    files = _place_part(files, step, "", {"repeat": path, "questions": []}, after)
    return set_text(files, f"question.{path}.label", label), path


def change_group(files: Files, path: str, *, least: int | None = None, most: int | None = None) -> Files:
    """How many rows a group has at least and at most."""
    files, place = own_place(files, path)
    if least is not None and most is not None and least > most:
        raise EditError("wrong", value=least, what="the least number", known=f"0–{most}")
    for name, number in (("minItems", least), ("maxItems", most)):
        if number is not None and document.value(files[SCHEMA], (*place, name)) != number:
            files = put(files, SCHEMA, (*place, name), number)
    return files


def change_question(
    files: Files,
    path: str,
    *,
    kind: str | None = None,
    required: bool | None = None,
    options: Sequence[Any] | None = None,
    add_options: Sequence[Said] = (),
    unit: str | None = None,
    **limits: Any,
) -> Files:
    """How a question is answered. What is not named stays; a limit that is None is taken away.

    ``limits`` are ``least`` and ``most`` (of a number), ``shortest`` and ``longest`` (of a text) and ``most_files``. ``options`` are the
    values to choose among in their order, ``add_options`` the texts of more.
    """
    place_of_part(files, path)
    place = place_in_schema(value(files, SCHEMA), path)
    if kind is not None and kind != checked(files).question(path).kind:
        files = _with_kind(files, path, kind, place, [*(options or ())])
    for name, limit in describing.limits(limits).items():
        files, place = own_place(files, path)
        place = place if name in ("maxItems", "minItems") else describing.inner_place(document.value(files[SCHEMA], place), place)
        if limit is not None:
            files = put(files, SCHEMA, (*place, name), limit)
        elif document.value(files[SCHEMA], (*place, name)) is not None:
            files = remove(files, SCHEMA, (*place, name))
    if options is not None:
        files = set_options(files, path, options)
    for one in add_options:
        files = add_option(files, path, one)
    if required is not None:
        files = set_required(files, path, required)
        files = answer(files, path) if required else files
    return files if unit is None else _with_setting(files, path, "unit", unit)


def _with_kind(files: Files, path: str, kind: str, place: Place, values: Sequence[Any]) -> Files:
    """Another kind of question at the same path. Between one choice and several, the answers stay."""
    if kind not in KINDS:
        raise EditError("wrong", value=kind, what="a kind of question", known=", ".join(KINDS))
    if "[]" in path and kind in describing.ALONE:
        raise EditError("never_opens", kind=kind)
    kept = list(values) or list(checked(files).question(path).options)
    described, shared = describing.of(kind, kept, value(files, SCHEMA))
    for name, definition in shared.items():
        files = put(files, SCHEMA, ("$defs", name), definition)
    files = put(files, SCHEMA, place, described)
    if kind not in describing.CHOOSING:
        files = remove_texts(files, f"{key_of(path)}.option", f"{key_of(path)}.option_hint")
    if kind == "long_text" or value(files, FLOW, (*place_of_part(files, path), "widget")) is not None:
        needed = kind == "long_text" and kind_of(described) != "long_text"
        files = _with_setting(files, path, "widget", "textarea" if needed else "")
    return files


def move_question(files: Files, path: str, step: str, index: int) -> Files:
    """A question, text or group in a step, at an index there; what stands in a group moves within it alone."""
    place = place_of_part(files, path)
    if "[]" in path:
        return with_file(files, FLOW, document.move(files[FLOW], place, index))
    there: Place = (*place_of_step(files, step), "questions")
    if place[:-1] == there:
        return with_file(files, FLOW, document.move(files[FLOW], place, index))
    written = _wrapped(document.value(files[FLOW], place))
    return with_file(files, FLOW, document.transfer(files[FLOW], place, there, index, written))


def remove_question(files: Files, path: str) -> Files:
    """Without a question, text or group. Refused, with who reads it, when a rule, a signer or case.yaml does."""
    place_of_part(files, path)
    inside = [name for _, name, _ in parts(value(files, FLOW)) if name.startswith(f"{path}[].")]
    _refuse_read(files, [path, *inside])
    return _without_part(files, path)


def _without_part(files: Files, path: str) -> Files:
    files = without_in_scenarios(remove(files, FLOW, place_of_part(files, path)), path)
    if path.startswith("info."):
        return remove_texts(files, path)
    files = describing.without_path(files, path)
    own = [f"{key_of(path)}.{what}" for what in ("label", "hint", "help", "why", "unit", "option", "option_hint")]
    return remove_texts(files, *([key_of(path)] if _is_leaf(files, path) else own))


def _is_leaf(files: Files, path: str) -> bool:
    """Whether no other question's texts stand beneath its own."""
    return not any(name.replace("[]", "").startswith(f"{path.replace('[]', '')}.") for _, name, _ in parts(value(files, FLOW)))


def _refuse_read(files: Files, names: Sequence[str]) -> None:
    for name in names:
        readers = [one for one in readers_of(files, name) if one not in names]
        if readers:
            raise EditError("read_by", id=name, readers=readers)


# --- the answers to choose among ---


def set_options(files: Files, path: str, values: Sequence[Any]) -> Files:
    """The answers to choose among, in order; texts and answers of scenarios for those that are gone go too."""
    if not values:
        raise EditError("empty", what="the list of answers")
    files, place = own_place(files, path)
    place = (*describing.inner_place(document.value(files[SCHEMA], place), place), "enum")
    before = document.value(files[SCHEMA], place) or []
    gone = [one for one in before if one not in values]
    for one in gone:
        readers = readers_of(files, path, one)
        if readers:
            raise EditError("read_by", id=str(one), readers=readers)
        files = remove_texts(files, f"{key_of(path)}.option.{one}", f"{key_of(path)}.option_hint.{one}")
    return put(files, SCHEMA, place, list(values))


def add_option(files: Files, path: str, text: Said) -> Files:
    """One more answer to choose, last."""
    values = list(checked(files).question(path).options)
    new = slug_of(swedish(text), map(str, values), instead="svar")
    return set_text(set_options(files, path, [*values, new]), f"{key_of(path)}.option.{new}", text)


def remove_option(files: Files, path: str, option: str) -> Files:
    """One answer less. Refused when a rule compares with it, or when it is the only one."""
    values = list(checked(files).question(path).options)
    return set_options(files, path, [one for one in values if str(one) != str(option)])


def move_option(files: Files, path: str, option: str, index: int) -> Files:
    """One answer at another place in the order."""
    files, place = own_place(files, path)
    place = (*describing.inner_place(document.value(files[SCHEMA], place), place), "enum")
    values = [str(one) for one in document.value(files[SCHEMA], place) or []]
    if str(option) not in values:
        raise EditError("unknown", what="answer", id=option)
    return with_file(files, SCHEMA, document.move(files[SCHEMA], (*place, values.index(str(option))), index))


# --- rules ---


def set_rule(files: Files, path: str, what: str, rule: Any | None) -> Files:
    """``show_if`` or ``require_if`` of a question, a group, a text (``info.ID``) or a step (``step.ID``); None takes it away."""
    if what not in RULES:
        raise EditError("wrong", value=what, what="a rule", known=", ".join(RULES))
    _compiled(rule)
    if path.startswith("step."):
        place = (*place_of_step(files, path.removeprefix("step.")), what)
        return set_or_remove(files, FLOW, place, None if rule is None else Flow(rule))
    return _with_setting(files, path, what, None if rule is None else Flow(rule))


def set_compute(files: Files, path: str, rule: Any | None, label: Said | None = None) -> Files:
    """What is computed at a path, as a number of money where the schema does not say; None takes it away."""
    _compiled(rule)
    if rule is None:
        readers = [one for one in readers_of(files, path) if one != path]
        if readers:
            raise EditError("read_by", id=path, readers=readers)
        files = remove(files, FLOW, ("compute", path))
        if not value(files, FLOW, ("compute",)):
            files = remove(files, FLOW, ("compute",))
        return without_in_scenarios(remove_texts(describing.without_path(files, path), f"computed.{path}"), path)
    files = describing.with_path(put(files, FLOW, ("compute", path), Flow(rule)), path)
    return set_text(files, f"computed.{path}.label", label) if label else files


def _compiled(rule: Any) -> None:
    try:
        if rule is not None:
            compile_rule(rule)
    except RuleError as error:
        raise EditError("wrong", value="the rule", what="used", known=str(error)) from error


def _with_setting(files: Files, path: str, name: str, wanted: Any) -> Files:
    """A key beside ``ask``: a question that is written as a word alone becomes a mapping, and a word again when it has no other."""
    place = place_of_part(files, path)
    part = document.value(files[FLOW], place)
    if isinstance(part, str):
        return put(files, FLOW, place, {"ask": part, name: wanted}) if wanted not in (None, "") else files
    files = set_or_remove(files, FLOW, (*place, name), wanted)
    left = document.value(files[FLOW], place)
    return put(files, FLOW, place, left["ask"]) if isinstance(left, dict) and set(left) == {"ask"} else files


def _new_path(files: Files, label: Said, repeat: str) -> str:
    """A path of the words of a label, unlike all others; in a group, unlike those of the group."""
    if not repeat:
        return slug_of(swedish(label), paths_of(files))
    place_of_part(files, repeat)
    inside = value(files, SCHEMA, (*_holder(files, repeat), "properties")) or {}
    return f"{repeat}[].{slug_of(swedish(label), inside)}"


def _holder(files: Files, repeat: str) -> Place:
    """The object in the schema whose properties the questions of a group are; the whole one without a group."""
    if not repeat:
        return ()
    schema = value(files, SCHEMA)
    place = (*place_in_schema(schema, repeat), "items")
    return followed(schema, place, document.value(files[SCHEMA], place))[0]


def _place_part(files: Files, step: str, repeat: str, part: Any, after: str | None) -> Files:
    """An entry in a step or in a group of it, last or after another."""
    holder: Place = (*(place_of_part(files, repeat) if repeat else place_of_step(files, step)), "questions")
    index = len(document.value(files[FLOW], holder) or ())
    if after:
        beside = place_of_part(files, after)
        index = int(beside[-1]) + 1 if beside[:-1] == holder else index
    return with_file(files, FLOW, document.insert(files[FLOW], holder, index, part))


def _wrapped(part: Any) -> Any:
    """A part of flow.yaml as it is written: its rules in brackets, its questions in lines."""
    if not isinstance(part, dict):
        return part
    told = {name: Flow(one) if name in RULES else one for name, one in part.items()}
    return told | ({"questions": [_wrapped(one) for one in part["questions"]]} if "questions" in part else {})
