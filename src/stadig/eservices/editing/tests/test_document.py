"""Editing the text of a file: one thing changes, and not a character beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.eservices import reading
from stadig.eservices.editing import document
from stadig.eservices.editing.document import Flow, insert, move, put, remove, value
from stadig.eservices.editing.errors import EditError

PACKAGES = Path(reading.__file__).parent / "packages"
FILES = {
    f"{folder.name}/{name}": data
    for folder in sorted(PACKAGES.iterdir())
    if folder.is_dir()
    for name, data in reading.files_of(folder).items()
    if name.endswith((".yaml", ".json"))
}
COMMENTED = """\
# How cases go
statuses:   # in order
  received: {group: new}   # nobody has begun
  # we work
  open:
    group: open
    note: 'it''s ours'
transitions:
- {from: received, to: open}
# the way out
- from: open
  to: closed  # by hand
words: [ "one",  two ]
long: |
  First line.
  Second line.
empty:
"""


def leaves(data: Any, place: document.Place = ()) -> Iterator[document.Place]:
    if isinstance(data, dict | list) and data:
        for name, one in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(one, (*place, name if isinstance(name, int) and isinstance(data, list) else str(name)))
    elif isinstance(data, str):
        yield place


def groups(data: Any, place: document.Place = ()) -> Iterator[document.Place]:
    if isinstance(data, dict | list) and data:
        yield place
        for name, one in data.items() if isinstance(data, dict) else enumerate(data):
            yield from groups(one, (*place, name if isinstance(name, int) and isinstance(data, list) else str(name)))


LEAVES = [(file, place) for file, data in FILES.items() for place in leaves(value(data))]
GROUPS = [(file, place) for file, data in FILES.items() for place in groups(value(data)) if place]
TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.lists(st.text("abc åäö:#-[]{},'\"&*!|>%@`?", max_size=20), max_size=4).map("\n".join),
    st.sampled_from(
        ["yes", "null", "~", "12:30", "1_000", "0x1f", "2026-11-22", "=", "<<", "- a", "a: b", "a #b", "true", "", " x "]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LEAVES), TEXT)
def test_one_text_changes_and_all_other_lines_stay(leaf, text):
    file, place = leaf
    before = FILES[file]
    after = put(before, place, text)
    assert value(after, place) == text
    old, new = before.decode().split("\n"), after.decode().split("\n")
    number = next((i for i, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    if number is not None:
        rest = len(old) - number - 1
        assert old[number + 1 :] == (new[-rest:] if rest else [])
        assert len(new) - len(old) == (len(new) - rest - 1) - number


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(LEAVES), TEXT)
def test_the_old_value_again_gives_the_old_bytes(leaf, text):
    file, place = leaf
    old = value(FILES[file], place)
    needless = f'"{old}"'.encode() in FILES[file]  # quotes that nothing needs are known only while the text needs none either
    if needless and not file.endswith(".json"):
        text = "plain"
    assert put(put(FILES[file], place, text), place, old) == FILES[file]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GROUPS), st.data())
def test_an_entry_taken_away_takes_only_its_own_lines(group, data):
    file, place = group
    before = FILES[file]
    holder = value(before, place)
    name = data.draw(st.sampled_from(range(len(holder)) if isinstance(holder, list) else sorted(holder, key=str)))
    after = remove(before, (*place, name if isinstance(name, int) and isinstance(holder, list) else str(name)))
    assert len(value(after, place)) == len(holder) - 1
    if not file.endswith(".json") and len(holder) > 1:
        assert [line for line in after.decode().split("\n") if line not in before.decode().split("\n")] in (
            [],
            [mended(after, before)],
        )


def mended(after: bytes, before: bytes) -> str:
    """The one line from which something was taken."""
    return next((line for line in after.decode().split("\n") if line not in before.decode().split("\n")), "")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GROUPS), st.data())
def test_an_entry_moved_there_and_back_gives_the_old_bytes(group, data):
    file, place = group
    holder = value(FILES[file], place)
    one, other = (data.draw(st.integers(0, len(holder) - 1)) for _ in range(2))
    name = one if isinstance(holder, list) else str(list(holder)[one])
    if isinstance(holder, dict) and isinstance(place[-1], int) and not file.endswith(".json"):
        return  # the first key stands behind a dash, and the order of such keys says nothing
    there = move(FILES[file], (*place, name), other)
    assert move(there, (*place, other if isinstance(holder, list) else name), one) == FILES[file]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(GROUPS), st.data())
def test_a_new_entry_adds_lines_and_can_be_taken_away_again(group, data):
    file, place = group
    holder = value(FILES[file], place)
    index = data.draw(st.integers(0, len(holder)))
    new = data.draw(
        st.sampled_from(["new", Flow({"==": [{"var": "new"}, 1]}), {"ask": "new", "show_if": Flow({"var": "x"})}, ["a", "b"]])
    )
    after = insert(FILES[file], place, index, new, "" if isinstance(holder, list) else "brand_new")
    name = index if isinstance(holder, list) else "brand_new"
    assert remove(after, (*place, name)) == FILES[file]


def test_comments_quotes_and_odd_spaces_stay():
    data = COMMENTED.encode()
    data = put(data, ("statuses", "received", "group"), "open")
    data = put(data, ("statuses", "open", "note"), "ours")
    data = put(data, ("words", 1), "three, four")
    data = put(data, ("long",), "First line.\nAnother line.\n")
    data = put(data, ("transitions", 1, "to"), "nothing")
    data = put(data, ("empty",), ["a"])
    assert data.decode() == COMMENTED.replace("group: new}", "group: open}").replace("it''s ours", "ours").replace(
        "two ]", '"three, four" ]'
    ).replace("Second line", "Another line").replace("to: closed ", "to: nothing ").replace("empty:\n", "empty:\n  - a\n")


def test_a_comment_right_above_goes_with_what_is_moved():
    data = move(COMMENTED.encode(), ("transitions", 1), 0)
    assert b"transitions:\n# the way out\n- from: open\n  to: closed  # by hand\n- {from: received, to: open}\nwords" in data
    assert move(data, ("transitions", 0), 1) == COMMENTED.encode()


def test_windows_line_ends_and_a_missing_last_one_stay():
    data = b"a: 1\r\nb:\r\n  - x"
    assert insert(data, ("b",), 1, "y") == b"a: 1\r\nb:\r\n  - x\r\n  - y"
    assert put(data, ("c",), {"d": "e"}) == b"a: 1\r\nb:\r\n  - x\r\nc:\r\n  d: e"
    assert put(data, ("a",), "one\ntwo") == b"a: |-\r\n  one\r\n  two\r\nb:\r\n  - x"


def test_a_list_becomes_another_by_what_differs():
    data = b"options:\n  - one  # first\n  - two\n  - three  # last\n"
    assert put(data, ("options",), ["one", "zero", "three"]) == b"options:\n  - one  # first\n  - zero\n  - three  # last\n"
    assert put(data, ("options",), ["three"]) == b"options:\n  - three  # last\n"
    assert put(data, ("options",), []) == b"options: []  # last\n"


def test_json_keeps_its_way_of_being_written():
    data = b'{\n\t"required": ["a"],\n\t"properties": {\n\t\t"a": {"type": "string"}\n\t}\n}\n'
    data = insert(data, ("required",), 1, "b")
    data = put(data, ("properties", "b"), {"type": "integer"})
    assert b'"required": ["a", "b"]' in data
    assert b'"a": {"type": "string"},\n  "b": {"type": "integer"}\n' in data.replace(b"\t", b"") or value(
        data, ("properties", "b")
    )


@pytest.mark.parametrize("data", [b"a: [1", b"\xff", b"", b"a: &x 1\nb: *x\n", b"- " * 3000, b"[" * 3000])
def test_what_cannot_be_read_is_not_edited(data):
    with pytest.raises(EditError):
        put(data, ("a",), "x")


def test_there_is_no_edit_at_a_place_that_is_not():
    for edit in (
        lambda d: remove(d, ("b",)),
        lambda d: move(d, ("a", 1), 0),
        lambda d: put(d, ("a", "b"), 1),
        lambda d: put(d, ("a", 7), 1),
    ):
        with pytest.raises(EditError):
            edit(b"a: one\n")
