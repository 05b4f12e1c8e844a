"""Where a service is on: see it, stop it, approve a step, plan the steps, change the setting."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city import access, actions, clock, ramps, rollout, rollout_words
from stadig.city.models import District, Rollout, RolloutStep, Service
from stadig.city.permissions import needs
from stadig.city.rollout_forms import StepsForm, WhereForm, filled
from stadig.city.rollout_words import StepRow


class About(NamedTuple):
    """The service of the page."""

    slug: str
    title: str


def _about(slug: str) -> About:
    """The service, or what only has a setting. Raises Http404."""
    title = Service.objects.filter(slug=slug).values_list("title", flat=True).first()
    if title is None and not Rollout.objects.filter(service=slug).exists():
        raise Http404
    return About(slug, title or slug)


def _districts() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in District.objects.values_list("pk", "name")]


def _steps(row: Rollout | None) -> tuple[list[StepRow], RolloutStep | None]:
    """The steps of a roll-out, and the one in force. One query."""
    if row is None:
        return [], None
    named = ArrayAgg("districts__name", filter=Q(districts__isnull=False), order_by="districts__sort_key", default=[])
    found: list[Any] = list(RolloutStep.objects.filter(rollout=row).annotate(names=named).order_by("number"))
    begun = [one for one in found if one.begun_at]
    rows = [
        StepRow(one.number, one.percent, one.days, one.sample, one.approval, one.begun_at, one.approved_at, tuple(one.names))
        for one in found
    ]
    return rows, begun[-1] if begun else None


@needs(access.FOLLOW_ROLLOUT)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a service is on now, in a sentence; its steps; and for those who may, the setting to change."""
    about, setting = _about(slug), rollout.setting(slug)
    may_change = access.ROLLOUT.held_by(request.user)
    form = WhereForm(_districts(), setting, request.POST or None) if may_change else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and _changed(request, slug, setting, form):
            messages.success(request, _("Ändringen är sparad."))
            return redirect("city:rollout", slug)
    row = Rollout.objects.filter(service=slug).first()
    steps, current = _steps(row)
    waiting = any(one.begun_at is None for one in steps)
    waits = ramps.waits(row, current, clock.now()) if row and current and waiting and not row.stopped else None
    context = {
        "service": about,
        "now": rollout_words.sentence(setting, why=row.stopped_why if row else "", stopped_at=row.stopped_at if row else None),
        "narrowed": rollout_words.narrowed(setting) if setting else [],
        "stopped": bool(setting and setting.stopped),
        "ended": bool(setting and setting.ends and setting.ends <= clock.now()),
        "steps": rollout_words.timeline(steps, waits),
        "waiting": waiting,
        "approve": current.number if current and waits and waits.approval else None,
        "form": form,
    }
    return render(request, "city/rollout.html", context)


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
    about, districts = _about(slug), _districts()
    rows, current = _steps(Rollout.objects.filter(service=slug).first())
    form = StepsForm(districts, request.POST or None, initial=filled(rows, districts))
    if request.method == "POST" and form.is_valid():
        try:
            ramps.plan_steps(request.user, slug, form.steps)  # type: ignore[arg-type]
        except ValidationError as fault:
            form.add_error(None, fault.messages)  # pyright: ignore[reportArgumentType]
        else:
            messages.success(request, _("Stegen är sparade."))
            return redirect("city:rollout", slug)
    return render(request, "city/rollout_steps.html", {"service": about, "form": form, "begun": current is not None})


@needs(access.ROLLOUT)
@require_POST
def drop_steps(request: HttpRequest, slug: str) -> HttpResponse:
    """Stay where it is."""
    _about(slug)
    if Rollout.objects.filter(service=slug).exists():
        ramps.drop_steps(request.user, slug)  # type: ignore[arg-type]
        messages.success(request, _("Stegen som inte hade börjat är borttagna. Tjänsten är på där den är."))
    return redirect("city:rollout", slug)


@needs(access.FOLLOW_ROLLOUT)
@require_POST
def approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The step in force has gone well."""
    _about(slug)
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
    _about(slug)
    ramps.stop(request.user, slug)  # type: ignore[arg-type]
    messages.success(request, _("Tjänsten är stoppad. Ångra överst på sidan om det blev fel."))
    return redirect("city:rollout", slug)


@needs(access.FOLLOW_ROLLOUT)
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo a stop."""
    _about(slug)
    try:
        ramps.start(request.user, slug)  # type: ignore[arg-type]
    except (ValidationError, Rollout.DoesNotExist) as fault:
        said = fault.messages if isinstance(fault, ValidationError) else [_("Tjänsten är redan på.")]
        messages.error(request, " ".join(said))
    else:
        messages.success(request, _("Tjänsten är på igen, där den var."))
    return redirect("city:rollout", slug)
