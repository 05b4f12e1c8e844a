"""``{% field form.name %}``: a form field with its label, hint, error and control, tied together for screen readers."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString

from stadig.ui.escape import escaped
from stadig.ui.parts import draw, fill, plain

register = template.Library()
GROUPS = {"radioselect", "checkboxselectmultiple"}


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
    """The whole field. ``unit`` stands after the control, ``slot`` after the field."""
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
        slot=slot,
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
