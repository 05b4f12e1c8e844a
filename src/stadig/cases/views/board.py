"""The notice board: open to everyone, and the page where a registrar posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stadig.cases import access, bulletin
from stadig.cases.board_forms import NoticeForm
from stadig.cases.models import BulletinNotice
from stadig.city import clock, municipality
from stadig.city.permissions import needs, public

GONE = 410


@public
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Everything that hangs there now."""
    return render(request, "cases/board/board.html", {"notices": [bulletin.in_words(one) for one in bulletin.posted()]})


@public
@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice, as it was posted. When it has come down its text is no longer shown."""
    found = get_object_or_404(BulletinNotice.objects.select_related("committee", "corrects", "corrected_by"), pk=notice_id)
    if found.posted_at > clock.now():
        raise Http404
    if not found.is_up(clock.now()):
        return render(request, "cases/board/down.html", {"notice": found, "last": bulletin.last_day(found)}, status=GONE)
    words = bulletin.in_words(bulletin.hanging(found))
    return render(request, "cases/board/notice.html", {"notice": found, "words": words})


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What hangs there, for those who follow it in a program of their own (RSS 2.0)."""
    here = request.build_absolute_uri(reverse("cases:board"))
    made = Rss201rev2Feed(
        title=_("Anslagstavla, %(name)s") % {"name": municipality.current().name},
        link=here,
        description=_("Protokoll, beslut och kungörelser som är anslagna nu."),
        language=get_language() or "sv",
        feed_url=request.build_absolute_uri(),
    )
    for one in bulletin.posted():
        link = request.build_absolute_uri(reverse("cases:board-notice", args=[one.pk]))
        text = f"{BulletinNotice.Kind(one.kind).label}. {one.committee}. {one.body}"
        made.add_item(title=one.title, link=link, description=text, pubdate=one.posted_at, unique_id=link)
    return HttpResponse(made.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


@needs(access.POST_NOTICE)
@require_safe
def posted(request: HttpRequest) -> HttpResponse:
    """What hangs, and what has come down."""
    found = list(bulletin.of_staff(request.user)[:200])
    now = clock.now()
    rows = [(one, bulletin.last_day(one), one.is_up(now), hasattr(one, "corrected_by")) for one in found]
    return render(request, "cases/board/posted.html", {"rows": rows})


@needs(access.POST_NOTICE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write, look at it as it will hang, post. What is posted is never changed."""
    user: Any = request.user
    corrects = request.GET.get("rattar", "")
    before = bulletin.of_staff(user).filter(pk=corrects).first() if corrects.isdecimal() else None
    if request.method != "POST":
        return render(request, "cases/board/new.html", {"form": NoticeForm(user=user, initial=_first(before))})
    form = NoticeForm(request.POST, user=user)
    preview = None
    if form.is_valid():
        wanted = form.notice()
        try:
            if "post" in request.POST:
                made = bulletin.post_notice(user, wanted, request_id=form.once)
                messages.success(request, _("Anslaget sitter uppe. Det tas ner av sig självt efter sista dagen."))
                return redirect("cases:board-notice", notice_id=made.pk)
            preview = bulletin.draft(user, wanted)
        except ValidationError as fault:
            form.add_error(None, fault)
    context = {"form": form, "notice": bulletin.in_words(bulletin.hanging(preview)) if preview else None}
    return render(request, "cases/board/new.html", context, status=422 if form.errors else 200)


def _first(before: BulletinNotice | None) -> dict[str, Any]:
    """What the form holds at first; for a correction, what the old notice said."""
    today = clock.today()
    if before is None:
        kind = BulletinNotice.Kind.MINUTES
        return {"down_on": bulletin.first_down_day(kind, today) + timedelta(days=1), "appeal": NoticeForm.appeal_text()}
    names = ("kind", "title", "body", "meeting_on", "approved_on", "kept_at", "appeal")
    kept = {name: getattr(before, name) for name in names}
    return kept | {
        "committee": before.committee,
        "corrects": before.pk,
        "title": _("Rättelse: %(title)s") % {"title": before.title},
        "down_on": bulletin.first_down_day(before.kind, today) + timedelta(days=1),
    }
