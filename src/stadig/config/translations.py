"""Keep the English catalogues: ``python -m stadig.config.translations update|check|compile [ROOM…]``.

Swedish is the source language: the text in the code *is* the key. Each room owns one English catalogue,
``src/stadig/ROOM/locale/en/LC_MESSAGES/django.po``. Built on Babel alone; GNU gettext is not needed.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message  # pyright: ignore[reportMissingTypeStubs]
from babel.messages.mofile import write_mo  # pyright: ignore[reportMissingTypeStubs]
from babel.messages.pofile import read_po, write_po  # pyright: ignore[reportMissingTypeStubs]

from stadig.config.texts import Text, bare_in_template, in_python, in_template, placeholders

SOURCE = Path(__file__).resolve().parents[1]
USAGE = "usage: python -m stadig.config.translations update|check|compile [ROOM…]"
SKIPPED = frozenset({"tests", "migrations", "static", "locale", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """A marked text and the file it stands in."""

    path: Path
    text: Text

    @property
    def key(self) -> tuple[str, str]:
        return (self.text.context, self.text.singular)


def rooms(source: Path = SOURCE) -> list[str]:
    """Every room, that is every package with an ``apps.py``."""
    return sorted(path.parent.name for path in source.glob("*/apps.py"))


def catalogue_path(room: str, source: Path = SOURCE) -> Path:
    return source / room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def extract(room: str, source: Path = SOURCE) -> Iterator[Found]:
    """Every marked text of a room, by file and line."""
    for path in _files(source / room, "*.py"):
        for text in in_python(path.read_text()):
            yield Found(path, text)
    for path in _templates(room, source):
        for text in in_template(path.read_text()):
            yield Found(path, text)


def update(room: str, source: Path = SOURCE) -> int:
    """Merge a room's texts into its catalogue: new ones come in empty, those no longer used go. Returns how many are empty."""
    path = catalogue_path(room, source)
    old = _read(path)
    new = Catalog(locale="en", project="Stadig", version=None, charset="utf-8", fuzzy=False)
    new.header_comment = f"# English of the room {room}. The key is the Swedish text in the code."
    for found in extract(room, source):
        text = found.text
        key = (text.singular, text.plural) if text.plural else text.singular
        before = old.get(text.singular, text.context or None)
        new.add(
            key,
            _kept(before, bool(text.plural)),
            locations=[(found.path.relative_to(source).as_posix(), 1)],
            context=text.context or None,
            flags=before.flags & {"fuzzy"} if before else (),
            user_comments=before.user_comments if before else (),
        )
    if not len(new):
        path.unlink(missing_ok=True)
        return 0
    for message in new:
        message.locations = sorted(set(message.locations))
    output = io.BytesIO()
    write_po(output, new, width=0, sort_output=True, include_lineno=False, omit_header=False)
    written = re.sub(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Project-Id-Version|Report-Msgid-Bugs-To):.*\n',
        b"",
        output.getvalue(),
        flags=re.MULTILINE,
    )
    if not path.exists() or path.read_bytes() != written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    return sum(1 for message in new if message.id and not _is_full(message))


def check(room: str, source: Path = SOURCE) -> list[str]:
    """What a reader of English, or of Swedish, would miss in a room; each line names file and line number."""
    faults: list[str] = []
    catalogue = _read(catalogue_path(room, source))
    used: set[tuple[str, str]] = set()
    for found in extract(room, source):
        if found.key not in used:
            used.add(found.key)
            place = f"{found.path.relative_to(source.parents[1]).as_posix()}:{found.text.line}"
            faults += [f"{place}: {fault}: {_short(found.text.singular)}" for fault in _faults(found.text, catalogue)]
    place = catalogue_path(room, source).relative_to(source.parents[1]).as_posix()
    faults += [
        f"{place}: no longer used (run update): {_short(_singular(m))}"
        for m in catalogue
        if m.id and (m.context or "", _singular(m)) not in used
    ]
    for path in _templates(room, source):
        for bare in bare_in_template(path.read_text()):
            where = f"in {bare.where}" if bare.where else "as bare text"
            faults.append(
                f"{path.relative_to(source.parents[1]).as_posix()}:{bare.line}: not marked for translation, {where}: {bare.text}"
            )
    return faults


def disagreements(names: Iterable[str], source: Path = SOURCE) -> list[str]:
    """Swedish texts that two rooms have given different English; Django merges catalogues, so one of them would never be seen."""
    seen: dict[tuple[str, str], tuple[str, object]] = {}
    faults: list[str] = []
    for room in names:
        for message in _read(catalogue_path(room, source)):
            if not message.id or not _is_full(message):
                continue
            key = (message.context or "", _singular(message))
            other, english = seen.setdefault(key, (room, message.string))
            if english != message.string:
                faults.append(f"{room} and {other} translate {_short(key[1])} differently: give one of them a context (pgettext)")
    return faults


def compile_catalogue(room: str, source: Path = SOURCE) -> bool:
    """Write the ``.mo`` that Django reads, if the catalogue is newer. Returns whether it did."""
    path = catalogue_path(room, source)
    target = path.with_suffix(".mo")
    if not path.exists():
        target.unlink(missing_ok=True)
        return False
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    partial = target.with_suffix(f".mo.{os.getpid()}")
    with open(partial, "wb") as file:
        write_mo(file, _read(path), use_fuzzy=False)
    partial.replace(target)
    return True


def compile_all(source: Path = SOURCE) -> None:
    for room in rooms(source):
        compile_catalogue(room, source)


def _faults(text: Text, catalogue: Catalog) -> Iterator[str]:
    message = catalogue.get(text.singular, text.context or None)
    if message is None:
        yield "not in the catalogue (run update)"
        return
    if message.fuzzy:
        yield "English is marked fuzzy"
    if not _is_full(message) or (bool(text.plural) != bool(message.pluralizable)):
        yield "no English"
        return
    wanted = placeholders(text.plural or text.singular)
    have = placeholders(_forms(message)[-1])
    if have != wanted:
        yield f"placeholders differ, the English has {have}"


def _kept(before: Message | None, plural: bool) -> str | tuple[str, ...]:
    """The English we had, if it still has the right number of forms."""
    if before is None or bool(before.pluralizable) != plural:
        return ("", "") if plural else ""
    return _forms(before) if plural else _forms(before)[0]


def _is_full(message: Message) -> bool:
    return all(_forms(message))


def _forms(message: Message) -> tuple[str, ...]:
    """The English: one form, or one for each number."""
    found = message.string
    return tuple(found) if isinstance(found, (tuple, list)) else (found or "",)


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="en")
    with open(path, "rb") as file:
        return read_po(file, locale="en")


def _files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if not SKIPPED & set(path.relative_to(folder).parts)]


def _templates(room: str, source: Path) -> list[Path]:
    folder = source / room / "templates"
    return [path for path in _files(folder, "*") if path.suffix in {".html", ".txt", ".svg", ".typ"}]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return f"“{flat[:70]}{'…' if len(flat) > 70 else ''}”"


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in {"update", "check", "compile"}:
        print(USAGE, file=sys.stderr)
        return 2
    verb, names = arguments[0], arguments[1:] or rooms()
    if unknown := [name for name in names if name not in rooms()]:
        print(f"No room called {', '.join(unknown)}. Rooms: {', '.join(rooms())}.", file=sys.stderr)
        return 2
    faults: list[str] = []
    for room in names:
        if verb == "update":
            empty = update(room)
            if empty:
                print(f"{room}: {empty} without English in {catalogue_path(room).relative_to(SOURCE.parents[1])}")
            compile_catalogue(room)
        elif verb == "compile":
            compile_catalogue(room)
        else:
            faults += check(room)
    if verb == "check" and len(names) > 1:
        faults += disagreements(names)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} faults. Mark the text, or write its English and run: python -m stadig.config.translations check")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
