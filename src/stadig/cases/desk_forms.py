"""What people write at the diary desk. Forms check the shape; verbs check the rules."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db import connection
from django.utils.translation import gettext_lazy as _

from stadig.cases import access, numbers, registering
from stadig.cases.models import Document
from stadig.cases.terms import STOCKHOLM
from stadig.city import clock
from stadig.city.forms import ByName
from stadig.city.models import Organisation, User


def committees_of(user: User, reach: set[int] | None) -> Any:
    """The committees within ``reach``; None is all of them."""
    found = Organisation.objects.filter(kind=Organisation.Kind.COMMITTEE).order_by("sort_key")
    return found if reach is None else found.filter(pk__in=reach)


COMMITTEES = """
WITH RECURSIVE above(id, parent) AS (
    SELECT id, parent_id FROM city_organisation WHERE id = %(own)s
    UNION SELECT o.id, o.parent_id FROM above JOIN city_organisation o ON o.id = above.parent
)
SELECT o.id, o.name, o.id IN (SELECT id FROM above WHERE parent IS NULL) FROM city_organisation o
WHERE o.kind = 'committee' AND (%(reach)s::bigint[] IS NULL OR o.id = ANY(%(reach)s::bigint[])) ORDER BY o.sort_key
"""
"""``committees_of`` as SQL: id, name, and whether it is where one's own unit belongs, the root of its tree."""


def choose_committee(form: forms.Form, user: User, reach: set[int] | None) -> None:
    """Let the form ask for one of the committees within ``reach``, the user's own at first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COMMITTEES, {"own": user.organisation_id, "reach": None if reach is None else sorted(reach)})
        rows = cursor.fetchall()
    field: Any = form.fields["committee"]
    if form.is_bound:
        field.queryset = committees_of(user, reach)
    none = [("", field.empty_label)] if field.empty_label is not None else []
    field.choices = [*none, *((pk, name) for pk, name, _own in rows)]
    field.initial = next((pk for pk, _name, own in rows if own), None)


class Once(forms.Form):
    """A form that may be sent twice: the hidden id makes the second send the same as the first."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = uuid.uuid4

    @property
    def once(self) -> uuid.UUID | None:
        return self.cleaned_data.get("request_id")


class PaperForm(Once):
    """Something to register: what, from or to whom, file or text; and the case it belongs to."""

    what = forms.CharField(
        label=_("Vad är det?"),
        max_length=200,
        error_messages={"required": _("Skriv kort vad det är.")},
        help_text=_("Kort, till exempel Klagomål på snöröjning. Skriv inga namn: texten syns i diariet."),
    )
    who = forms.CharField(label=_("Från eller till vem?"), max_length=200, required=False)
    public = forms.ChoiceField(
        label=_("Vem är det?"),
        choices=[
            ("private", _("En privatperson. Namnet syns aldrig i diariet.")),
            ("public", _("Ett företag, en förening eller en myndighet.")),
        ],
        initial="private",
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("Fil"),
        required=False,
        help_text=_("PDF, sparad e-post (.eml), bild eller dokument. Ur e-post läser vi ämne, avsändare och dag åt dig."),
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.eml,message/rfc822,application/pdf,image/*,.heic,.docx,.xlsx,.pptx,.odt,.ods,.odp"}
        ),
        error_messages={"empty": _("Filen är tom. Välj den en gång till.")},
    )
    kept = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=20_000,
        help_text=_("Till exempel vad som sades i telefon."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    number = forms.CharField(
        label=_("Ärendets nummer"),
        max_length=40,
        required=False,
        help_text=_("Till exempel GPN 2026/00042. Skanna koden på svarstalongen, eller lämna tomt för ett nytt ärende."),
    )
    committee = ByName(
        Organisation.objects.none(), label=_("Vilken nämnd, om ärendet är nytt?"), required=False, empty_label=_("Välj nämnd")
    )
    direction = forms.ChoiceField(
        label=_("Riktning"), choices=Document.Direction.choices, initial=Document.Direction.RECEIVED, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=_("Slag"), choices=[(kind, registering.KINDS[kind]) for kind in registering.AT_THE_DESK], initial="letter"
    )
    day = forms.DateField(
        label=_("Vilken dag?"),
        required=False,
        help_text=_("När det kom in, gick ut eller skrevs. Tomt är i dag."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv dagen som 2026-11-24.")},
    )
    secret = forms.BooleanField(
        label=_("Sekretessmarkera"),
        required=False,
        help_text=_("Avsändare och ämne döljs i diariet. Märket varnar. Det avgör inte om handlingen lämnas ut."),
    )
    statute = forms.CharField(
        label=_("Enligt vilken paragraf?"),
        max_length=120,
        required=False,
        help_text=_("Till exempel 26 kap. 1 § offentlighets- och sekretesslagen."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_committee(self, user, access.REGISTER.organisations(user))
        written = numbers.read(self.data.get("number", "")) if self.is_bound else None
        self.fields["what"].required = not (written and written.document)  # a reply slip says what it is

    def clean_number(self) -> numbers.Written | None:
        text = self.cleaned_data["number"].strip()
        if not text:
            return None
        found = numbers.read(text)
        if found is None:
            raise forms.ValidationError(_("Det är inget ärendenummer. Skriv som GPN 2026/00042, eller lämna tomt."))
        return found

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and day > clock.today():
            raise forms.ValidationError(_("Dagen har inte varit än. Skriv en dag till och med i dag."))
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("secret") and not values.get("statute", "").strip():
            self.add_error("statute", _("Skriv paragrafen som sekretessen stöder sig på."))
        if "number" in values and values["number"] is None and not values.get("committee"):
            self.add_error("committee", _("Välj nämnd för det nya ärendet, eller skriv ett ärendenummer."))
        return values

    def at(self) -> datetime | None:
        """The middle of the day that was written; None for now."""
        day: date | None = self.cleaned_data.get("day")
        return datetime.combine(day, time(12), STOCKHOLM) if day and day != clock.today() else None


class SenderForm(forms.Form):
    """Whom something came from or went to. Sent in the body: a name never stands in an address."""

    who = forms.CharField(
        label=_("Från eller till vem?"),
        max_length=80,
        help_text=_("Namnet, eller början av det: en person, ett företag, en förening eller en myndighet."),
        error_messages={"required": _("Skriv ett namn, eller början av det.")},
    )

    def clean_who(self) -> str:
        words = " ".join(self.cleaned_data["who"].replace("\0", "").split())
        if len(words) < 2:
            raise forms.ValidationError(_("Skriv minst två bokstäver."))
        return words
