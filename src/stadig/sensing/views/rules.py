"""Alarm rules: the list, a new one, a change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city.permissions import needs
from stadig.sensing import access, actions, queries
from stadig.sensing.forms import RuleForm, initial_of
from stadig.sensing.models import AlarmRule
from stadig.sensing.views import rows
from stadig.sensing.views.who import who


@needs(access.VIEW)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    may_manage = access.MANAGE.held_by(request.user)
    return render(request, "sensing/rules.html", {"rules": rows.rules(queries.rules(), may_manage), "may_manage": may_manage})


@needs(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rule = actions.create_rule(who(request), AlarmRule(**form.values()))
        messages.success(request, _("Regeln %(name)s används nu. Det som redan är fel larmar strax.") % {"name": rule.name})
        return redirect("sensing:rules")
    return render(request, "sensing/rule.html", {"form": form})


@needs(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    rule = queries.rule(rule_id)
    if rule is None:
        raise Http404
    form = RuleForm(request.POST or None, initial=initial_of(rule))
    if rule.datastream is not None:
        del form.fields["observed_property"]
    if request.method == "POST" and form.is_valid():
        form.cleaned_data.setdefault("observed_property", None)
        kept = AlarmRule.objects.select_related("datastream").get(pk=rule_id)
        values: dict[str, Any] = form.values() | {"datastream": kept.datastream}
        actions.update_rule(who(request), kept, **values)
        messages.success(request, _("Regeln är ändrad. Larm från den gamla regeln är stängda."))
        return redirect("sensing:rules")
    return render(request, "sensing/rule.html", {"form": form, "name": rule.name, "datastream": rule.datastream})
