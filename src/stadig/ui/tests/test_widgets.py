"""Controls written directly are the same as Django's own."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from stadig.ui.widgets import Renderer

CHOICES = [("a", "A & B"), ("Group <1>", [(1, "One"), (2, "Two")]), ('"', "Quote")]


class Everything(forms.Form):
    text = forms.CharField(max_length=20, initial='<b> "x" &', widget=forms.TextInput(attrs={"data-x": mark_safe("&amp;")}))
    email = forms.EmailField()
    secret = forms.CharField(widget=forms.PasswordInput)
    number = forms.IntegerField(min_value=0, max_value=1000, initial=1000)
    part = forms.FloatField(initial=0.5, localize=False)
    day = forms.DateField()
    hidden = forms.CharField(widget=forms.HiddenInput, initial="'")
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "autofocus": True, "disabled": False}), initial="</textarea>")
    yes = forms.BooleanField(initial=True)
    one = forms.ChoiceField(choices=CHOICES, initial="a")
    many = forms.MultipleChoiceField(choices=CHOICES, initial=["2", '"'])
    radio = forms.ChoiceField(choices=[("x", "<x>"), ("y", "y")], widget=forms.RadioSelect, initial="y")
    boxes = forms.MultipleChoiceField(choices=[("x", "<x>"), ("y", "y")], widget=forms.CheckboxSelectMultiple)
    file = forms.FileField()
    address = forms.URLField()


def plain(html: str) -> str:
    return re.sub(r"\s+(?=<)|(?<=>)\s+", "", html)


@pytest.mark.parametrize("data", [None, {"text": "<i>", "one": "1", "yes": "on", "long": "", "number": "abc", "boxes": ["y"]}])
@pytest.mark.parametrize("name", Everything.base_fields)
def test_a_control_is_what_django_would_write(name, data):
    ours, djangos = (str(Everything(data, renderer=renderer())[name]) for renderer in (Renderer, DjangoTemplates))
    assert plain(ours) == plain(djangos)


@pytest.mark.parametrize("name", ["radio", "boxes"])
def test_an_option_alone_is_what_django_would_write(name):
    ours, djangos = ([one.tag() for one in Everything(renderer=renderer())[name]] for renderer in (Renderer, DjangoTemplates))
    assert [plain(one) for one in ours] == [plain(one) for one in djangos]
