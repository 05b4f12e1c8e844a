"""The ways between statuses, and the times that are promised: read as a list, changed one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.eservices.editing import changes, kind_words
from stadig.eservices.editing.forms import choices
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.text_forms import name_of

Files = Mapping[str, bytes]
NEW = "ny"
"""Stands in the address for one that is not there yet."""


class Line(NamedTuple):
    """One of them as the list says it."""

    number: int
    said: str


def statuses(opened: Opened) -> dict[str, str]:
    """Each status with its name."""
    return {one.id: opened.text(f"status.{one.id}.name") or one.id for one in opened.package.case.statuses}


class _Row(forms.Form):
    """One of them. ``number`` is its place in the list, or beyond it for a new one."""

    words: ClassVar[Any]

    def __init__(self, opened: Opened, number: int, data: Any, **rest: Any) -> None:
        super().__init__(data, **rest)
        self.opened, self.number = opened, number
        for name in ("start", "end", "until"):
            if name in self.fields:
                groups = [(one.value, one.label) for one in kind_words.GROUPS] if name == "until" else []
                self.fields[name].choices = [("", _("Välj")), *statuses(opened).items(), *groups]  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        for language in opened.languages:
            label = f"{self.words}, {name_of(language)}"
            widget = forms.TextInput(attrs={"lang": language})
            self.fields[f"said-{language}"] = forms.CharField(label=label, max_length=120, required=False, widget=widget)

    def said(self) -> dict[str, str]:
        """Its words in each language."""
        return {one: self.cleaned_data[f"said-{one}"] for one in self.opened.languages if self.cleaned_data[f"said-{one}"]}


class Way(_Row):
    """From which status to which, what is pressed, and by whom."""

    words = gettext_lazy("Text på knappen")
    start = forms.ChoiceField(label=gettext_lazy("Från"))
    end = forms.ChoiceField(label=gettext_lazy("Till"))
    by = forms.ChoiceField(label=gettext_lazy("Av vem?"), choices=choices(kind_words.ACTORS))

    def edit(self, files: Files) -> Files:
        """The files with this way as it was written."""
        wanted, given = ways(self.opened), self.cleaned_data
        id_ = wanted[self.number].id if self.number < len(wanted) else ""
        wanted[self.number : self.number + 1] = [changes.Way(given["start"], given["end"], given["by"], self.said(), id_)]
        return changes.set_transitions(files, wanted)

    def remove(self, files: Files) -> Files:
        """The files without this way."""
        return changes.set_transitions(files, [one for number, one in enumerate(ways(self.opened)) if number != self.number])


class Time(_Row):
    """What is promised to be done within how many days."""

    words = gettext_lazy("Vad ska vara klart?")
    days = forms.IntegerField(label=gettext_lazy("Inom så många dagar"), min_value=1, max_value=3650)
    until = forms.ChoiceField(label=gettext_lazy("Klart när ärendet får statusen"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("said-sv"):
            self.add_error("said-sv", _("Skriv vad som ska vara klart."))
        return found

    def edit(self, files: Files) -> Files:
        """The files with this time as it was written."""
        wanted, given = times(self.opened), self.cleaned_data
        id_ = wanted[self.number].id if self.number < len(wanted) else ""
        wanted[self.number : self.number + 1] = [changes.Time(self.said(), given["days"], given["until"], id_)]
        return changes.set_deadlines(files, wanted)

    def remove(self, files: Files) -> Files:
        """The files without this time."""
        return changes.set_deadlines(files, [one for number, one in enumerate(times(self.opened)) if number != self.number])


def ways(opened: Opened) -> list[changes.Way]:
    """The ways there are."""
    return [
        changes.Way(one.start, one.end, one.by, _written(opened, f"transition.{one.do}") if one.do else {}, one.do)
        for one in opened.package.case.transitions
    ]


def times(opened: Opened) -> list[changes.Time]:
    """The times there are."""
    return [
        changes.Time(_written(opened, f"deadline.{one.name}"), one.days, one.until, one.name)
        for one in opened.package.case.deadlines
    ]


def _written(opened: Opened, key: str) -> dict[str, str]:
    return {language: text for language, text in opened.texts(key).items() if text}


def way_form(opened: Opened, number: str, data: Any) -> Way | None:
    """The form of the way with this number in the address; None for none."""
    index, found = _index(number, len(opened.package.case.transitions)), ways(opened)
    if index is None:
        return None
    initial: dict[str, Any] = {"by": "case_worker"}
    if index < len(found):
        one = found[index]
        initial = {"start": one.start, "end": one.end, "by": one.by} | _initial(one.said)
    return Way(opened, index, data, initial=initial, auto_id="v-%s")


def time_form(opened: Opened, number: str, data: Any) -> Time | None:
    """The form of the time with this number in the address; None for none."""
    index, found = _index(number, len(opened.package.case.deadlines)), times(opened)
    if index is None:
        return None
    initial: dict[str, Any] = {"until": "closed"}
    if index < len(found):
        one = found[index]
        initial = {"days": one.days, "until": one.until} | _initial(one.said)
    return Time(opened, index, data, initial=initial, auto_id="t-%s")


def _index(number: str, count: int) -> int | None:
    if number == NEW:
        return count
    return int(number) if number.isdigit() and int(number) < count else None


def _initial(said: Mapping[str, str]) -> dict[str, str]:
    return {f"said-{language}": text for language, text in said.items()}


def way_lines(opened: Opened) -> list[Line]:
    """*Mottagen → Beställd. ”Beställ”, Handläggaren*."""
    names, actors = statuses(opened), {one.value: one.label for one in kind_words.ACTORS}
    lines: list[Line] = []
    for number, one in enumerate(opened.package.case.transitions):
        way = f"{names.get(one.start, one.start)} → {names.get(one.end, one.end)}"
        words = opened.text(f"transition.{one.do}") if one.do else ""
        lines.append(Line(number, f"{way}. ”{words}”, {actors.get(one.by, one.by)}" if words else way))
    return lines


def time_lines(opened: Opened) -> list[Line]:
    """*Beslut: 42 dagar*."""
    return [
        Line(number, f"{opened.text(f'deadline.{one.name}')}: {ngettext('%(n)s dag', '%(n)s dagar', one.days) % {'n': one.days}}")
        for number, one in enumerate(opened.package.case.deadlines)
    ]
