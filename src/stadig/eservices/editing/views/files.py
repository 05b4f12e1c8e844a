"""The files of an edition: read, fetched as one archive, and taken in from one."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city.permissions import needs
from stadig.eservices import access, finding_words, packing
from stadig.eservices.editing import actions, forms, opening, saving
from stadig.eservices.editing.views.frame import frame
from stadig.eservices.package import PackageError


class File(NamedTuple):
    """One file in the list."""

    name: str
    size: int


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The list, one file to read, and a form that takes in an archive."""
    opened = opening.opened(request, edition_id)
    form = forms.Archive(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        sent = request.POST.get("revision", "")
        try:
            taken = packing.unpack(form.cleaned_data["archive"].read())
            actions.take_in(user, opened.pk, int(sent) if sent.isdigit() else opened.edition.revision, taken)
        except PackageError as error:
            form.add_error("archive", finding_words.of_error(error))
        except actions.ChangedMeanwhile as error:
            form.add_error(None, saving.meanwhile(error))
        else:
            return redirect("eservices:edition", edition_id)
    name = request.GET.get("fil", "")
    if name and name not in opened.files:
        raise Http404
    context = frame(request, opened, "files", step="-", wrong=bool(form.errors)) | {
        "form": form,
        "files": [File(one, len(opened.files[one])) for one in sorted(opened.files)],
        "name": name,
        "text": opened.files[name].decode("utf-8", "replace") if name else "",
    }
    return render(request, "eservices/editing/files.html", context, status=422 if form.errors else 200)


@needs(access.EDIT)
@require_safe
def archive(request: HttpRequest, edition_id: int) -> HttpResponse:
    """All files as one zip archive, this city's own too."""
    opened = opening.opened(request, edition_id)
    answer = HttpResponse(packing.pack(opened.files, local=True), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{opened.package.name}-{opened.package.version}.zip"'
    return answer
