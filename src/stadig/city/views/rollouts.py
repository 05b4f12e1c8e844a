"""Where a service is on: see it, stop it, approve a step, plan the steps, change the setting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city import access, actions, clock, ramps, rollout, rollout_words
from stadig.city.models import District, Rollout
from stadig.city.permissions import needs
from stadig.city.rollout_forms import StepsForm, WhereForm, filled


def _page(slug: str) -> ramps.Page:
    """The service with its steps. Raises Http404."""
    found = ramps.page(slug)
    if found is None:
        raise Http404
    return found


def _districts() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, name FROM city_district ORDER BY sort_key")
        return cursor.fetchall()


@needs(access.FOLLOW_ROLLOUT)
@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a service is on now, in a sentence, and its steps."""
    shown, setting, now = _page(slug), rollout.setting(slug), clock.now()
    current = shown.current
    running = setting is not None and not setting.stopped
    waits = ramps.waits(setting, current, now) if setting and running and current and shown.waiting else None
    context = {
        "service": shown,
        "now": rollout_words.sentence(setting, why=shown.stopped_why, stopped_at=shown.stopped_at),
        "narrowed": rollout_words.narrowed(setting) if setting else [],
        "stopped": setting is not None and setting.stopped,
        "ended": bool(setting and setting.ends and setting.ends <= now),
        "steps": rollout_words.timeline(shown.steps, waits),
        "approve": current.number if current and waits and waits.approval else None,
        "may_change": access.ROLLOUT.held_by(request.user),
    }
    return render(request, "city/rollout.html", context)


@needs(access.ROLLOUT)
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest, slug: str) -> HttpResponse:
    """Change where a service is on, and for whom."""
    shown, setting = _page(slug), rollout.setting(slug)
    form = WhereForm(_districts(), setting, request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, slug, setting, form):
        messages.success(request, _("Ändringen är sparad."))
        return redirect("city:rollout", slug)
    return render(request, "city/rollout_where.html", {"service": shown, "form": form})


def _changed(request: HttpRequest, slug: str, setting: rollout.Setting | None, form: WhereForm) -> bool:
    """Save the setting; what the form does not ask about stays. False when the verb refused it, said on the form."""
    chosen = list(District.objects.filter(pk__in=form.cleaned_data["districts"]))
    compared = list(District.objects.filter(pk__in=[one.pk for one in setting.comparison])) if setting else []
    kept: dict[str, Any] = {"stopped": setting.stopped, "trial": setting.trial} if setting else {}
    try:
        actions.set_rollout(request.user, slug, districts=chosen, comparison=compared, **form.values, **kept)  # type: ignore[arg-type]
    except ValidationError as fault:
        form.add_error(None, fault.messages)  # pyright: ignore[reportArgumentType]
        return False
    return True


@needs(access.ROLLOUT)
@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan how a service grows."""
    shown, districts = _page(slug), _districts()
    setting = rollout.setting(slug) or ramps.everywhere(slug)
    count = ramps.counted(setting, clock.now())
    form = StepsForm(districts, request.POST or None, filled=filled(shown.steps, districts), counted=count is not None)
    if request.method == "POST" and form.is_valid():
        try:
            ramps.plan_steps(request.user, slug, form.steps)  # type: ignore[arg-type]
        except ValidationError as fault:
            form.add_error(None, fault.messages)  # pyright: ignore[reportArgumentType]
        else:
            messages.success(request, _("Stegen är sparade."))
            return redirect("city:rollout", slug)
    context = {"service": shown, "form": form, "begun": shown.current is not None, "counted": count}
    return render(request, "city/rollout_steps.html", context)


@needs(access.ROLLOUT)
@require_POST
def drop_steps(request: HttpRequest, slug: str) -> HttpResponse:
    """Stay where it is."""
    _page(slug)
    if Rollout.objects.filter(service=slug).exists():
        ramps.drop_steps(request.user, slug)  # type: ignore[arg-type]
        messages.success(request, _("Stegen som inte hade börjat är borttagna. Tjänsten är på där den är."))
    return redirect("city:rollout", slug)


@needs(access.FOLLOW_ROLLOUT)
@require_POST
def approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The step in force has gone well."""
    _page(slug)
    try:
        ramps.approve_step(request.user, slug, number)  # type: ignore[arg-type]
    except (ramps.NotThisStep, Rollout.DoesNotExist):
        messages.error(request, _("Steget gick inte att godkänna: det är redan godkänt eller inte det som gäller nu."))
    else:
        messages.success(request, _("Steget är godkänt."))
    return redirect("city:rollout", slug)


@needs(access.FOLLOW_ROLLOUT)
@require_POST
def stop(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop a service everywhere, at once."""
    _page(slug)
    ramps.stop(request.user, slug)  # type: ignore[arg-type]
    messages.success(request, _("Tjänsten är stoppad. Ångra överst på sidan om det blev fel."))
    return redirect("city:rollout", slug)


@needs(access.FOLLOW_ROLLOUT)
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo a stop."""
    _page(slug)
    try:
        ramps.start(request.user, slug)  # type: ignore[arg-type]
    except (ValidationError, Rollout.DoesNotExist) as fault:
        said = fault.messages if isinstance(fault, ValidationError) else [_("Tjänsten är redan på.")]
        messages.error(request, " ".join(said))
    else:
        messages.success(request, _("Tjänsten är på igen, där den var."))
    return redirect("city:rollout", slug)
