"""``{% field form.name %}``: a form field with its label, hint, error and control, tied together for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms, template
from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from stadig.ui.escape import escaped
from stadig.ui.parts import draw, fill, plain

register = template.Library()
GROUPS = {"radioselect", "checkboxselectmultiple"}
KNOWN = frozenset(
    {
        forms.CheckboxInput,
        forms.CheckboxSelectMultiple,
        forms.DateInput,
        forms.EmailInput,
        forms.FileInput,
        forms.NumberInput,
        forms.RadioSelect,
        forms.Select,
        forms.TextInput,
        forms.Textarea,
        forms.URLInput,
    }
)
"""Controls whose HTML follows from what ``_all_that_decides`` reads, and from nothing else."""
MOST_REMEMBERED = 2048
_remembered: dict[tuple[Any, ...], tuple[SafeString, list[Sequence[Any]]]] = {}
"""Fields drawn before, each with the values it was drawn from: what the key knows by identity must live as long as the key."""


class Shape(NamedTuple):
    """What decides a field's HTML but for its texts and its control, which are written in afterwards."""

    group: bool
    box: bool
    id: str
    id_for_label: str
    required: bool
    hint: bool
    error: bool
    css: str
    unit: str


@register.filter
def is_group(field: Any) -> bool:
    """Several choices that together answer one question: they need a fieldset and a legend."""
    return field.widget_type in GROUPS


@register.simple_tag
def field(field: Any, unit: str = "", css: str = "", slot: str = "") -> SafeString:
    """The whole field. ``unit`` stands after the control, ``slot`` after the field.

    A field that no one has filled in yet is drawn once for all forms in which it is the same.
    """
    decided = None if field.form.is_bound else _all_that_decides(field)
    if decided is None:
        return fill(_drawn(field, unit, css), slot=slot)
    key = (get_language(), unit, css, bool(slot), *map(_exactly, decided))
    try:
        found = _remembered.get(key)
    except TypeError:  # a value that is not hashable
        return fill(_drawn(field, unit, css), slot=slot)
    if found is None:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        drawn = _drawn(field, unit, css)
        found = _remembered[key] = drawn if slot else fill(drawn, slot=""), decided
    return fill(found[0], slot=slot) if slot else found[0]


def _all_that_decides(field: Any) -> list[Sequence[Any]] | None:
    """The values that the HTML of an empty form's field follows from, or None where that cannot be said."""
    made, form = field.field, field.form
    widget = made.widget
    if type(widget) not in KNOWN or widget.is_localized or settings.DEBUG:
        return None
    value = field.value()
    attrs = widget.attrs
    state = (
        type(widget).__name__,
        field.html_name,
        form.auto_id,
        form.use_required_attribute,
        made.required,
        made.disabled,
        getattr(widget, "format", None),
        field.label,
        field.help_text,
    )
    decided: list[Sequence[Any]] = [
        state,
        value if isinstance(value, list | tuple) else (value,),
        tuple(attrs),
        tuple(attrs.values()),
    ]
    if isinstance(widget, forms.widgets.ChoiceWidget):
        # Read once, since those that are rows of the database are asked for at each reading, and without asking how many.
        widget.choices = [one for one in widget.choices]  # noqa: C416
        decided += widget.choices
    return decided


def _exactly(values: Sequence[Any]) -> tuple[Any, ...]:
    """Each value so that 1 is not True and safe text not plain; a lazy text by identity, since reading it costs more than the field."""
    return tuple([one if type(one) is str else id(one) if isinstance(one, Promise) else (type(one), one) for one in values])


def _drawn(field: Any, unit: str, css: str) -> SafeString:
    """The field anew, with a place for what stands after it."""
    if field.is_hidden:
        return field.as_widget()
    errors = field.form.errors.get(field.name)
    kind = field.widget_type
    shape = Shape(
        group=kind in GROUPS,
        box=kind == "checkbox",
        id=field.auto_id,
        id_for_label=field.id_for_label,
        required=field.field.required,
        hint=bool(field.help_text),
        error=bool(errors),
        css=plain(css),
        unit=plain(unit),
    )
    drawn = _options(field) if shape.group else _control(field, shape)
    return fill(
        draw("ui/_field_shape.html", field=shape),
        label=field.label,
        hint=field.help_text,
        control=drawn,
        error=" ".join(str(one) for one in errors) if errors else "",
    )


def _control(field: Any, shape: Shape) -> SafeString:
    """The control alone, tied to its hint and its error."""
    attrs = field.field.widget.attrs
    attributes: dict[str, Any] = {"class": (attrs.get("class", "") + " ds-input").strip()}
    described = [f"{shape.id}-hint"] * shape.hint + [f"{shape.id}-error"] * shape.error
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if shape.error:
        attributes["aria-invalid"] = "true"
    if "placeholder" in attrs and str(attrs["placeholder"]) == str(field.label):
        attributes["placeholder"] = False  # the label already says it
    return field.as_widget(attrs=attributes)


def _options(field: Any) -> SafeString:
    """Radio buttons or check boxes, dressed as the design system's."""
    drawn: list[str] = []
    for option in field:
        attributes = option.data["attrs"]
        attributes["class"] = (attributes.get("class", "") + " ds-input").strip()
        label = escaped(option.choice_label)
        drawn.append(f'<label class="opt" for="{option.id_for_label}">{option.tag()}<span>{label}</span></label>')
    return SafeString("".join(drawn))
