"""``{% axis_svg drawing css %}`` and ``{% axis_mark shape %}``: the drawings of the seven-second axis, where a remembered part needs them."""

from __future__ import annotations

from django import template

from stadig.assistance import axis_drawing

register = template.Library()
register.simple_tag(axis_drawing.svg, name="axis_svg")
register.simple_tag(axis_drawing.mark, name="axis_mark")
