"""What we ask the applicant for when evidence is missing, and what we say before a decision that gives less than was applied for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from stadig.assistance import incomes, row_words
from stadig.assistance.proposal import NOT_REPORTED, REST, SCHOOL, Proposal, Row, Task
from stadig.cases.definition import Definition
from stadig.exchange.names import agency as agency_name
from stadig.exchange.terms import CSN, FK, PM, SKV, SO
from stadig.ui import formatting

PAPERS: Final = "income_paper"
MORE: Final = "more"


@dataclass(frozen=True, slots=True)
class Draft:
    """A request for what is missing: which questions are opened, what is said and until when."""

    paths: tuple[str, ...]
    text: str
    due_on: dt.date


def wanted(task: Task, made: Proposal) -> tuple[str, ...]:
    """What the applicant can send instead of what an agency did not say, a line each, in the language in force."""
    month = formatting.month(f"{incomes.earlier(task.month, 1):%Y-%m}")
    found = (_paper(one, month, several=len(task.adults) > 1) for one in made.rows if one.missing)
    return tuple(dict.fromkeys(found))


def draft(task: Task, made: Proposal, definition: Definition, today: dt.date) -> Draft:
    """The request, in the language in force. Only what was asked of is opened: papers on incomes, and the free text."""
    asked = {str(field["path"]) for field in definition.fields}
    paths = tuple(path for path in (PAPERS, MORE) if path in asked)
    due = today + dt.timedelta(days=int(task.rates["request_days"]))
    lines = "\n".join(f"– {one}" for one in wanted(task, made))
    text = _(
        "Vi räknar på din ansökan för %(month)s och behöver mer från dig:\n\n%(lines)s\n\n"
        "Skicka det senast %(day)s. Ett foto räcker. Har du inte något av det, skriv det i svaret. "
        "Ring oss om du behöver hjälp eller mer tid."
    ) % {"month": formatting.month(f"{task.month:%Y-%m}"), "lines": lines, "day": formatting.day(due)}
    return Draft(paths, text, due)


def may_lower(task: Task, made: Proposal) -> bool:
    """Whether something that the applicant has not said makes the outcome less than applied for.

    A cost that a case worker lowered, an agency's figure, or incomes above the need: the applicant is told of it and may answer before the
    decision (förvaltningslagen (2017:900) 25 §).
    """
    applied = {one.key: one.applied for one in task.costs}
    lowered = any(one.kind == "cost" and one.counts is not None and one.counts < applied.get(one.key, 0) for one in made.rows)
    from_agencies = any(one.agency and one.counts for one in made.rows)
    return lowered or from_agencies or made.total <= 0


def before_decision(lines: tuple[str, ...], task: Task, due: dt.date) -> str:
    """What we say before the decision, in the language in force: what others have told us, how we count, and that one may answer."""
    return _(
        "Innan vi beslutar om din ansökan för %(month)s vill vi visa hur vi räknar. Vi räknar med det du har uppgett och det "
        "som myndigheter har lämnat om dig:\n\n%(lines)s\n\nTycker du att något är fel? Skriv till oss senast %(day)s. Svarar du inte beslutar vi med de här uppgifterna."
    ) % {
        "month": formatting.month(f"{task.month:%Y-%m}"),
        "lines": "\n".join(f"– {one}" for one in lines),
        "day": formatting.day(due),
    }


def _paper(one: Row, month: str, *, several: bool) -> str:
    said = {
        "month": month,
        "who": str(row_words.WHO.get(one.who, "")).lower(),
        "agency": formatting.inside(agency_name(one.agency)),
        "what": one.label,
    }
    if one.missing == SCHOOL:
        return _("Intyg om att barnet som är %(what)s år går i skolan") % said
    if one.about == REST:
        text = _("Utbetalningar från %(agency)s för %(month)s, eller svar att du inte fick några")
    elif one.about == "wage" or one.missing == NOT_REPORTED:
        text = (
            _("Lönespecifikation för %(month)s från %(what)s")
            if one.label and one.about == "wage"
            else _("Lönespecifikation för %(month)s, eller svar att du inte fick lön")
        )
    else:
        text = {
            SKV: _("Lönespecifikation för %(month)s, eller svar att du inte fick lön"),
            SO: _("Besked från a-kassan för %(month)s, eller svar att du inte är med i någon"),
            FK: _("Utbetalningar från Försäkringskassan för %(month)s, eller svar att du inte fick några"),
            PM: _("Utbetalningar från Pensionsmyndigheten för %(month)s, eller svar att du inte fick några"),
            CSN: _("Utbetalningar från CSN för %(month)s, eller svar att du inte fick några"),
        }.get(one.agency, _("Besked från %(agency)s för %(month)s"))
    text %= said
    return _("%(text)s (gäller %(who)s)") % {"text": text, "who": said["who"]} if several and one.who else text
