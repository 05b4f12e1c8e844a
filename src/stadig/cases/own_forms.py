"""What a party fills in on Mina sidor."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.cases.file_field import FilesField


class WriteForm(forms.Form):
    """A message, perhaps with files."""

    request_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Skriv till oss"),
        max_length=10_000,
        error_messages={"required": _("Skriv något först.")},
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Bara den som arbetar med ärendet läser det."),
    )
    attached = FilesField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].required = not self.files  # a file may be all one wants to say


def message() -> WriteForm:
    """An empty one, with a number of its own: sent twice, it is one message."""
    return WriteForm(initial={"request_id": uuid4()})
