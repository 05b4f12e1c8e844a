"""Downloads: always as attachments or inert images, always after the purpose's own question of who may read."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from stadig.city.permissions import public
from stadig.files import actions, purposes
from stadig.files.models import FileState, StoredFile


@public
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """404 for a file the person may not read: that it exists is not told either."""
    file = get_object_or_404(StoredFile, pk=file_id, state=FileState.RELEASED)
    if not purposes.may_read(request.user, file):
        raise Http404
    return sent(file, inline="visa" in request.GET)


def sent(file: StoredFile, *, inline: bool = False) -> HttpResponseBase:
    """The bytes of a released file, as something a browser saves and never runs. Who may read it has been asked."""
    response = FileResponse(
        default_storage.open(actions.path_of(file)),
        as_attachment=not inline,
        filename=file.name,
        content_type=file.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
