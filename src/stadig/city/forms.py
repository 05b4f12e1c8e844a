"""Forms of the ground's pages; labels as questions, errors as what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.city.models import District, Organisation, Service, User
from stadig.city.roles import Role


class Names(forms.models.ModelChoiceIterator):
    """Choices read as ids and names: a model object for each, some with a border on the map, costs ten times as much."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        found: Any = self.queryset
        yield from found.values_list("pk", "name")


class ByName(forms.ModelChoiceField):
    """One of the things that have a ``name``."""

    iterator = Names


class SomeByName(forms.ModelMultipleChoiceField):
    """Some of the things that have a ``name``."""

    iterator = Names


GIVEN_ROLES = [(role.value, role.label) for role in Role if role != Role.RESIDENT]


class NewUser(forms.Form):
    """A new staff account."""

    username = forms.CharField(
        label=_("Användarnamn"), max_length=150, help_text=_("Små bokstäver och siffror, till exempel leila.")
    )
    first_name = forms.CharField(label=_("Förnamn"), max_length=150)
    last_name = forms.CharField(label=_("Efternamn"), max_length=150)
    email = forms.EmailField(label=_("E-post"), help_text=_("Hit skickar vi länken för att välja lösenord."))
    organisation = ByName(Organisation.objects.all(), label=_("Enhet"), required=False)


class WithRole(forms.Form):
    """A role, where it holds."""

    role = forms.ChoiceField(label=_("Roll"), choices=GIVEN_ROLES)
    organisation = ByName(
        Organisation.objects.all(),
        label=_("I vilken enhet?"),
        required=False,
        empty_label=_("Alla"),
        help_text=_("Rollen gäller också det som ligger under enheten."),
    )
    district = ByName(District.objects.all(), label=_("I vilket område?"), required=False, empty_label=_("Alla"))


class ServiceSetting(forms.Form):
    """How a service runs."""

    status = forms.ChoiceField(label=_("Läge"), choices=Service.Status.choices)
    owner = ByName(Organisation.objects.all(), label=_("Vem äger tjänsten?"), required=False)
    phone = forms.CharField(label=_("Telefon"), max_length=40, required=False)
    other_ways = forms.CharField(
        label=_("Andra vägar"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("En väg per rad: besök, brev, telefon."),
    )

    class Meta:
        fields = ("status", "owner", "phone", "other_ways")


class ServiceCostForm(forms.Form):
    """What a service costs a year."""

    year_kr = forms.FloatField(
        label=_("Vad kostar tjänsten om året, i kronor?"),
        min_value=0,
        max_value=1_000_000_000,
        localize=True,
        help_text=_("Licens, drift och arbete. Inte det som försöken kostar: det står i dem."),
    )
    from_day = forms.DateField(
        label=_("Från och med vilken dag?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    source = forms.CharField(
        label=_("Var kommer siffran från?"), max_length=300, help_text=_("Till exempel avtalet, fakturan eller bokslutet.")
    )


ALL = _("Alla")
"""One text for each time: a field whose texts are made anew is drawn anew."""


class AuditFilter(forms.Form):
    """What to look for in the log."""

    did = forms.CharField(label=_("Vad gjordes?"), required=False, max_length=60)
    what = forms.CharField(label=_("Med vad?"), required=False, max_length=80)
    user = forms.TypedChoiceField(label=_("Av vem?"), required=False, coerce=int, empty_value=None)

    def __init__(self, staff: dict[int, str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["user"].choices = [("", ALL), *staff.items()]  # type: ignore[attr-defined]


class NewDisclosure(forms.Form):
    """One disclosure to someone in another committee."""

    to = forms.ModelChoiceField(User.objects.filter(is_staff=True, is_active=True), label=_("Till vem?"))
    what = forms.CharField(label=_("Vilket slags uppgift?"), max_length=80, help_text=_("Till exempel waste.report."))
    what_id = forms.CharField(label=_("Nummer"), max_length=64)
    reason = forms.CharField(label=_("Varför?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    ground = forms.CharField(label=_("Lagrum"), max_length=120, required=False, help_text=_("Till exempel 10 kap. 27 § OSL."))
    days = forms.IntegerField(label=_("Hur många dagar?"), min_value=1, max_value=90, initial=7)


class FindPerson(forms.Form):
    """Who it is about."""

    personnummer = forms.CharField(
        label=_("Personnummer"),
        max_length=20,
        help_text=_("Tio eller tolv siffror. Sökningen loggas."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class Reveal(forms.Form):
    """Why a protected person's data must be seen."""

    reason = forms.CharField(
        label=_("Varför behöver du se uppgifterna?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Skriv vad du ska göra, till exempel att ett beslut ska skickas. Din chef och granskarna läser skälet."),
    )
