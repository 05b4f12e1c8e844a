"""The page where an edition is read through, asked to be published, and published by someone else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.eservices import access, finding_words, published
from stadig.eservices.editing import actions, changes, difference_words, forms, opening, saving
from stadig.eservices.editing.opening import Opened, package_of
from stadig.eservices.editing.views.frame import Found, found, frame
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


class Review(NamedTuple):
    """An edition as it is read through. ``changed``: it differs from what people fill in now, if ``published``."""

    steps: int
    questions: int
    sent_back: str
    errors: tuple[Found, ...]
    warnings: tuple[Found, ...]
    failing: bool
    is_open: bool
    asked: bool
    asked_by: str
    mine: bool
    may_publish: bool
    published: bool
    changed: bool
    differences: tuple[difference_words.Difference, ...]


def _page(request: HttpRequest, opened: Opened, trouble: saving.Trouble | None, back: forms.Back) -> HttpResponse:
    review = _review(opened, request.user)
    context = frame(request, opened, "review", step="-", trouble=trouble, wrong=bool(back.errors)) | {
        "review": review,
        "may_ask": opened.edition.state == Edition.State.WORKING
        and not review.errors
        and (review.changed or not review.published),
        "back": back,
    }
    return render(request, "eservices/editing/review.html", context, status=422 if trouble or back.errors else 200)


def _review(opened: Opened, user: Any) -> Review:
    """What the page says of the edition."""
    edition, package = opened.edition, opened.package
    service = _published(package.name)
    asked = edition.state == Edition.State.ASKED
    is_open = edition.state in Edition.OPEN
    mine = asked and edition.asked_by_id == user.pk
    differences = _differences(service.current.digest, bytes(edition.archive), opened.language) if service else ()
    return Review(
        steps=len(package.flow.steps),
        questions=sum(1 for _question in package.flow.questions()),
        sent_back=edition.sent_back_why if is_open and not asked else "",
        errors=tuple([found(opened, one) for one in opened.errors]),
        warnings=tuple([found(opened, one) for one in opened.warnings]),
        failing=any(one.kind.startswith("scenario_") for one in opened.errors),
        is_open=is_open,
        asked=asked,
        asked_by=opened.asked_by,
        mine=mine,
        may_publish=asked and not mine and access.PUBLISH.held_by(user),
        published=service is not None,
        changed=bool(differences) or (service is not None and dict(package.local) != dict(service.local)),
        differences=differences,
    )


def _published(name: str) -> EService | None:
    """The service that people fill in now."""
    try:
        return published.current(name)[0]
    except EService.DoesNotExist:
        return None


@lru_cache(maxsize=48)
def _differences(digest: str, archive: bytes, language: str) -> tuple[difference_words.Difference, ...]:
    """What differs from what was published: the same bytes always differ in the same way."""
    return tuple(difference_words.differences(published.by_digest(digest), package_of(archive), language))


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
