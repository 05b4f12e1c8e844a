"""The tool that keeps the English catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from stadig.config import texts, translations

TEMPLATE = """{% extends "ui/resident.html" %}
{% block content %}
<h1>{% translate "Tömningar idag" %}</h1>
{% blocktranslate trimmed count n=bins|length %}
  En korg väntar i {{ place }}.
{% plural %}
  {{ n }} korgar väntar i {{ place }}.
{% endblocktranslate %}
<c-panel :title="_('100 % full')" lead="{% translate 'Så här ser det ut' context 'panel' %}">
{{ _("Ett värde")|lower }}
</c-panel>
{% comment %}{% translate "Syns inte" %}{% endcomment %}
{% endblock %}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source tree with one room, ``bins``."""
    room = tmp_path / "src" / "stadig" / "bins"
    (room / "templates" / "bins").mkdir(parents=True)
    (room / "apps.py").write_text("")
    (room / "templates" / "bins" / "list.html").write_text(TEMPLATE)
    (room / "views.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext\n"
        'A = _("Hej %(name)s")\nB = ngettext("{n} korg", "{n} korgar", 2)\nC = pgettext("månad", "mars")\n'
    )
    return tmp_path / "src" / "stadig"


def translate(source: Path, english: dict[str, str]) -> None:
    path = translations.catalogue_path("bins", source)
    text = path.read_text()
    for swedish, word in english.items():
        text = text.replace(f'{swedish}\nmsgstr ""', f'{swedish}\nmsgstr "{word}"')
    path.write_text(text)


def test_marked_texts_are_found_in_python_and_templates_as_django_looks_them_up(source: Path) -> None:
    found = {item.text.singular: item.text for item in translations.extract("bins", source)}
    assert set(found) == {
        "Tömningar idag",
        "En korg väntar i %(place)s.",
        "100 %% full",
        "Så här ser det ut",
        "Ett värde",
        "Hej %(name)s",
        "{n} korg",
        "mars",
    }
    assert found["En korg väntar i %(place)s."].plural == "%(n)s korgar väntar i %(place)s."
    assert found["Så här ser det ut"].context == "panel"
    assert found["mars"].context == "månad"
    assert found["100 %% full"].line == 9


def test_update_keeps_the_english_we_have_and_says_how_many_are_missing(source: Path) -> None:
    assert translations.update("bins", source) == 8
    translate(source, {'msgid "Tömningar idag"': "Emptied today"})
    assert translations.update("bins", source) == 7
    assert 'msgstr "Emptied today"' in translations.catalogue_path("bins", source).read_text()
    before = translations.catalogue_path("bins", source).read_bytes()
    translations.update("bins", source)
    assert translations.catalogue_path("bins", source).read_bytes() == before, "a second update changes nothing"


def test_check_names_the_file_and_line_of_what_lacks_english(source: Path) -> None:
    translations.update("bins", source)
    assert "src/stadig/bins/templates/bins/list.html:3: no English: “Tömningar idag”" in translations.check("bins", source)


def test_check_finds_placeholders_that_differ(source: Path) -> None:
    translations.update("bins", source)
    translate(source, {'msgid "Hej %(name)s"': "Hello %(nome)s"})
    assert any("placeholders differ" in fault and "Hej" in fault for fault in translations.check("bins", source))


def test_check_finds_what_was_never_put_in_the_catalogue_and_what_is_no_longer_used(source: Path) -> None:
    translations.update("bins", source)
    (source / "bins" / "views.py").write_text("from django.utils.translation import gettext\nA = gettext('Ny')\n")
    faults = translations.check("bins", source)
    assert any("not in the catalogue" in fault and "“Ny”" in fault for fault in faults)
    assert any("no longer used" in fault and "mars" in fault for fault in faults)


def test_check_finds_text_outside_translation(source: Path) -> None:
    page = source / "bins" / "templates" / "bins" / "list.html"
    page.write_text(
        '<p class="{% if a %}big{% endif %}">\n  Tomt här</p><img alt="En korg"><c-icon name="trash-2" />'
        "<script>var word = 1;</script><p>12 km {{ x }}</p><b translate='no'>English <i>too</i></b>"
    )
    bare = texts.bare_in_template(page.read_text())
    assert [(item.line, item.text, item.where) for item in bare] == [(2, "Tomt här", ""), (2, "En korg", "alt")]
    assert "src/stadig/bins/templates/bins/list.html:2: not marked for translation, in alt: En korg" in translations.check(
        "bins", source
    )


def test_compile_writes_what_django_reads_and_only_when_newer(source: Path) -> None:
    translations.update("bins", source)
    translate(source, {'msgid "Tömningar idag"': "Emptied today"})
    assert translations.compile_catalogue("bins", source)
    assert not translations.compile_catalogue("bins", source)
    with open(translations.catalogue_path("bins", source).with_suffix(".mo"), "rb") as file:
        assert read_mo(file).get("Tömningar idag").string == "Emptied today"


def test_rooms_that_disagree_are_told(source: Path) -> None:
    translations.update("bins", source)
    translate(source, {'msgid "Ett värde"': "A value"})
    other = translations.catalogue_path("work", source)
    other.parent.mkdir(parents=True)
    other.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Ett värde"\nmsgstr "One value"\n'
    )
    assert len(translations.disagreements(["bins", "work"], source)) == 1


def test_every_room_of_the_house_speaks_english() -> None:
    """What `make check` asks of the whole program."""
    names = translations.rooms()
    faults = [fault for room in names for fault in translations.check(room)] + translations.disagreements(names)
    assert not faults, "\n".join(faults[:40])
