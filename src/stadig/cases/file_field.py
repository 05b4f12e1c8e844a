"""The field for files that go with a message, on both sides' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.files.purposes import ACCEPT

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST: Final = 5


class _Several(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to :data:`MOST` files, as a list; what is in them is looked at when they are stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Filer"),
            required=False,
            help_text=gettext_lazy(
                "Bild, PDF eller dokument, högst fem filer om 12 MB. Vi tar bort uppgiften om var bilder togs."
            ),
            widget=_Several(attrs={"accept": ",".join(ACCEPT.values())}),
            error_messages={"empty": gettext_lazy("En fil är tom. Välj filerna en gång till.")},
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST:
            raise forms.ValidationError(_("Skicka högst fem filer åt gången."))
        return [super(FilesField, self).clean(one, initial) for one in given]
