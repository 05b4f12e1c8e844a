"""Texts in all languages of a service, side by side: one field for each language, with what the linter says beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from stadig.eservices.editing import changes
from stadig.eservices.editing.opening import TEMPLATE, Opened
from stadig.eservices.finding_words import words_of
from stadig.eservices.findings import ERROR
from stadig.eservices.reading import TEMPLATE as TEMPLATE_FILE

LONGEST: Final = 4000
LISTS: Final = frozenset({"service.synonyms", "service.needs"})
"""Texts that are lists: one thing on each line."""
NAMES: Final[Mapping[str, Any]] = {"sv": gettext_lazy("svenska"), "en": gettext_lazy("engelska")}


class Text(NamedTuple):
    """One text to write. ``rows`` 0 is a single line; a ``needed`` text is written at least in Swedish."""

    key: str
    label: Any
    hint: Any = ""
    rows: int = 0
    needed: bool = False
    quiet: bool = False
    """Does not say that it is optional."""


class Side(NamedTuple):
    """One language of a text as it is drawn."""

    id: str
    field: str
    language: str
    name: str
    value: str
    error: str
    described: str
    findings: tuple[tuple[str, str], ...]


class Sides(NamedTuple):
    """A text in all languages."""

    id: str
    key: str
    label: str
    hint: str
    rows: int
    optional: bool
    sides: tuple[Side, ...]


def name_of(language: str) -> str:
    """What a language is called in the reader's."""
    return _name_of(language, get_language())


@lru_cache(maxsize=256)
def _name_of(language: str, _reader: str | None) -> str:
    if language in NAMES:
        return str(NAMES[language])
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


class TextForm(forms.Form):
    """Some of an edition's texts; its fields are there when something was sent. ``edit`` writes what differs; :meth:`sides` draws them."""

    def __init__(self, opened: Opened, texts: Sequence[Text], *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "%s")
        super().__init__(*args, **options)
        self.opened, self.texts = opened, tuple(texts)
        self.told: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for finding in opened.findings:
            written = TEMPLATE_FILE.fullmatch(finding.file)
            if written or finding.file.startswith("texts/"):
                place = (written[2], f"{TEMPLATE}{written[1]}") if written else (finding.file[6:-5], finding.place)
                self.told.setdefault(place, []).append(
                    ("danger" if finding.severity == ERROR else "warning", words_of(finding, opened.package, opened.language))
                )
        if self.is_bound:
            for text in self.texts:
                for language in opened.languages:
                    self.fields[f"{text.key}:{language}"] = self._field(text, language)

    def _field(self, text: Text, language: str) -> forms.CharField:
        return forms.CharField(
            label=text.label,
            required=text.needed and language == "sv",
            max_length=LONGEST,
            widget=forms.TextInput(attrs={"id": f"{_id(text.key)}-{language}"}),
            error_messages={"required": _("Skriv på svenska: %(label)s") % {"label": text.label}},
        )

    def sides(self) -> tuple[Sides, ...]:
        """The texts with their languages, in order, as their template draws them."""
        return tuple(
            Sides(
                _id(text.key),
                text.key,
                str(text.label),
                str(text.hint),
                text.rows or (4 if text.key in LISTS else 0),
                not text.needed and not text.quiet,
                tuple([self._side(text, language, written) for language, written in self.opened.texts(text.key).items()]),
            )
            for text in self.texts
        )

    def _side(self, text: Text, language: str, written: str) -> Side:
        name, id_ = f"{text.key}:{language}", f"{_id(text.key)}-{language}"
        told = tuple(self.told.get((language, text.key), ()))
        error = " ".join(map(str, self.errors.get(name, ()))) if self.is_bound else ""
        described = [f"{_id(text.key)}-hint"] * bool(text.hint) + [f"{id_}-error"] * bool(error) + [f"{id_}-finding"] * bool(told)
        value = self.data.get(name, "") if self.is_bound else written
        return Side(id_, name, language, name_of(language), str(value or ""), error, " ".join(described), told)

    def edit(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The files with the texts that were changed."""
        for text in self.texts:
            before = self.opened.texts(text.key)
            after = {one: self.cleaned_data[f"{text.key}:{one}"].replace("\r\n", "\n").strip() for one in before}
            if after != {one: value.strip() for one, value in before.items()}:
                files = _put(files, text.key, after)
        return files


def _put(files: Mapping[str, bytes], key: str, said: Mapping[str, str]) -> Mapping[str, bytes]:
    if key.startswith(TEMPLATE):
        for language, text in said.items():
            files = changes.set_template(files, key.removeprefix(TEMPLATE), language, text)
        return files
    return changes.set_text(files, key, {one: _value(key, text) for one, text in said.items()})


def _value(key: str, said: str) -> Any:
    return [line.strip() for line in said.split("\n") if line.strip()] if key in LISTS else said


@lru_cache(maxsize=4096)
def _id(key: str) -> str:
    return "t-" + re.sub(r"[^\w-]", "-", key)
