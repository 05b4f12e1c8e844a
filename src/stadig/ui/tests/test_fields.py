"""A field that no one has filled in is drawn once, and never as another one."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from stadig.ui.templatetags import fields
from stadig.ui.tests.test_widgets import Everything


class Asked(forms.Form):
    name = forms.CharField(label=_("Namn"), help_text="Som i <folkbokföringen>", required=False)
    how = forms.ChoiceField(choices=[("a", _("Namn")), ("b", "B")], widget=forms.RadioSelect)


@pytest.fixture(autouse=True)
def nothing_remembered():
    fields._remembered.clear()


def anew(form: forms.Form, name: str, **options: str) -> str:
    fields._remembered.clear()
    return fields.field(form[name], **options)


@pytest.mark.parametrize("name", Everything.base_fields)
def test_a_field_drawn_again_is_the_same(name):
    first = fields.field(Everything()[name])
    assert fields.field(Everything()[name]) == first
    assert anew(Everything(), name) == first


def test_a_field_with_nothing_after_it_holds_no_place():
    assert "\0" not in fields.field(Asked()["name"])
    assert fields.field(Asked()["name"], slot=mark_safe("<hr>")).count("<hr>") == 1
    assert "<hr>" not in fields.field(Asked()["name"])


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.fields["name"].widget.attrs.update(maxlength=3),
        lambda form: form.fields["name"].widget.attrs.update(maxlength=True),
        lambda form: setattr(form.fields["name"], "required", True),
        lambda form: setattr(form.fields["name"], "disabled", True),
        lambda form: setattr(form.fields["name"], "label", "Annat"),
        lambda form: setattr(form.fields["name"], "help_text", mark_safe("Som i <b>folkbokföringen</b>")),
        lambda form: form.initial.update(name="Leila"),
        lambda form: setattr(form, "prefix", "p"),
        lambda form: setattr(form, "auto_id", "x_%s"),
        lambda form: setattr(form.fields["name"], "widget", forms.Textarea()),
    ],
)
def test_whatever_differs_is_drawn_as_it_is(change):
    before = fields.field(Asked()["name"])
    changed, fresh = Asked(), Asked()
    change(changed)
    change(fresh)
    assert fields.field(changed["name"]) == anew(fresh, "name") != before


def test_safe_text_is_never_taken_for_plain_text():
    plain, safe = Asked(initial={"name": "&amp;"}), Asked(initial={"name": mark_safe("&amp;")})
    assert fields.field(plain["name"]) != fields.field(safe["name"])


def test_other_choices_are_another_field():
    class Other(Asked):
        how = forms.ChoiceField(choices=[("a", "A"), ("c", "C")], widget=forms.RadioSelect)

    assert fields.field(Asked()["how"]) != fields.field(Other()["how"]) == anew(Other(), "how")


def test_each_language_has_its_own():
    swedish = fields.field(Asked()["name"])
    with translation.override("en"):
        assert "optional" in fields.field(Asked()["name"]) != swedish


def test_what_someone_typed_is_not_kept():
    filled = fields.field(Asked({"name": "Leila"})["name"])
    assert "Leila" in filled
    assert not fields._remembered
