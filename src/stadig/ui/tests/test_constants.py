"""Constant tags say what Django's own say; the frame's places are filled anew for each request."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString
from django.utils.translation import override

from stadig.ui import parts
from stadig.ui.escape import escaped

DJANGO = Engine(libraries={"i18n": "django.templatetags.i18n"})


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "tag",
    [
        '{% translate "Hjälp" %}',
        "{% trans 'Logga ut' %}",
        '{% translate "100 % <b>" %}',
        '{% translate "Hjälp" as word %}{{ word }}',
        '{% translate "Hjälp"|upper %}',
        "{% translate word %}",
        "{% url 'help' %}",
        '{% url "city:service" "a-b" %}',
        '{% url "city:service" slug %}',
        '{% url "city:service" slug|default:"a&b" %}',
        "{% url 'help' as address %}{{ address }}",
        "{% url 'no-such' as address %}{{ address }}",
    ],
)
def test_a_constant_is_what_django_would_write(tag, language):
    with override(language):
        ours = Template(tag).render(Context({"word": "Hjälp", "slug": SafeString("a-b")}))
        assert ours == DJANGO.from_string("{% load i18n %}" + tag).render(Context({"word": "Hjälp", "slug": SafeString("a-b")}))


def test_a_place_is_filled_for_each_request_and_escaped(monkeypatch):
    monkeypatch.setattr(
        parts, "get_template", lambda name: type("T", (), {"template": Template('{% place "here" %}|{{ word }}')})
    )
    parts.forget()
    for address, shown in (("/a/?q=1&w=2", "/a/?q=1&amp;w=2"), ("/b/", "/b/")):
        context = Context({"request": RequestFactory().get(address)})
        assert Template('{% framed "x" word="ja" %}').render(context) == f"{shown}|ja"
    parts.forget()


def test_a_form_in_a_part_gets_the_number_of_its_own_page(monkeypatch):
    monkeypatch.setattr(parts, "get_template", lambda name: type("T", (), {"template": Template("{% place 'once' %}")}))
    parts.forget()
    drawn = [Template('{% framed "x" %}').render(Context({"once": number})) for number in ("a-1", "a-2", "<")]
    assert drawn == ["a-1", "a-2", "&lt;"]
    parts.forget()


def test_what_is_safe_already_is_not_escaped_again():
    assert [escaped("<a>"), escaped(SafeString("<a>")), escaped(7)] == ["&lt;a&gt;", "<a>", "7"]
