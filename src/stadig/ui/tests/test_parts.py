"""Parts of a page: drawn once for the same values, and never with more than they were given."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import override

from stadig.ui import parts


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    text: str


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    """The names of the templates that were really drawn, in order."""
    parts.forget()
    names: list[str] = []
    templates = {
        "row": Template('<li class="{{ row.kind }}">{{ row.text }} {% translate "Stäng" %}</li>'),
        "word": Template("<b>{{ word }}{{ request.path }}{{ user }}</b>"),
    }

    class Found:
        def __init__(self, name: str) -> None:
            self.template = self
            self.name = name

        def render(self, context: Context) -> str:
            names.append(self.name)
            return templates[self.name].render(context)

    monkeypatch.setattr(parts, "get_template", Found)
    yield names
    parts.forget()


def page(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_the_same_values_are_drawn_once(drawn):
    rows = [Row("a", "ett"), Row("b", "två"), Row("a", "ett")]
    html = page('{% parts "row" rows %}', rows=rows)
    assert html.count("<li") == 3
    assert page('{% parts "row" rows %}', rows=list(rows)) == html
    assert len(drawn) == 2


def test_another_language_is_another_part(drawn):
    with override("sv"):
        swedish = page('{% part "row" row=row %}', row=Row("a", "x"))
    with override("en"):
        english = page('{% part "row" row=row %}', row=Row("a", "x"))
    assert swedish != english
    assert len(drawn) == 2


def test_a_part_sees_only_what_it_was_given():
    assert page('{% part "word" word="ja" %}', request="secret", user="secret") == "<b>ja</b>"


def test_text_is_escaped_and_safe_text_is_refused():
    assert "&lt;i&gt;" in page('{% part "word" word=word %}', word="<i>")
    with pytest.raises(TypeError, match="word is a SafeString"):
        parts.draw("word", word=mark_safe("<u>"))
    with pytest.raises(TypeError, match=r"row\.text is a SafeString"):
        parts.draw("row", row=Row("a", mark_safe("<u>")))
    with pytest.raises(TypeError, match="SafeString"):
        parts.draw("row", row=(Row("a", mark_safe("<u>")),))


def test_a_value_may_have_any_name(drawn):
    assert parts.draw("word", name="x", word="ja") == "<b>ja</b>"


def test_what_cannot_be_told_apart_later_is_refused():
    with pytest.raises(TypeError, match="unhashable"):
        parts.draw("word", word=["ja"])
    with override_settings(DEBUG=True), pytest.raises(TypeError, match="unhashable"):
        parts.draw("word", word=["ja"])


def test_while_developing_each_part_is_drawn_anew(drawn):
    with override_settings(DEBUG=True):
        parts.draw("word", word="ja")
        parts.draw("word", word="ja")
    assert drawn == ["word", "word"]
