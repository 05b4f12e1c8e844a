"""Forms of the roll-out's pages: where a service is on, and the steps it grows by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stadig.city import clock, rollout_words, subjects
from stadig.city.models import District
from stadig.city.ramps import Step, StepRow
from stadig.city.rollout import Setting

STEPS = 6
USUAL = (1, 5, 10, 25, 50, 100)
"""The shares a new ramp is filled in with."""
# One text for each time: a field whose texts are made anew is drawn anew.
PLACES = _("I vilka områden?")
SHARE = _("Andel, procent")
DAYS = _("Vänta dagar")
SAMPLE = _("Vänta tills så många fått den")
APPROVAL = _("Vänta på godkännande")
ADDED = _("Områden som kommer till")
NONE_IS_ALL = _("Välj inget för alla.")
NUMBERS = {"percent": (SHARE, 0, 100), "days": (DAYS, 1, 366), "sample": (SAMPLE, 1, 1_000_000)}
"""A step's numbers: what they are called, the least and the most."""
Names = list[tuple[str, str]]


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"], **options)


def _some(label: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **options)


class WhereForm(forms.Form):
    """Where a service is on, and for whom."""

    percent = forms.IntegerField(
        label=_("Hur stor del, i procent?"),
        min_value=0,
        max_value=100,
        initial=100,
        help_text=_("Samma person eller sak får alltid samma svar."),
    )
    first_day = _day(_("Första dagen"), help_text=_("Lämna tomt om tjänsten är på redan nu."))
    last_day = _day(_("Sista dagen"), help_text=_("Efter den dagen stoppas tjänsten av sig själv. Pågående ärenden fortsätter."))

    def __init__(self, districts: Names, setting: Setting | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, initial=_initial(setting), **options)
        self.fields["districts"] = _some(PLACES, districts, help_text=NONE_IS_ALL)
        for one in subjects.groups().values():
            if choices := one.choices():
                self.fields[f"group_{one.name}"] = _some(one.title, choices)
        self.order_fields(["percent", "districts", "first_day", "last_day"])

    @property
    def main(self) -> list[Any]:
        """The fields that most look for."""
        return [self[name] for name in ("percent", "districts", "first_day", "last_day")]

    @property
    def narrowing(self) -> list[Any]:
        """The groups."""
        return [self[name] for name in self.fields if name.startswith("group_")]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first_day"), found.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Sista dagen måste vara samma dag som den första eller senare."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What the verb wants; districts as ids."""
        found, first, last = self.cleaned_data, self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return {
            "percent": found["percent"],
            "begins": clock.midnight(first) if first else None,
            "ends": clock.midnight(last + dt.timedelta(days=1)) if last else None,
            "cohorts": {name.removeprefix("group_"): found[name] for name in found if name.startswith("group_")},
        }


def _initial(setting: Setting | None) -> dict[str, Any]:
    if setting is None:
        return {"percent": 100}
    return {
        "percent": setting.percent,
        "districts": [str(one.pk) for one in setting.districts],
        "first_day": clock.local(setting.begins).date() if setting.begins else None,
        "last_day": rollout_words.last_day(setting.ends) if setting.ends else None,
        **{f"group_{name}": list(chosen) for name, chosen in setting.cohorts.items()},
    }


class Cell(NamedTuple):
    """One answer of a step as it is drawn: a number, or a tick where ``least`` is None."""

    name: str
    label: str
    heard: str
    value: str
    least: int | None
    most: int | None
    errors: tuple[str, ...]


class Row(NamedTuple):
    """One step as it is drawn, and which districts it adds: (key, name, chosen) of all, and in words."""

    number: int
    cells: tuple[Cell, ...]
    districts: tuple[tuple[str, str, bool], ...]
    chosen: str


class StepsForm(forms.Form):
    """Up to six steps; a row without a share is no step. Its fields check what comes in; the page is drawn from :attr:`rows`."""

    def __init__(self, districts: Names, data: QueryDict | None, *, filled: dict[str, Any], counted: bool = True) -> None:
        """``counted``: whether anyone counts how many have had the service; else a step cannot wait for it (a plan that does may stand)."""
        super().__init__(data)
        self.districts, self.filled = districts, filled
        self.counted = counted or any(filled.get(f"sample_{number}") for number in range(1, STEPS + 1))
        self.numbers = {name: value for name, value in NUMBERS.items() if self.counted or name != "sample"}
        for number in range(1, STEPS + 1) if self.is_bound else ():
            for name, (label, least, most) in self.numbers.items():
                self.fields[f"{name}_{number}"] = forms.IntegerField(label=label, min_value=least, max_value=most, required=False)
            self.fields[f"approval_{number}"] = forms.BooleanField(label=APPROVAL, required=False)
            self.fields[f"districts_{number}"] = _some(ADDED, districts)

    @property
    def rows(self) -> list[Row]:
        """The steps, in order, with what was filled in."""
        labels = [(name, gettext(label), least, most) for name, (label, least, most) in self.numbers.items()]
        heard, ticked, none = gettext("Steg %(n)s: %(what)s"), gettext(APPROVAL), gettext("Inga nya")
        found: list[Row] = []
        for number in range(1, STEPS + 1):
            cells = [
                self._cell(f"{name}_{number}", label, heard % {"n": number, "what": label}, least, most)
                for name, label, least, most in (*labels, ("approval", ticked, None, None))
            ]
            chosen = set(map(str, self._given(f"districts_{number}", many=True) or ()))
            districts = tuple([(pk, name, pk in chosen) for pk, name in self.districts])
            named = ", ".join([name for _pk, name, chosen_here in districts if chosen_here])
            found.append(Row(number, tuple(cells), districts, named or none))
        return found

    def _cell(self, name: str, label: str, heard: str, least: int | None, most: int | None) -> Cell:
        given = self._given(name)
        errors = tuple([str(one) for one in self.errors.get(name, ())]) if self.is_bound else ()
        return Cell(name, label, heard, "" if given is None or given is False else str(given), least, most, errors)

    def _given(self, name: str, *, many: bool = False) -> Any:
        """What was sent, else what the page is filled in with."""
        if not self.is_bound:
            return self.filled.get(name)
        return self.data.getlist(name) if many else self.data.get(name)  # type: ignore[attr-defined]

    @property
    def steps(self) -> list[Step]:
        """The steps that are filled in."""
        found = self.cleaned_data
        chosen = {int(pk) for number in range(1, STEPS + 1) for pk in found[f"districts_{number}"]}
        known = {one.pk: one for one in District.objects.filter(pk__in=chosen)} if chosen else {}
        return [
            Step(
                found[f"percent_{number}"],
                [known[int(pk)] for pk in found[f"districts_{number}"]],
                found[f"days_{number}"],
                found.get(f"sample_{number}"),
                found[f"approval_{number}"],
            )
            for number in range(1, STEPS + 1)
            if found[f"percent_{number}"] is not None
        ]


def filled(steps: Sequence[StepRow], districts: Names) -> dict[str, Any]:
    """What the form of the steps is filled in with: those that wait, or the usual six when none is begun."""
    waiting = [one for one in steps if one.begun_at is None]
    if not waiting and not steps:
        usual = [(percent, 7 if percent < 100 else None, False) for percent in USUAL]
        return {
            f"{name}_{number}": value
            for number, row in enumerate(usual, 1)
            for name, value in zip(("percent", "days", "approval"), row, strict=True)
        }
    names = {name: pk for pk, name in districts}
    found: dict[str, Any] = {}
    for number, one in enumerate(waiting, 1):
        found |= {f"percent_{number}": one.percent, f"days_{number}": one.days, f"sample_{number}": one.sample}
        found |= {f"approval_{number}": one.approval, f"districts_{number}": [names[name] for name in one.districts]}
    return found
