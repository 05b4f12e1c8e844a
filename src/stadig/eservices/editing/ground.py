"""What all edits of a package stand on: reading a file of it, ids made of words, where a text, a question and its description stand.

No Django.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from stadig.eservices import reading
from stadig.eservices.editing import document, rendering
from stadig.eservices.editing.document import Place
from stadig.eservices.editing.errors import EditError
from stadig.eservices.package import Package, PackageError

Files: TypeAlias = Mapping[str, bytes]
Said: TypeAlias = Mapping[str, Any]
"""Language → text (or list of texts)."""
SERVICE, SCHEMA, FLOW, CASE = "service.yaml", "data.schema.json", "flow.yaml", "case.yaml"
LONGEST: Final = 40
_WORDS_OF_TEXTS: Final = frozenset(
    {"label", "hint", "help", "why", "unit", "option", "option_hint", "one", "add", "remove", "title", "lead", "item", "true",
     "false", "null", "yes", "no", "on", "off", "info", "step", "sign"}
)  # fmt: skip
"""What no id may be: they mean something beside ids, in texts, in rules or in YAML."""


def checked(files: Files) -> Package:
    """The package; every edit ends with it. Raises EditError where it cannot be read any more."""
    try:
        return reading.read(files)
    except PackageError as error:
        raise EditError("unreadable", problem=str(error), error=error) from error


def slug_of(words: str, taken: Iterable[str] = (), *, instead: str = "fraga") -> str:
    """An id of Swedish words: ``Vad heter du?`` → ``vad_heter_du``; small ASCII letters, unlike all in ``taken``."""
    plain = unicodedata.normalize("NFKD", words.casefold().replace("ø", "o").replace("æ", "ae"))
    parts = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    made = ""
    for part in parts:
        if made and len(made) + 1 + len(part) > LONGEST:
            break
        made = f"{made}_{part}" if made else part[:LONGEST]
    if not made or not made[0].isalpha():
        made = f"{instead}_{made}".rstrip("_")
    used = {*map(str, taken), *_WORDS_OF_TEXTS}
    return next(one for one in (made, *(f"{made}_{number}" for number in range(2, 10_000))) if one not in used)


def swedish(said: Said) -> str:
    """The words an id is made of: the Swedish, else any. Raises EditError when there are none."""
    found = str(said.get("sv") or next((one for one in said.values() if one), "")).strip()
    if not found:
        raise EditError("empty", what="the text")
    return found


def with_file(files: Files, name: str, data: bytes) -> Files:
    """The files with this one."""
    return {**files, name: data}


def value(files: Files, name: str, place: Place = ()) -> Any:
    """What a file says at a place; None where there is nothing."""
    return document.value(files[name], place) if name in files else None


def put(files: Files, name: str, place: Place, value: Any) -> Files:
    return with_file(files, name, document.put(files[name], place, value))


def remove(files: Files, name: str, place: Place) -> Files:
    return with_file(files, name, document.remove(files[name], place))


def set_or_remove(files: Files, name: str, place: Place, wanted: Any) -> Files:
    """Put a value, or take the key away where there is none to put."""
    if wanted not in (None, "", (), [], {}):
        return put(files, name, place, wanted)
    return remove(files, name, place) if value(files, name, place) is not None else files


# --- texts ---


def languages(files: Files) -> list[str]:
    """The languages that have a file of texts, Swedish first."""
    found = (name[6:-5] for name in files if name.startswith("texts/") and name.endswith(".yaml"))
    return sorted(found, key=lambda one: (one != "sv", one))


def set_text(files: Files, key: str, texts: Said) -> Files:
    """A text in some languages; an empty one is taken away. A list of texts is one for each."""
    for language, text in texts.items():
        name = f"texts/{language}.yaml"
        if text in (None, "", [], ()):
            files = _without_text(files, name, key)
        elif name not in files:
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)?", language):
                raise EditError("wrong", value=language, what="a language", known="sv, en, fi, …")
            files = with_file(files, name, rendering.whole(_nested(key.split("."), text)).encode())
        else:
            files = put(files, name, _place_for(document.value(files[name]), key), text)
    return files


def _nested(names: list[str], value: Any) -> dict[str, Any]:
    for one in reversed(names):
        value = {one: value}
    return value


def _without_text(files: Files, name: str, key: str) -> Files:
    """Without the text, and without what is empty when it is gone."""
    place = place_of_text(document.value(files[name]), key) if name in files else None
    if place is None:
        return files
    while len(place) > 1 and len(document.value(files[name], place[:-1])) == 1:
        place = place[:-1]
    return remove(files, name, place)


def place_of_text(texts: Any, key: str) -> Place | None:
    """Where a dotted key stands: each mapping on the way may hold any part of it."""
    names = key.split(".")
    for count in range(1, len(names) + 1):
        head, rest = ".".join(names[:count]), ".".join(names[count:])
        held = next((one for one in texts if str(one) == head), None) if isinstance(texts, dict) else None
        if held is None:
            continue
        if not rest:
            return (head,)
        found = place_of_text(texts[held], rest)
        if found is not None:
            return (head, *found)
    return None


def _place_for(texts: Any, key: str) -> Place:
    """Where it stands or would: within the mappings there are."""
    found = place_of_text(texts, key)
    return found if found is not None else tuple(key.split("."))


def remove_texts(files: Files, *under: str) -> Files:
    """Every text whose key is one of these or begins with it and a dot, in all languages."""
    for language in languages(files):
        name = f"texts/{language}.yaml"
        for key in under:
            texts = document.value(files[name])
            for one in _keys(texts):
                if one == key or one.startswith(f"{key}."):
                    files = _without_text(files, name, one)
    return files


def _keys(texts: Any, before: str = "") -> Iterator[str]:
    for name, one in texts.items() if isinstance(texts, dict) else ():
        key = f"{before}{name}"
        if isinstance(one, dict) and one:
            yield from _keys(one, f"{key}.")
        else:
            yield key


def rename_texts(files: Files, before: str, after: str) -> Files:
    """The texts under one key under another, in all languages."""
    for language in languages(files):
        texts = document.value(files[f"texts/{language}.yaml"])
        for key in [one for one in _keys(texts) if one == before or one.startswith(f"{before}.")]:
            text = document.value(files[f"texts/{language}.yaml"], place_of_text(texts, key) or ())
            files = set_text(
                _without_text(files, f"texts/{language}.yaml", key), f"{after}{key[len(before) :]}", {language: text}
            )
    return files


# --- the form ---


def part_name(part: Any, inside: str = "") -> str:
    """What an entry of flow.yaml is called: a question's or group's path, ``info.ID``."""
    if isinstance(part, dict) and "info" in part:
        return f"info.{part['info']}"
    return f"{inside}{part if isinstance(part, str) else part.get('repeat') or part.get('ask', '')}"


def parts(flow: Any) -> Iterator[tuple[Place, str, Any]]:
    """(place, name, entry) of every entry of flow.yaml, those of groups after the group."""
    for number, step in enumerate(flow.get("steps") or ()):
        for position, part in enumerate(step.get("questions") or ()):
            place: Place = ("steps", number, "questions", position)
            yield place, part_name(part), part
            if isinstance(part, dict) and "repeat" in part:
                inside = f"{part['repeat']}[]."
                for inner, one in enumerate(part.get("questions") or ()):
                    yield (*place, "questions", inner), part_name(one, inside), one


def place_of_part(files: Files, path: str) -> Place:
    """Where a part stands in flow.yaml. Raises EditError."""
    for place, name, _ in parts(value(files, FLOW)):
        if name == path:
            return place
    raise EditError("unknown", what="question", id=path)


def place_of_step(files: Files, step: str) -> Place:
    """Where a step stands in flow.yaml. Raises EditError."""
    for number, one in enumerate(value(files, FLOW, ("steps",)) or ()):
        if one.get("id") == step:
            return ("steps", number)
    raise EditError("unknown", what="step", id=step)


def key_of(path: str) -> str:
    """The name of a part among the texts: ``question.children.name``, ``info.call_now``."""
    return path if path.startswith("info.") else f"question.{path.replace('[]', '')}"


# --- what the schema says of it ---


def place_in_schema(schema: Any, path: str) -> Place:
    """Where a path is described in data.schema.json: the entry in ``properties``, ``$ref`` on the way followed. Raises EditError."""
    place: Place = ()
    here = schema
    for name in path.split("."):
        place, here = followed(schema, place, here)
        if name.removesuffix("[]") not in (here.get("properties") or {}):
            raise EditError("unknown", what="question", id=path)
        place, here = (*place, "properties", name.removesuffix("[]")), here["properties"][name.removesuffix("[]")]
        if name.endswith("[]"):
            place, here = followed(schema, place, here)
            place, here = (*place, "items"), here.get("items") or {}
    return place


def followed(schema: Any, place: Place, here: Any) -> tuple[Place, Any]:
    """The place and the description that a ``$ref`` into ``$defs`` leads to; itself when it is none."""
    for _ in range(10):
        if not isinstance(here, dict) or "$ref" not in here:
            break
        name = str(here["$ref"]).removeprefix("#/$defs/")
        place, here = ("$defs", name), (schema.get("$defs") or {}).get(name, {})
    return place, here


def own_place(files: Files, path: str) -> tuple[Files, Place]:
    """The files where this path alone has its description, and where: one that it shares with others is copied to it first."""
    schema = value(files, SCHEMA)
    place = place_in_schema(schema, path)
    here = document.value(files[SCHEMA], place)
    if not isinstance(here, dict) or "$ref" not in here:
        return files, place
    there, described = followed(schema, place, here)
    if _uses(schema, str(here["$ref"])) == 1:
        return files, there
    return put(files, SCHEMA, place, described | {key: one for key, one in here.items() if key != "$ref"}), place


def _uses(here: Any, reference: str) -> int:
    if isinstance(here, dict):
        return (here.get("$ref") == reference) + sum(_uses(one, reference) for one in here.values())
    return sum(_uses(one, reference) for one in here) if isinstance(here, list) else 0


def set_required(files: Files, path: str, required: bool) -> Files:
    """Whether the schema demands an answer at a path."""
    schema = value(files, SCHEMA)
    holder = place_in_schema(schema, path)[:-2]
    name = path.rpartition(".")[2]
    listed = list(document.value(files[SCHEMA], (*holder, "required")) or [])
    if required == (name in listed):
        return files
    if required:
        return put(files, SCHEMA, (*holder, "required"), [*listed, name])
    listed.remove(name)
    return put(files, SCHEMA, (*holder, "required"), listed)


def paths_of(files: Files) -> set[str]:
    """Everything that is asked, grouped, described or computed, so that a new path is like none of them."""
    flow, schema = value(files, FLOW), value(files, SCHEMA)
    found = {name for _, name, _ in parts(flow)} | {str(one) for one in flow.get("compute") or {}}
    return found | {one.split(".")[0].removesuffix("[]") for one in found} | set(schema.get("properties") or {})
