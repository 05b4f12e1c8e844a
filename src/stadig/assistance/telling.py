"""On the case's own page, beneath who has read it: which agencies were asked about the one who reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.middleware.csrf import get_token
from django.utils.html import format_html

from stadig.cases.models import Group
from stadig.exchange import told
from stadig.ui import parts

if TYPE_CHECKING:
    from stadig.cases.models import Case

LATEST: Final = 3
"""Questions shown at once; earlier ones are a press away."""


def draw(case: Case, request: Any) -> str:
    """What was asked in the case about the one who is logged in; nothing where nobody was."""
    person = request.user.person_id
    asked = told.about(person, case.pk) if person else ()
    if not asked:
        return ""
    html = parts.draw(
        "assistance/_told.html",
        asked=asked[:LATEST],
        earlier=asked[LATEST:],
        laws=told.laws(asked),
        closed=case.group == Group.CLOSED,
    )
    csrf = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    return parts.fill(html, csrf=csrf)
