"""The fields of the form, written directly: Django's own way of drawing a field costs more than the rest of the page.

Every text goes through :func:`django.utils.html.escape`. A hint and a fault are bound to their field with ``aria-describedby``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.urls import reverse
from django.utils.html import conditional_escape as esc
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.eservices.pages import MOST_LISTED, MOST_RADIOS, Ask, Group, SentFile, Shown, Sum, Told
from stadig.files.models import FileState
from stadig.ui import formatting
from stadig.ui.templatetags.ui import icon

TYPES: Final = {"email": "email", "phone": "tel", "date": "date", "time": "time", "month": "month"}
INPUT_MODES: Final = {"integer": "numeric", "number": "decimal", "money": "decimal", "personnummer": "numeric"}
NARROW: Final = frozenset({"integer", "number", "money", "date", "time", "month", "personnummer", "organisation_number", "phone"})
PARTS: Final = {
    "street": gettext_lazy("Gata och nummer"),
    "postcode": gettext_lazy("Postnummer"),
    "city": gettext_lazy("Ort"),
    "co": gettext_lazy("c/o"),
    "text": gettext_lazy("Beskriv platsen"),
}
AUTOCOMPLETE: Final = {"street": "address-line1", "postcode": "postal-code", "city": "address-level2"}
GROUPS: Final = frozenset({"yes_no", "choices"})


def slot(place: str, shown: Shown, *, outside: bool = False) -> str:
    """A place in the page with what stands in it. ``outside`` marks it to be put into a page that is open already."""
    swap = ' hx-swap-oob="true"' if outside else ""
    told = f'<input type="hidden" name="_slots" value="{esc(place)}">' if shown is not None else ""
    return f'<div class="slot" id="{esc(place)}"{swap}>{draw(shown)}{told}</div>'


def draw(shown: Shown) -> str:
    """A question, a text or a repeated group; nothing for what is hidden."""
    if shown is None:
        return ""
    if isinstance(shown, Told):
        because = _folded(_("Varför visas det här?"), shown.why)
        return f'<div class="told">{icon("info")}<p>{esc(shown.text)}</p></div>{because}'
    return _group(shown) if isinstance(shown, Group) else _ask(shown)


def _ask(ask: Ask) -> str:
    asked = f'<input type="hidden" name="_q" value="{esc(ask.path)}">'
    if ask.kind in GROUPS or (ask.kind == "choice" and len(ask.options) <= MOST_RADIOS):
        return asked + _choices(ask)
    if ask.kind == "consent":
        return asked + _consent(ask)
    if ask.kind == "file":
        return asked + _files(ask)
    if ask.parts:
        return asked + _place(ask)
    return asked + _single(ask)


def _optional(ask: Ask) -> str:
    return "" if ask.required else f' <span class="optional">({esc(_("frivilligt"))})</span>'


def _err(ask: Ask) -> str:
    return " err" if ask.error else ""


def _above(ask: Ask) -> str:
    """The hint and the fault, between label and field."""
    hint = f'<span class="hint" id="{ask.id}-hint">{esc(ask.hint)}</span>' if ask.hint else ""
    fault = f'<p class="msg" id="{ask.id}-error">{icon("circle-alert")}<span>{esc(ask.error)}</span></p>' if ask.error else ""
    return hint + fault


def _below(ask: Ask) -> str:
    return _folded(_("Mer om frågan"), ask.text) + _folded(_("Varför frågar vi?"), ask.why)


def _folded(summary: str, text: str) -> str:
    """A text that is opened when it is wanted."""
    if not text:
        return ""
    return f'<details class="ds-details aside"><summary>{esc(summary)}</summary><div>{esc(text)}</div></details>'


def _described(ask: Ask, *more: str) -> str:
    ids = [f"{ask.id}-hint"] * bool(ask.hint) + [f"{ask.id}-error"] * bool(ask.error) + list(more)
    return f' aria-describedby="{" ".join(ids)}"' if ids else ""


def _state(ask: Ask) -> str:
    return (' aria-required="true"' if ask.required else "") + (' aria-invalid="true"' if ask.error else "")


def _single(ask: Ask) -> str:
    control = _control(ask)
    if ask.unit:
        control = f'<div class="unit">{control}<span id="{ask.id}-unit">{esc(ask.unit)}</span></div>'
    label = f'<label class="l" for="{ask.id}">{esc(ask.label)}{_optional(ask)}</label>'
    return f'<div class="q{_err(ask)}">{label}{_above(ask)}{control}{_below(ask)}</div>'


def _control(ask: Ask) -> str:
    more = (f"{ask.id}-unit",) if ask.unit else ()
    common = f' id="{ask.id}" name="{esc(ask.path)}"{_described(ask, *more)}{_state(ask)}'
    if ask.kind == "long_text":
        return f'<textarea class="ds-input" rows="5"{common}>\n{esc(ask.value)}</textarea>'
    if ask.kind == "choice" and len(ask.options) <= MOST_LISTED:
        blank = f'<option value="">{esc(_("Välj"))}</option>'
        return f'<select class="ds-input"{common}>{blank}{"".join(_listed(ask))}</select>'
    if ask.kind == "choice":
        return _searched(ask, common)
    native = _native(ask)
    attributes = f' type="{native}"{common} value="{esc(ask.value)}"'
    attributes += f' autocomplete="{ask.autocomplete}"' if ask.autocomplete else ""
    attributes += f' inputmode="{INPUT_MODES[ask.kind]}"' if ask.kind in INPUT_MODES else ""
    attributes += ' spellcheck="false"' if ask.kind in ("email", "personnummer", "organisation_number", "property") else ""
    return f'<input class="ds-input{" narrow" if ask.kind in NARROW else ""}"{attributes}>'


def _native(ask: Ask) -> str:
    """The input's type. What a date field cannot show is shown as text, so that nothing typed is lost."""
    if ask.kind in ("date", "month", "time") and ask.error and ask.value:
        return "text"
    return TYPES.get(ask.kind, "text")


def _listed(ask: Ask) -> Iterable[str]:
    for one in ask.options:
        yield f'<option value="{esc(one.value)}"{" selected" if one.chosen else ""}>{esc(one.label)}</option>'


def _searched(ask: Ask, common: str) -> str:
    """Many options: the browser's own search among them, which needs no script. What is typed is matched by its words."""
    value = next((one.label for one in ask.options if one.chosen), ask.value)
    options = "".join(f'<option value="{esc(one.label)}"></option>' for one in ask.options)
    return (
        f'<input class="ds-input" type="text" list="{ask.id}-list" autocomplete="off"{common} value="{esc(value)}">'
        f'<datalist id="{ask.id}-list">{options}</datalist>'
    )


def _choices(ask: Ask) -> str:
    if ask.kind == "yes_no":
        answers = [("yes", _("Ja"), "", ask.value == "yes"), ("no", _("Nej"), "", ask.value == "no")]
    else:
        answers = [(one.value, one.label, one.hint, one.chosen) for one in ask.options]
    kind = "checkbox" if ask.kind == "choices" else "radio"
    drawn: list[str] = []
    for number, (value, label, hint, chosen) in enumerate(answers):
        own = ask.id if number == 0 else f"{ask.id}-{number}"
        small = f'<small id="{own}-small">{esc(hint)}</small>' if hint else ""
        described = f' aria-describedby="{own}-small"' if hint else ""
        drawn.append(
            f'<label class="opt" for="{own}"><input class="ds-input" type="{kind}" id="{own}" name="{esc(ask.path)}"'
            f' value="{esc(value)}"{" checked" if chosen else ""}{described}><span>{esc(label)}</span>{small}</label>'
        )
    legend = f"<legend>{esc(ask.label)}{_optional(ask)}</legend>"
    return f'<fieldset class="q{_err(ask)}"{_described(ask)}>{legend}{_above(ask)}<div class="opts">{"".join(drawn)}</div>{_below(ask)}</fieldset>'


def _consent(ask: Ask) -> str:
    box = (
        f'<input class="ds-input" type="checkbox" id="{ask.id}" name="{esc(ask.path)}" value="yes"'
        f"{' checked' if ask.value == 'yes' else ''}{_described(ask)}{_state(ask)}>"
    )
    return f'<div class="q{_err(ask)}">{_above(ask)}<label class="opt" for="{ask.id}">{box}<span>{esc(ask.label)}</span></label>{_below(ask)}</div>'


def _place(ask: Ask) -> str:
    """A place or an address: its fields under one heading. The map, which is the same answer, comes with JavaScript."""
    fields: list[str] = []
    for number, (name, label, value) in enumerate(ask.parts):
        own = ask.id if number == 0 else f"{ask.id}-{name}"
        if name in ("lon", "lat"):
            fields.append(f'<input type="hidden" id="{own}" name="{esc(ask.path)}.{name}" value="{esc(value)}" data-{name}>')
            continue
        said = label or str(PARTS.get(name, name))
        auto = f' autocomplete="{AUTOCOMPLETE[name]}"' if ask.kind == "address" and name in AUTOCOMPLETE else ""
        extra = (_described(ask) + _state(ask)) if number == 0 else ""
        fields.append(
            f'<label class="l sub" for="{own}">{esc(said)}</label>'
            f'<input class="ds-input" type="text" id="{own}" name="{esc(ask.path)}.{esc(name)}" value="{esc(value)}"{auto}{extra}>'
        )
    picker = _picker(ask) if ask.kind == "place" and any(name == "lon" for name, _label, _value in ask.parts) else ""
    legend = f"<legend>{esc(ask.label)}{_optional(ask)}</legend>"
    return f'<fieldset class="q{_err(ask)}">{legend}{_above(ask)}<div class="parts">{"".join(fields)}</div>{picker}{_below(ask)}</fieldset>'


def _picker(ask: Ask) -> str:
    """The same place on a map, for those who have JavaScript; the text is enough by itself."""
    label = esc(_("Karta. Klicka där det är, eller flytta kartan med piltangenterna och välj mitten."))
    return (
        f'<figure class="mapbox pick-map"><div class="map-live" data-map data-base="{reverse("geo:base")}" data-label="{label}"'
        f' data-lon="{ask.id}-lon" data-lat="{ask.id}-lat" data-text="{ask.id}" hidden></div><figcaption class="map-legend row" data-pick-tools hidden>'
        f'<button type="button" class="ds-button" data-variant="secondary" data-pick-middle>{icon("map-pin")} {esc(_("Välj kartans mitt"))}</button>'
        f'<button type="button" class="linky" data-pick-none>{esc(_("Ta bort punkten"))}</button>'
        f'<span role="status" data-pick-said data-set="{esc(_("Platsen är utpekad."))}" data-words="{esc(_("Utpekad på kartan"))}" data-unset="{esc(_("Ingen plats är utpekad."))}"></span>'
        "</figcaption></figure>"
    )


def _files(ask: Ask) -> str:
    full = len(ask.files) >= ask.most
    several = " multiple" if ask.most > 1 else ""
    accept = f' accept="{esc(ask.accept)}"' if ask.accept else ""
    chooser = (
        f'<input class="ds-input" type="file" id="{ask.id}" name="{esc(ask.path)}"{several}{accept}{_described(ask)}{_state(ask)}>'
        f'<button type="submit" class="ds-button" data-variant="secondary" name="_do" value="upload:{esc(ask.path)}">'
        f'{icon("upload")} {esc(_("Lägg till"))}<span class="sr"> {esc(ask.label)}</span></button>'
    )
    enough = f'<p class="muted" id="{ask.id}" tabindex="-1">{esc(_("Det får inte plats fler filer här. Ta bort en om du vill byta."))}</p>'
    label = f'<label class="l" for="{ask.id}">{esc(ask.label)}{_optional(ask)}</label>'
    if full:
        label = f'<p class="l">{esc(ask.label)}{_optional(ask)}</p>'
    return f'<div class="q{_err(ask)}">{label}{_above(ask)}{_sent(ask)}{enough if full else f"""<div class="row choose">{chooser}</div>"""}{_below(ask)}</div>'


def _sent(ask: Ask) -> str:
    if not ask.files:
        return ""
    heading = f'<p class="sent-h">{esc(_("Skickas in:"))}</p>'
    return f'{heading}<ul class="sent">{"".join(_sent_file(ask.path, file) for file in ask.files)}</ul>'


def _sent_file(path: str, file: SentFile) -> str:
    state = f" · {esc(_('kontrolleras'))}" if file.state == FileState.QUARANTINED else ""
    if file.state == FileState.REJECTED:
        state = f' · <b class="danger">{esc(_("stoppad: ta bort den och välj en annan"))}</b>'
    return (
        f'<li>{icon("file-text")}<span>{esc(file.name)} <small class="muted">{esc(formatting.size(file.size))}{state}</small></span>'
        f'<button type="submit" class="linky" name="_do" value="unfile:{esc(path)}:{file.id}">{esc(_("Ta bort"))}'
        f'<span class="sr"> {esc(file.name)}</span></button></li>'
    )


def _group(group: Group) -> str:
    rows = "".join(
        f'<fieldset class="rowset" id="{group.id}-{row.number}" tabindex="-1"><legend>{esc(row.legend)}</legend><div class="asks">'
        f"{''.join(slot(place, shown) for place, shown in row.slots)}</div>{_remove(group, row.number) if row.removable else ''}</fieldset>"
        for row in group.rows
    )
    words = esc(group.add) or f'{esc(_("Lägg till"))}<span class="sr">: {esc(group.label)}</span>'
    add = (
        f'<p><button type="submit" class="ds-button" data-variant="secondary" name="_do" value="add:{esc(group.path)}" id="{group.id}">'
        f"{icon('plus')} {words}</button></p>"
    )
    full = f'<p class="muted" id="{group.id}" tabindex="-1">{esc(_("Det får inte plats fler här."))}</p>'
    hint = f'<p class="hint">{esc(group.hint)}</p>' if group.hint else ""
    fault = f'<p class="msg">{icon("circle-alert")}<span>{esc(group.error)}</span></p>' if group.error else ""
    return (
        f'<section class="group q{" err" if group.error else ""}"><h2 class="ds-heading" data-size="xs">{esc(group.label)}</h2>'
        f"{hint}{_folded(_('Varför frågar vi?'), group.why)}{fault}{rows}{add if group.may_add else full}</section>"
    )


def _remove(group: Group, number: int) -> str:
    return (
        f'<p><button type="submit" class="linky" name="_do" value="remove:{esc(group.path)}:{number}">{esc(_("Ta bort"))}'
        f'<span class="sr"> {esc(group.label)} {number + 1}</span></button></p>'
    )


def sums(found: Iterable[Sum], *, outside: bool = False) -> str:
    """Computed values, which are said anew when they change."""
    rows = "".join(
        f'<p class="total"><span>{esc(one.label)}</span><output id="{one.id}">{esc(one.value)}</output></p>' for one in found
    )
    swap = ' hx-swap-oob="true"' if outside else ""
    return (
        f'<div id="sums" class="sums" aria-live="polite"{swap}>{rows}</div>'
        if rows or outside
        else '<div id="sums" class="sums" aria-live="polite"></div>'
    )


def safe(html: str) -> Any:
    """What this module drew, for a template."""
    return SafeString(html)
