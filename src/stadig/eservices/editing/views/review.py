"""The page where an edition is read through, asked to be published, and published by someone else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.eservices import access, finding_words, published
from stadig.eservices.editing import actions, changes, difference_words, forms, opening, saving
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.views.frame import found, frame
from stadig.eservices.models import Edition, EService
from stadig.eservices.package import PackageError


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, edition_id: int) -> HttpResponse:
    """What is left to mend, what differs from what people fill in now, and the next thing to do."""
    opened = opening.opened(request, edition_id)
    trouble = None
    if request.method == "POST":
        trouble = _follow(request, opened) if request.POST.get("_do") == "follow" else _ask(request, opened)
        if trouble is None:
            return redirect(request.path)
        opened = opening.opened(request, edition_id)
    return _page(request, opened, trouble, forms.Back())


def _follow(request: HttpRequest, opened: Opened) -> saving.Trouble | None:
    """Let the scenarios expect what happens now: someone has read what differs and says that it is right."""
    return saving.change(request, opened, lambda files: changes.follow(files, today=clock.today()), "scenarios")


def _ask(request: HttpRequest, opened: Opened) -> saving.Trouble | None:
    user: Any = request.user
    try:
        sent = request.POST.get("revision", "")
        actions.ask(user, opened.pk, int(sent) if sent.isdigit() else opened.edition.revision)
    except actions.ChangedMeanwhile as error:
        return saving.Trouble(saving.meanwhile(error), meanwhile=True)
    except actions.NotReady:
        return saving.Trouble(_("Något behöver rättas först. Det står nedanför."))
    messages.success(request, _("Nu kan någon annan publicera tjänsten. Ändrar du något behöver du be om det igen."))
    return None


def _page(request: HttpRequest, opened: Opened, trouble: saving.Trouble | None, back: forms.Back) -> HttpResponse:
    edition = opened.edition
    service = EService.objects.select_related("current").defer("current__archive").filter(name=opened.package.name).first()
    before = published.of(service.current) if service else None
    user: Any = request.user
    asked = edition.state == Edition.State.ASKED
    local_differs = service is not None and dict(opened.package.local) != dict(service.local)
    differences = difference_words.differences(before, opened.package, opened.language) if before else []
    context = frame(request, opened, "review", step="-", trouble=trouble, wrong=bool(back.errors)) | {
        "errors": [found(opened, one) for one in opened.errors],
        "warnings": [found(opened, one) for one in opened.warnings],
        "failing": [one for one in opened.errors if one.kind.startswith("scenario_")],
        "published": before,
        "local_differs": local_differs,
        "differences": differences,
        "may_ask": edition.state == Edition.State.WORKING
        and not opened.errors
        and (before is None or bool(differences) or local_differs),
        "asked": asked,
        "is_open": asked or edition.state == Edition.State.WORKING,
        "asked_by": str(edition.asked_by or ""),
        "mine": asked and edition.asked_by_id == user.pk,
        "may_publish": asked and edition.asked_by_id != user.pk and access.PUBLISH.held_by(user),
        "back": back,
        "scenarios": len(opened.package.scenarios),
        "steps": len(opened.package.flow.steps),
        "questions": sum(1 for _question in opened.package.flow.questions()),
        "service_name": opened.package.name,
    }
    return render(request, "eservices/editing/review.html", context, status=422 if trouble or back.errors else 200)


@needs(access.PUBLISH)
@require_POST
def publish(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Say yes: from now on people fill in this edition. Never the one who asked."""
    opened = opening.opened(request, edition_id)
    user: Any = request.user
    try:
        actions.publish(user, opened.pk, request.POST.get("digest", ""))
    except PackageError as error:
        return _page(request, opened, saving.Trouble(finding_words.of_error(error)), forms.Back())
    except actions.NotYours:
        return _page(
            request, opened, saving.Trouble(_("Du bad om det. Någon annan behöver läsa igenom och publicera.")), forms.Back()
        )
    except actions.ChangedMeanwhile as error:
        return _page(request, opening.opened(request, edition_id), saving.Trouble(saving.meanwhile(error)), forms.Back())
    messages.success(request, _("E-tjänsten är publicerad. Nu kan invånarna använda den."))
    return redirect("eservices:service", opened.package.name)


@needs(access.PUBLISH)
@require_POST
def send_back(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Say what must change first."""
    opened = opening.opened(request, edition_id)
    form = forms.Back(request.POST)
    if not form.is_valid():
        return _page(request, opened, None, form)
    user: Any = request.user
    try:
        actions.send_back(user, opened.pk, why=form.cleaned_data["why"])
    except actions.ChangedMeanwhile as error:
        return _page(request, opened, saving.Trouble(saving.meanwhile(error)), form)
    messages.success(request, _("Den som bad om det får veta vad som behöver ändras."))
    return redirect("eservices:edit-list")
