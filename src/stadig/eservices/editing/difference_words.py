"""What differs from what is published, in words: for the one who is to say yes to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from stadig.eservices import comparing
from stadig.eservices.comparing import ADDED, CHANGED, MOVED, REMOVED, Change
from stadig.eservices.editing import kind_words, spots
from stadig.eservices.editing.text_forms import name_of
from stadig.eservices.package import Info, Package
from stadig.eservices.placing import name_of as name_of_part
from stadig.eservices.placing import parts_of

MOST_QUOTED: Final = 160


class Difference(NamedTuple):
    """One difference: a sentence, and the old and the new words where that is what changed."""

    said: str
    before: str = ""
    after: str = ""


THINGS: Final[Mapping[tuple[str, str], Any]] = {
    ("step", ADDED): gettext_lazy("Steget ”%(name)s” är nytt."),
    ("step", REMOVED): gettext_lazy("Steget ”%(name)s” är borttaget."),
    ("step", MOVED): gettext_lazy("Stegen står i en annan ordning."),
    ("question", ADDED): gettext_lazy("Frågan ”%(name)s” är ny."),
    ("question", REMOVED): gettext_lazy("Frågan ”%(name)s” är borttagen."),
    ("question", CHANGED): gettext_lazy("Frågan ”%(name)s” besvaras på ett annat sätt."),
    ("question", MOVED): gettext_lazy("Frågan ”%(name)s” står i ett annat steg."),
    ("rule", ADDED): gettext_lazy("”%(name)s” har fått ett villkor."),
    ("rule", REMOVED): gettext_lazy("”%(name)s” har inget villkor längre."),
    ("rule", CHANGED): gettext_lazy("”%(name)s” har ett annat villkor."),
    ("status", ADDED): gettext_lazy("Statusen ”%(name)s” är ny."),
    ("status", REMOVED): gettext_lazy("Statusen ”%(name)s” är borttagen."),
    ("status", CHANGED): gettext_lazy("Statusen ”%(name)s” betyder något annat."),
    ("transition", ADDED): gettext_lazy("En väg mellan två statusar är ny: %(name)s."),
    ("transition", REMOVED): gettext_lazy("En väg mellan två statusar är borttagen: %(name)s."),
    ("transition", CHANGED): gettext_lazy("En väg mellan två statusar är ändrad: %(name)s."),
    ("deadline", ADDED): gettext_lazy("Tiden ”%(name)s” är ny."),
    ("deadline", REMOVED): gettext_lazy("Tiden ”%(name)s” är borttagen."),
    ("deadline", CHANGED): gettext_lazy("Tiden ”%(name)s” är ändrad."),
    ("decision", ADDED): gettext_lazy("Beslutet ”%(name)s” är nytt."),
    ("decision", REMOVED): gettext_lazy("Beslutet ”%(name)s” är borttaget."),
    ("decision", CHANGED): gettext_lazy("Beslutet ”%(name)s” är ändrat."),
    ("scenario", ADDED): gettext_lazy("Ett prov är nytt: %(name)s."),
    ("scenario", REMOVED): gettext_lazy("Ett prov är borttaget: %(name)s."),
    ("scenario", CHANGED): gettext_lazy("Ett prov är ändrat: %(name)s."),
}
FIELDS: Final[Mapping[str, Any]] = {
    "handling_days": gettext_lazy("Dagar det tar som mest"), "login": gettext_lazy("Inloggning"), "audience": gettext_lazy("För vem"),
    "legal_basis": gettext_lazy("Lagstöd"), "data_basis": gettext_lazy("Rättslig grund"), "data_kept": gettext_lazy("Hur länge uppgifterna sparas"),
    "channels": gettext_lazy("Hur man kan lämna in"), "handled_in": gettext_lazy("Var ärendena handläggs"), "open_from": gettext_lazy("Öppnar"),
    "open_until": gettext_lazy("Sista dag"), "again": gettext_lazy("Förra svaren fylls i"), "languages": gettext_lazy("Tjänstens språk"),
    "icon": gettext_lazy("Bild"), "licence": gettext_lazy("Licens"), "publisher": gettext_lazy("Utgivare"),
    "series": gettext_lazy("Bokstäver i ärendets nummer"), "committee": pgettext_lazy("fält", "Nämnd"), "unit": gettext_lazy("Enhet"),
    "klassa": "Klassa", "keep": gettext_lazy("Bevara eller gallra"), "confidentiality": gettext_lazy("Sekretess"),
    "first": gettext_lazy("Status för nya ärenden"), "file": gettext_lazy("Sorts ärende"), "work": gettext_lazy("Blir arbetsorder"),
    "signing": gettext_lazy("Underskrifter"),
}  # fmt: skip


def differences(before: Package, after: Package, language: str) -> list[Difference]:
    """Every difference but the version's number, in the order of the form."""
    return [one for change in comparing.compare(before, after) for one in _said(change, before, after, language)]


def _said(change: Change, before: Package, after: Package, language: str) -> Iterator[Difference]:
    if change.what in ("service", "case"):
        yield from _fields(change)
    elif change.what == "text":
        yield _text(change, before, after, language)
    elif frame := THINGS.get((change.what, change.how)):
        yield Difference(str(frame) % {"name": _name(change, after if change.how != REMOVED else before, language)})


def _fields(change: Change) -> Iterator[Difference]:
    name = change.name
    if name != "version":
        yield Difference(str(FIELDS.get(name, name)), _short(_value(name, change.before)), _short(_value(name, change.after)))


WORDS: Final = {
    "audience": kind_words.AUDIENCES, "channels": kind_words.CHANNELS, "login": kind_words.LOGINS, "handled_in": kind_words.HANDLED,
    "file": kind_words.FILES,
}  # fmt: skip


def _value(name: str, value: Any) -> str:
    words = {one.value: str(one.label) for one in WORDS.get(name, ())}
    if isinstance(value, list | tuple):
        return ", ".join(words.get(str(one), str(one)) for one in value)
    if isinstance(value, bool):
        return _("Ja") if value else _("Nej")
    return "" if value is None else words.get(str(value), str(value))


def _text(change: Change, before: Package, after: Package, language: str) -> Difference:
    written, _sep, key = change.name.partition(": ")
    package = before if change.how == REMOVED else after
    spot = spots.spot_of_text(key, package)
    said = _("Text på %(language)s: %(thing)s") % {"language": name_of(written), "thing": thing(package, spot, language)}
    return Difference(said, _short(change.before), _short(change.after))


def thing(package: Package, spot: spots.Spot, language: str) -> str:
    """What something is called in a package."""
    if spot.kind == "part":
        for _place, part in parts_of(package):
            if name_of_part(part) == spot.id:
                key = f"info.{part.id}" if isinstance(part, Info) else f"question.{part.path.replace('[]', '')}.label"
                return f"”{package.text(key, language)}”"
    key = {"step": "title", "status": "name", "decision": "name"}.get(spot.kind)
    if key:
        return f"”{package.text(f'{spot.kind}.{spot.id}.{key}', language) or spot.id}”"
    return _("om tjänsten") if spot.kind == "service" else _("handläggningen")


def _name(change: Change, package: Package, language: str) -> str:
    name = change.name
    if change.what == "rule":
        name = name.rpartition(" ")[0]
    if change.what == "transition":
        return " → ".join(package.text(f"status.{one}.name", language) or one for one in name.split(" → "))
    keys = {"status": f"status.{name}.name", "decision": f"decision.{name}.name", "deadline": f"deadline.{name}"}
    if change.what in keys:
        return package.text(keys[change.what], language) or name
    if change.what == "step" or name.startswith("step."):
        return package.text(f"step.{name.removeprefix('step.')}.title", language) or name
    if name.startswith("info."):
        return _short(package.text(name, language)) or name
    key = name.replace("[]", "")
    return package.text(f"question.{key}.label", language) or package.text(f"computed.{key}.label", language) or name


def _short(value: Any) -> str:
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"
