"""Pages that belong to no service: the reader's preferences, help, accessibility, how data are used."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from stadig.city.permissions import public
from stadig.ui import samples
from stadig.ui.context import SCHEME_COOKIE, SCHEMES

YEAR = 365 * 24 * 3600


def _own(request: HttpRequest) -> bool:
    """Whether the form was sent from one of our own pages, as the browser itself says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


@public
@csrf_exempt  # no session and no token, so that a reader who has not logged in gets no cookie until they choose something
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language or colours in a cookie and go back to the page they came from."""
    if not _own(request):
        return HttpResponseForbidden()
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = redirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    scheme = request.POST.get("scheme", "")
    if scheme in SCHEMES:
        _remember(response, SCHEME_COOKIE, scheme)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)


@public
@require_safe
def page_help(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/help.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/privacy.html")


@public
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component on one page; only in a demo town and while developing."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "ui/style.html", samples.all_of_them())
