"""Changing one value of a YAML or JSON file: only the characters of what changes are rewritten, all others stay as they were.

>>> put(b"title: Hole  # in the street\\nopen: true\\n", ("title",), "Hole in the road")
b'title: Hole in the road  # in the street\\nopen: true\\n'

After each edit the file is read again and compared with what it should say; where they differ, :class:`~.errors.EditError` is
raised. A comment belongs to its line: it goes with an entry that is moved, and stays where it is when the entry is removed.
No Django.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from stadig.eservices.editing import surgery
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.rendering import Flow, bare
from stadig.eservices.editing.spans import Place, Text, read, same, written

__all__ = ["Flow", "Place", "insert", "move", "put", "remove", "transfer", "value"]


def value(data: bytes, place: Place = ()) -> Any:
    """What stands at a place; None where nothing does."""
    here = read(data).data
    for name in place:
        if isinstance(here, Mapping):
            here = next((one for key, one in here.items() if str(key) == str(name)), None)
        else:
            here = here[name] if isinstance(here, list) and isinstance(name, int) and 0 <= name < len(here) else None
    return here


def put(data: bytes, place: Place, value: Any) -> bytes:
    """The file with ``value`` at ``place``: what is there already is kept to the character, a new key comes last.

    Mappings on the way that are missing are made. Wrap a list or mapping in :class:`Flow` to have it in brackets when it is new.
    """
    return _checked(data, place, lambda text: surgery.put(text, place, value), lambda whole: _set(whole, place, bare(value)))


def insert(data: bytes, place: Place, index: int, value: Any, key: str = "") -> bytes:
    """The file with a new entry before the one that is ``index`` in the list (or, with ``key``, the mapping) at ``place``."""

    def change(whole: Any) -> Any:
        holder = _at(whole, place)
        if isinstance(holder, list):
            holder.insert(index, bare(value))
            return whole
        pairs = list((holder or {}).items())
        pairs.insert(index, (key, bare(value)))
        return _set(whole, place, dict(pairs))

    return _checked(data, place, lambda text: surgery.insert(text, place, index, key, value), change)


def remove(data: bytes, place: Place) -> bytes:
    """The file without the entry at ``place``. Raises EditError where there is none."""
    return _checked(data, place, lambda text: surgery.remove(text, place), lambda whole: _without(whole, place))


def move(data: bytes, place: Place, to: int) -> bytes:
    """The file with an entry at another index of its own list or mapping (counted without it), comments right above it too."""

    def change(whole: Any) -> Any:
        holder, name = _at(whole, place[:-1]), place[-1]
        if isinstance(holder, list):
            holder.insert(to, holder.pop(int(name)))
            return whole
        pairs = list(holder.items())
        found = next(pair for pair in pairs if str(pair[0]) == str(name))
        pairs.remove(found)
        pairs.insert(to, found)
        return _set(whole, place[:-1], dict(pairs))

    return _checked(data, place, lambda text: surgery.move(text, place, to), change)


def transfer(data: bytes, place: Place, holder: Place, index: int, written: Any) -> bytes:
    """The file with an entry of one list in another, before the one at ``index`` there; ``written`` is how where it must be anew."""

    def change(whole: Any) -> Any:
        part = _at(whole, place[:-1]).pop(int(place[-1]))
        _at(whole, holder).insert(index, part)
        return whole

    moved = surgery.transfer(read(data), place, holder, index)
    if moved is None:
        return insert(remove(data, place), holder, index, written)
    return _checked(data, place, lambda _text: moved, change)


# --- what must come out ---


def _checked(data: bytes, place: Place, edit: Callable[[Text], str], change: Callable[[Any], Any]) -> bytes:
    """Edit, read again and compare. An order of keys that differs is a difference too."""
    before = read(data)
    edited = edit(before)
    try:
        made = edited.encode("utf-8")
        wanted = change(copy.deepcopy(before.data))
        after = read(made).data
    except (UnicodeEncodeError, EditError) as error:
        raise EditError("cannot_write", place=written(place)) from error
    if not same(after, wanted):
        raise EditError("cannot_write", place=written(place))
    return made


def _at(whole: Any, place: Place) -> Any:
    for number, name in enumerate(place):
        key = _key(whole, name)
        if key is None:
            raise EditError("no_place", place=written(place[: number + 1]))
        whole = whole[key]
    return whole


def _key(holder: Any, name: str | int) -> Any:
    """The key as it is held: a word that looks like a number may be one."""
    if isinstance(holder, list):
        return name if isinstance(name, int) and 0 <= name < len(holder) else None
    return next((key for key in holder if str(key) == str(name)), None) if isinstance(holder, dict) else None


def _set(whole: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    key = _key(whole, place[0])
    if key is not None:
        whole[key] = _set(whole[key], place[1:], value)
        return whole
    if isinstance(whole, list) or not isinstance(place[0], str):
        raise EditError("no_place", place=written(place))
    made = whole if isinstance(whole, dict) else {}
    made[place[0]] = _set({}, place[1:], value)
    return made


def _without(whole: Any, place: Place) -> Any:
    holder = _at(whole, place[:-1])
    key = _key(holder, place[-1])
    if key is None:
        raise EditError("no_place", place=written(place))
    del holder[key]
    return whole
