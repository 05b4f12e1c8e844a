"""Form controls written directly: Django draws each with two or three templates, which cost more than the rest of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from stadig.ui.escape import escaped

FOLDER = "django/forms/widgets/"
INPUTS = frozenset(
    FOLDER + f"{name}.html"
    for name in (
        "text",
        "email",
        "password",
        "number",
        "url",
        "search",
        "tel",
        "color",
        "hidden",
        "date",
        "datetime",
        "time",
        "file",
    )
)
BOXES = frozenset(FOLDER + f"{name}.html" for name in ("checkbox", "checkbox_option", "radio_option"))


class Renderer(DjangoTemplates):
    """The named renderer of ``settings.FORM_RENDERER``: the common controls by hand, all others as Django does."""

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> SafeString:
        widget = context.get("widget", {})
        if template_name in INPUTS or (template_name in BOXES and not widget.get("wrap_label")):
            return SafeString(_input(widget))
        if template_name == FOLDER + "select.html":
            return SafeString(_select(widget))
        if template_name == FOLDER + "textarea.html":
            return SafeString(_textarea(widget))
        return super().render(template_name, context, request)


def _attributes(attributes: dict[str, Any]) -> str:
    """`` name="value"`` for each; True is the name alone, False nothing."""
    return "".join(
        [
            f" {name}" if value is True else f' {name}="{escaped(value)}"'
            for name, value in attributes.items()
            if value is not False
        ]
    )


def _input(widget: dict[str, Any]) -> str:
    value = widget["value"]
    written = "" if value is None else f' value="{escaped(value)}"'
    return f'<input type="{escaped(widget["type"])}" name="{escaped(widget["name"])}"{written}{_attributes(widget["attrs"])}>'


def _textarea(widget: dict[str, Any]) -> str:
    text = escaped(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>\n{text}</textarea>'


def _select(widget: dict[str, Any]) -> str:
    parts: list[str] = []
    for group, options, _ in widget["optgroups"]:
        drawn = "".join(
            [
                f'<option value="{escaped(one["value"])}"{_attributes(one["attrs"])}>{escaped(one["label"])}</option>'
                for one in options
            ]
        )
        parts.append(f'<optgroup label="{escaped(group)}">{drawn}</optgroup>' if group else drawn)
    return f'<select name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>{"".join(parts)}</select>'
