"""What an administrator does: users and roles, services, roll-out."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city import access, actions, clock, costs, given_words, permissions, queries, rollout, rollout_words
from stadig.city.forms import NewUser, ServiceCostForm, ServiceSetting, WithRole
from stadig.city.models import RoleAssignment, Service, User
from stadig.city.permissions import needs


def _fault(form: forms.Form, fault: ValidationError) -> None:
    """Put a verb's refusal at the fields it names."""
    if hasattr(fault, "error_dict"):
        for name, errors in fault.error_dict.items():  # pyright: ignore[reportOptionalMemberAccess]
            form.add_error(name if name in form.fields else None, errors)  # pyright: ignore[reportArgumentType]
    else:
        form.add_error(None, fault)


@needs(access.USERS)
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """Everyone who works here, with their roles."""
    query = request.GET.get("q", "")
    page, rows = queries.staff_page(query, request.GET.get("page"))
    return render(request, "city/users.html", {"page": page, "rows": rows, "query": query})


@needs(access.USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    """Make a staff account; its owner sets a password through *Glömt lösenordet*."""
    form = NewUser(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.create_user(request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as fault:
            _fault(form, fault)
        else:
            messages.success(request, _("Kontot finns nu. Ge det en roll."))
            return redirect("city:user", user.pk)
    return render(request, "city/user_new.html", {"form": form})


@needs(access.USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One staff member: roles, and whether they may log in."""
    shown = queries.staff(pk)
    if shown is None:
        raise Http404
    form = WithRole(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.assign_role(request.user, shown, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Rollen är given."))
        return redirect("city:user", pk)
    held = queries.roles_of(shown)
    return render(request, "city/user.html", {"shown": shown, "held": held, "form": form})


@needs(access.USERS)
@require_POST
def remove_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role back."""
    held = get_object_or_404(RoleAssignment, pk=pk)
    try:
        actions.remove_role(request.user, pk)  # type: ignore[arg-type]
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    else:
        messages.success(request, _("Rollen är borttagen."))
    return redirect("city:user", held.user_id)


@needs(access.USERS)
@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Let someone log in, or stop them and end their sessions."""
    shown = get_object_or_404(User, pk=pk, is_staff=True)
    if shown == request.user:
        messages.error(request, _("Du kan inte stänga av ditt eget konto. Be en annan administratör."))
    else:
        actions.set_active(request.user, shown, request.POST.get("active") == "1")  # type: ignore[arg-type]
    return redirect("city:user", pk)


@needs(access.USERS)
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every permission and the roles that hold it."""
    return render(request, "city/roles.html", {"rows": permissions.rows()})


@needs(access.SERVICES)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """All services and how they run."""
    return render(request, "city/services_admin.html", {"rows": queries.service_rows()})


@needs(access.SERVICES)
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """One service: status, owner, phone, other ways; pause it with a message."""
    shown = get_object_or_404(Service.objects.select_related("owner"), slug=slug)
    fields = ServiceSetting.Meta.fields
    form = ServiceSetting(request.POST or None, initial={name: getattr(shown, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        actions.change_service(request.user, slug, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Ändringen är sparad."))
        return redirect("city:service-admin", slug)
    return _service_page(request, shown, form, ServiceCostForm())


def _service_page(request: HttpRequest, shown: Service, form: ServiceSetting, cost: ServiceCostForm) -> HttpResponse:
    where = rollout_words.sentence(rollout.setting(shown.slug))
    told = costs.history(shown.slug)
    context = {
        "service": shown,
        "form": form,
        "where": where,
        "cost_form": cost,
        "costs": [given_words.cost_row(one) for one in told],
        "cost_now": given_words.cost_said(costs.in_force(told, clock.today())),
    }
    return render(request, "city/service_admin.html", context)


@needs(access.SERVICES)
@require_POST
def service_cost(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what a service costs a year, from a day."""
    shown = get_object_or_404(Service.objects.select_related("owner"), slug=slug)
    form = ServiceCostForm(request.POST)
    if form.is_valid():
        try:
            costs.say(request.user, slug, **form.cleaned_data)  # type: ignore[arg-type]
        except ValidationError as fault:
            _fault(form, fault)
        else:
            messages.success(request, _("Kostnaden är sparad. Det som stod förut finns kvar nedanför."))
            return redirect("city:service-admin", slug)
    fields = ServiceSetting.Meta.fields
    return _service_page(request, shown, ServiceSetting(initial={name: getattr(shown, name) for name in fields}), form)


@needs(access.SERVICES)
@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Pause a service, or start it again."""
    shown = get_object_or_404(Service, slug=slug)
    if shown.paused:
        actions.resume_service(request.user, slug)  # type: ignore[arg-type]
        messages.success(request, _("Tjänsten är i gång igen."))
        return redirect("city:service-admin", slug)
    try:
        actions.pause_service(request.user, slug, request.POST.get("message", ""))  # type: ignore[arg-type]
        messages.success(request, _("Tjänsten är pausad. Sidan visar de andra vägarna."))
    except ValidationError:
        messages.error(request, _("Skriv varför tjänsten är pausad. Texten syns för alla."))
    return redirect("city:service-admin", slug)
