"""What a party fills in on Mina sidor."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _


class WriteForm(forms.Form):
    """A message, perhaps with a picture."""

    request_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Skriv till oss"),
        max_length=10_000,
        error_messages={"required": _("Skriv något först.")},
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Bara den som arbetar med ärendet läser det."),
    )
    file = forms.FileField(
        label=_("Bild"),
        required=False,
        help_text=_("JPEG, PNG, WebP eller HEIC. Vi tar bort uppgiften om var bilden togs."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        error_messages={"empty": _("Filen är tom. Välj bilden en gång till.")},
    )


def message() -> WriteForm:
    """An empty one, with a number of its own: sent twice, it is one message."""
    return WriteForm(initial={"request_id": uuid4()})
