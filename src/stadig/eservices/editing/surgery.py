"""How the text of a file changes when one value does: which characters go, and what is written instead. No Django.

Nothing here is trusted: ``document`` reads the text again after each edit.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

import yaml

from stadig.eservices.editing import rendering
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.rendering import STEP, Flow, bare
from stadig.eservices.editing.spans import Place, Text, read, same, written


def put(text: Text, place: Place, value: Any) -> str:
    """Replace what is at the place, or insert at the first name on the way that is missing."""
    here = text.root
    for number, name in enumerate(place):
        found = text.index(here, name)
        if found is None:
            if not isinstance(name, str):
                raise EditError("no_place", place=written(place))
            for missing in reversed(place[number + 1 :]):
                value = {missing: value}
            return insert(text, place[:number], len(text.entries(here)), name, value)
        here = text.entries(here)[found].value
    return _replace(text, place, here, value)


def _replace(text: Text, place: Place, node: yaml.Node, value: Any) -> str:
    plain, there = bare(value), _data(text, place)
    if same(there, plain):
        return text.text
    if _mergeable(there, plain):
        return _merged(text, place, there, value)
    start, end = node.start_mark.index, text.end(node)
    if text.is_json:
        written_anew = rendering.as_json(plain, _indent(text, start), text.newline)
    elif _in_flow(text, place) or not place:
        written_anew = _as_before(text, node, there, value, flow=True)
    else:
        return _replaced_in_lines(text, place, node, value)
    return text.text[:start] + written_anew + text.text[end:]


def _replaced_in_lines(text: Text, place: Place, node: yaml.Node, value: Any) -> str:
    """After ``key:`` or ``-``: on the same line where it can be, with the comment that follows kept."""
    plain, there = bare(value), _data(text, place)
    start, end = node.start_mark.index, text.end(node)
    commented = text.text[end : text.after_line(end)].strip() != ""
    in_lines = isinstance(node, yaml.CollectionNode) and not text.is_flow(node)
    bracketed = isinstance(node, yaml.CollectionNode) and not in_lines and bool(node.value)
    before = text.text[:start].rstrip()
    if isinstance(plain, dict) and plain and before.endswith("-") and isinstance(place[-1], int) and not (bracketed or commented):
        return before[:-1] + rendering.item(value, _column(text, place), text.newline) + text.text[end:]
    if isinstance(plain, dict | list) and not (bracketed or commented):
        told = rendering.block(plain if in_lines and not isinstance(value, Flow) else value, _column(text, place), text.newline)
        return before + told + text.text[end:]
    if isinstance(plain, str) and "\n" in plain and not commented and not _was_quoted(node):
        return before + rendering.block(plain, _column(text, place), text.newline) + text.text[end:]
    told = _as_before(text, node, there, value, flow=False)
    if in_lines or start == len(before):
        return f"{before} {told}{text.text[end:]}"
    return text.text[:start] + told + text.text[end:]


def _was_quoted(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in ("'", '"') and "\n" in node.value


def _as_before(text: Text, node: yaml.Node, there: Any, value: Any, *, flow: bool) -> str:
    """On one line, with the quotes of what stood there where its author set them though nothing needed them."""
    if not isinstance(value, str):
        return rendering.inline(value)
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    if style in ("'", '"') and isinstance(there, str) and not rendering.scalar(there, flow=flow).startswith('"'):
        single = rendering.quote(value)[1:-1] == value and style == "'"
        doubled = value.replace("'", "''")
        return f"'{doubled}'" if single else rendering.quote(value)
    return rendering.scalar(value, flow=flow)


# --- a list or mapping into another, entry by entry ---


def _mergeable(before: Any, after: Any) -> bool:
    if not before or not after:
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        wanted = [str(key) for key in after]
        kept = [str(key) for key in before if str(key) in wanted]
        return bool(kept) and kept == [key for key in wanted if key in kept]
    return isinstance(before, list) and isinstance(after, list)


def _merged(text: Text, place: Place, before: Any, value: Any) -> str:
    """By the fewest entries; each step on the text that the last one left."""
    given = value.value if isinstance(value, Flow) else value
    for how, name, one in _steps(before, given):
        if how == "remove":
            made = remove(text, (*place, name))
        elif how == "put":
            made = put(text, (*place, name), one)
        else:
            index, key = name
            made = insert(text, place, index, key, one)
        text = read(made.encode("utf-8"))
    return text.text


def _steps(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """What to do, in order: ``remove`` and ``put`` by name, ``insert`` by index and key."""
    if isinstance(before, dict):
        kept = {str(key) for key in before} & {str(key) for key in after}
        yield from (("remove", str(key), None) for key in before if str(key) not in kept)
        for number, (key, one) in enumerate(after.items()):
            yield ("put", str(key), one) if str(key) in kept else ("insert", (number, key), one)
        return
    old, new = ([json.dumps(bare(one), sort_keys=True) for one in listed] for listed in (before, after))
    for tag, i1, i2, j1, j2 in reversed(difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if tag == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        yield from (("insert", (i1 + both, ""), one) for one in reversed(after[j1 + both : j2]))
        yield from (("remove", number, None) for number in reversed(range(i1 + both, i2)))
        yield from (("put", i1 + number, after[j1 + number]) for number in range(both))


# --- one more, one less, another order ---


def insert(text: Text, place: Place, index: int, key: str | int, value: Any) -> str:
    """A new entry before the one at ``index``."""
    node = text.node(place)
    entries = text.entries(node)
    index = max(0, min(index, len(entries)))
    if not entries:
        if node.value and not isinstance(node, yaml.CollectionNode):
            raise EditError("no_place", place=written((*place, key)))
        if not text.is_json and not _in_flow(text, place) and place:
            return _replaced_in_lines(
                text, place, node, [value] if isinstance(node, yaml.SequenceNode) or key == "" else {key: value}
            )
        return _first_in_brackets(text, node, key, value)
    if text.is_flow(node):
        return _insert_text(text, node, index, _one(text, node, key, value))
    value = _like_siblings(text, node, value)
    column = text.column(node.start_mark.index)
    if isinstance(node, yaml.SequenceNode):
        return _insert_text(text, node, index, rendering.item(value, column, text.newline))
    return _insert_text(text, node, index, rendering.entry(key, value, column, text.newline))


def _one(text: Text, node: yaml.Node, key: str | int, value: Any) -> str:
    """An entry in brackets."""
    if text.is_json:
        told = rendering.as_json(value, _indent(text, node.start_mark.index) + STEP, text.newline)
        return told if isinstance(node, yaml.SequenceNode) else f"{json.dumps(str(key), ensure_ascii=False)}: {told}"
    told = rendering.inline(value)
    return told if isinstance(node, yaml.SequenceNode) else f"{rendering.scalar(key, flow=True)}: {told}"


def _first_in_brackets(text: Text, node: yaml.Node, key: str | int, value: Any) -> str:
    told = _one(text, node, key, value)
    if text.is_json and isinstance(bare(value), dict | list):
        indent = _indent(text, node.start_mark.index)
        told = f"{text.newline}{' ' * (indent + STEP)}{told}{text.newline}{' ' * indent}"
    return text.text[: node.start_mark.index + 1] + told + text.text[text.end(node) - 1 :]


def _like_siblings(text: Text, node: yaml.Node, value: Any) -> Any:
    """In brackets where all of its kind beside it are, in lines where all of them are in lines."""
    kind = yaml.MappingNode if isinstance(bare(value), dict) else yaml.SequenceNode
    beside = [entry.value for entry in text.entries(node)]
    alike = [one for one in beside if isinstance(one, kind) and one.value]
    if not isinstance(bare(value), dict | list) or not alike or (isinstance(node, yaml.MappingNode) and alike != beside):
        return value
    if all(text.is_flow(one) for one in alike):
        return Flow(value)
    return value.value if isinstance(value, Flow) and not any(text.is_flow(one) for one in alike) else value


def _insert_text(text: Text, node: yaml.Node, index: int, told: str) -> str:
    """An entry that is written already, without its last line end, before the one at ``index``."""
    entries, whole = text.entries(node), text.text
    if text.is_flow(node):
        first = entries[0].start
        on_lines = text.line(first) != text.line(node.start_mark.index)
        between = f",{text.newline}{' ' * text.column(first)}" if on_lines else ", "
        if index == 0:
            return whole[:first] + told + between + whole[first:]
        return whole[: entries[index - 1].end] + between + told + whole[entries[index - 1].end :]
    indent = " " * text.column(node.start_mark.index)
    if index == 0:
        first = node.start_mark.index
        return whole[:first] + told + text.newline + indent + whole[first:]
    at = text.after_line(entries[index - 1].end)
    if at == len(whole) and not whole.endswith("\n"):
        return whole + text.newline + indent + told
    return whole[:at] + indent + told + text.newline + whole[at:]


def remove(text: Text, place: Place) -> str:
    """Without one entry; a list or mapping that becomes empty is written ``[]`` or ``{}``."""
    holder = text.node(place[:-1])
    index = text.index(holder, place[-1]) if place else None
    if index is None:
        raise EditError("no_place", place=written(place))
    entries, whole = text.entries(holder), text.text
    if len(entries) == 1:
        return _emptied(text, place, holder)
    if text.is_flow(holder):
        if index < len(entries) - 1:
            return whole[: entries[index].start] + whole[entries[index + 1].start :]
        return whole[: entries[index - 1].end] + whole[entries[index].end :]
    start, end = _start(text, holder, index), text.after_line(entries[index].end)
    if _own_line(text, start):
        return whole[: text.line(start)] + whole[end:]
    return whole[:start] + whole[end:].lstrip(" ")


def _emptied(text: Text, place: Place, holder: yaml.Node) -> str:
    start, whole = holder.start_mark.index, text.text
    if text.is_flow(holder):
        return whole[: start + 1] + whole[text.end(holder) - 1 :]
    empty = "[]" if isinstance(holder, yaml.SequenceNode) else "{}"
    before = whole[:start] if len(place) == 1 else f"{whole[:start].rstrip()} "
    return before + empty + whole[text.end(holder) :]


def move(text: Text, place: Place, to: int) -> str:
    """One entry at another index of its list or mapping, as it is written."""
    holder = text.node(place[:-1])
    index = text.index(holder, place[-1])
    if index is None:
        raise EditError("no_place", place=written(place))
    entries = text.entries(holder)
    to = max(0, min(to, len(entries) - 1))
    if to == index:
        return text.text
    if text.is_flow(holder):
        told = text.text[entries[index].start : entries[index].end]
        left = read(remove(text, place).encode("utf-8"))
        return _insert_text(left, left.node(place[:-1]), to, told)
    start = _start(text, holder, index)
    if not _own_line(text, start):
        return _first_moved(text, place, holder, to)
    from_, end = _with_comments(text, start), text.after_line(entries[index].end)
    chunk = text.text[from_:end]
    left = text.text[:from_] + text.text[end:]
    if not chunk.endswith("\n"):
        chunk, left = chunk + text.newline, left.removesuffix("\n").removesuffix("\r")
    rest = read(left.encode("utf-8"))
    beside = rest.node(place[:-1])
    if to >= len(beside.value):
        at = rest.after_line(rest.end(beside))
        lacking = "" if left[:at].endswith("\n") else text.newline
        return left[:at] + lacking + (chunk if not lacking else chunk.removesuffix(text.newline)) + left[at:]
    target = _start(rest, beside, to)
    if not _own_line(rest, target):
        return _insert_text(rest, beside, to, text.text[start : entries[index].end])
    at = _with_comments(rest, target)
    return left[:at] + chunk + left[at:]


def transfer(text: Text, place: Place, holder: Place, index: int) -> str | None:
    """One entry of a list in lines into another such list whose dashes stand in the same column, as it is written; None for others."""
    source, target = text.node(place[:-1]), text.node(holder)
    both = (source, target)
    if (
        not all(isinstance(one, yaml.SequenceNode) and one.value and not text.is_flow(one) for one in both)
        or len(source.value) == 1
    ):
        return None
    if len({text.column(one.start_mark.index) for one in both}) > 1 or not text.text.endswith("\n"):
        return None
    start, end = text.dash(source, int(place[-1])), text.after_line(text.end(source.value[int(place[-1])]))  # type: ignore[arg-type]
    at = (
        _with_comments(text, text.dash(target, index))  # type: ignore[arg-type]
        if index < len(target.value)
        else text.after_line(text.end(target))
    )
    if not _own_line(text, start) or not _own_line(text, at):
        return None
    from_ = _with_comments(text, start)
    chunk, whole = text.text[from_:end], text.text
    if from_ < at:
        return whole[:from_] + whole[end:at] + chunk + whole[at:]
    return whole[:at] + chunk + whole[at:from_] + whole[end:]


def _first_moved(text: Text, place: Place, holder: yaml.Node, to: int) -> str:
    """The first key of a mapping stands behind the dash of a list, on no line of its own."""
    entries = text.entries(holder)
    told = text.text[entries[0].start : entries[0].end]
    if "\n" in told:
        raise EditError("cannot_write", place=written(place))
    left = read(remove(text, place).encode("utf-8"))
    return _insert_text(left, left.node(place[:-1]), to, told)


# --- where things stand ---


def _start(text: Text, holder: yaml.Node, index: int) -> int:
    """Where an entry in lines begins: its dash or its key."""
    if isinstance(holder, yaml.SequenceNode):
        return text.dash(holder, index)
    return text.entries(holder)[index].start


def _own_line(text: Text, start: int) -> bool:
    return not text.text[text.line(start) : start].strip()


def _with_comments(text: Text, start: int) -> int:
    """Where the comment lines right above an entry begin, at its own column; else where its line begins."""
    found, column = text.line(start), text.column(start)
    while found > 0:
        above = text.line(found - 1)
        line = text.text[above:found]
        if line[column : column + 1] != "#" or line[:column].strip():
            break
        found = above
    return found


def _indent(text: Text, offset: int) -> int:
    """How far in the line that an offset is on begins."""
    line = text.text[text.line(offset) : offset]
    return len(line) - len(line.lstrip(" "))


def _in_flow(text: Text, place: Place) -> bool:
    """Whether something around a place stands in brackets."""
    here = text.root
    for name in place:
        if text.is_flow(here):
            return True
        found = text.index(here, name)
        if found is None:
            return False
        here = text.entries(here)[found].value
    return False


def _column(text: Text, place: Place) -> int:
    """The column of the key or dash that a value stands behind."""
    holder = text.node(place[:-1])
    return text.column(_start(text, holder, text.index(holder, place[-1]) or 0))


def _data(text: Text, place: Place) -> Any:
    here = text.data
    for name in place:
        here = here[next(key for key in here if str(key) == str(name))] if isinstance(here, dict) else here[name]
    return here
