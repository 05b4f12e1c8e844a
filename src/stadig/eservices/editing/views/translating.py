"""All texts of an edition in all languages: what is missing first."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.eservices import access
from stadig.eservices.editing import changes, opening, saving, spots
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.text_forms import Text, TextForm, name_of
from stadig.eservices.editing.views.frame import frame, name_of_spot
from stadig.eservices.lint_texts import needed_keys

PER_PAGE: Final = 15
LONG: Final = 50
"""Texts that are longer than this, in characters, are written in several lines."""
PARTS: Final = {
    "label": gettext_lazy("frågan"), "hint": gettext_lazy("ledtexten"), "help": gettext_lazy("mer om frågan"),
    "unit": gettext_lazy("enheten"), "title": gettext_lazy("rubriken"), "lead": gettext_lazy("ingressen"), "name": gettext_lazy("namnet"),
    "text": gettext_lazy("texten"), "resident": gettext_lazy("vad som har hänt"), "next": gettext_lazy("vad som händer sedan"),
    "reason": gettext_lazy("varför"), "conditions": gettext_lazy("villkoren"), "appeal": gettext_lazy("hur man överklagar"),
    "purpose": gettext_lazy("varför ni frågar"), "short": gettext_lazy("det korta namnet"), "synonyms": gettext_lazy("andra ord"),
    "one": gettext_lazy("en av dem"), "add": gettext_lazy("knappen för fler"), "after": gettext_lazy("när den har kommit in"),
}  # fmt: skip


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The texts, a page at a time."""
    opened = opening.opened(request, edition_id)
    missing = missing_keys(opened)
    every = request.GET.get("visa") == "alla" or not missing
    page = Paginator(every_key(opened) if every else missing, PER_PAGE).get_page(request.GET.get("sida"))
    do, _colon, language = request.POST.get("_do", "").partition(":")
    adds = do == "language"
    form = TextForm(opened, [_text(opened, key) for key in page.object_list], None if adds else request.POST or None)
    trouble = None
    if adds and language in addable(opened):
        trouble = saving.change(request, opened, lambda files: changes.add_language(files, language), "language_added")
        if trouble is None:
            return redirect(request.path)
    elif request.method == "POST" and form.is_valid():
        trouble = saving.change(request, opened, form.edit, "texts")
        if trouble is None:
            return redirect(request.get_full_path())
    if trouble and trouble.meanwhile:
        opened = opening.opened(request, edition_id)
    context: dict[str, Any] = frame(request, opened, "texts", step="-", trouble=trouble, wrong=bool(form.errors)) | {
        "texts": form,
        "page": page,
        "every": every,
        "missing": len(missing),
        "addable": [(one, name_of(one)) for one in addable(opened)],
    }
    return render(request, "eservices/editing/texts.html", context, status=422 if form.errors or trouble else 200)


def addable(opened: Opened) -> list[str]:
    """The languages that residents may choose and that the service has no texts in."""
    return [one for one, _name in settings.LANGUAGES if one not in opened.languages]


def every_key(opened: Opened) -> list[str]:
    """Each text there is or must be, in the order of the service."""
    keys = dict(needed_keys(opened.package))
    for language in opened.languages:
        keys |= dict.fromkeys(opened.package.texts[language])
    return list(keys)


def missing_keys(opened: Opened) -> list[str]:
    """Those that some language lacks."""
    return [
        key
        for key in every_key(opened)
        if key != "service.synonyms" and not all(str(opened.package.texts[one].get(key, "")).strip() for one in opened.languages)
    ]


def _text(opened: Opened, key: str) -> Text:
    """A text with what it belongs to as its label."""
    spot = spots.spot_of_text(key, opened.package)
    name = name_of_spot(opened, spot)
    longest = max((len(one) for one in opened.texts(key).values()), default=0)
    part = str(PARTS.get(key.rpartition(".")[2], ""))
    if ".option." in key:
        part = _("svaret ”%(value)s”") % {"value": opened.text(key) or key.rpartition(".")[2]}
    elif key.startswith("transition."):
        part = _("knappen ”%(value)s”") % {"value": opened.text(key)}
    elif key.startswith("deadline."):
        part = _("tiden ”%(value)s”") % {"value": opened.text(key)}
    return Text(key, f"{name} – {part}" if part else name, rows=3 if longest > LONG else 0, quiet=True)
