"""*Allmänt ärende*: the case of no special kind, one type for each committee, for what comes by letter, e-mail or phone."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

from stadig.cases import actions
from stadig.cases.definition import DecisionType, Definition, Status, Transition, to_data
from stadig.cases.models import CaseType

if TYPE_CHECKING:
    from stadig.city.models import Organisation, User

SLUG: Final = "general"
GENERAL: Final = Definition(
    first="received",
    statuses=(Status("received", "new"), Status("working", "open"), Status("answered", "closed")),
    transitions=(
        Transition("received", "working", "begin"),
        Transition("received", "answered", "close"),
        Transition("working", "answered", "close"),
    ),
    decisions=(
        DecisionType("approve", "approved", "answered", "", "administrative"),
        DecisionType("refuse", "refused", "answered", "", "administrative"),
        DecisionType("dismiss", "dismissed", "answered", "", "administrative"),
    ),
    texts={
        "sv": {
            "title": "Allmänt ärende",
            "status.received.name": "Mottaget",
            "status.received.resident": "Vi har tagit emot ditt ärende.",
            "status.received.next": "En handläggare läser det. Du behöver inte göra något nu.",
            "status.working.name": "Pågår",
            "status.working.resident": "En handläggare arbetar med ditt ärende.",
            "status.working.next": "Du får svar när vi är klara. Du behöver inte göra något nu.",
            "status.answered.name": "Avslutat",
            "status.answered.resident": "Ärendet är avslutat.",
            "status.answered.next": "Ring oss om något är oklart.",
            "transition.begin": "Börja",
            "transition.close": "Avsluta",
            "decision.approve.name": "Bifall",
            "decision.approve.text": "Vi har sagt ja till det du bad om.",
            "decision.refuse.name": "Avslag",
            "decision.refuse.text": "Vi har sagt nej till det du bad om.",
            "decision.dismiss.name": "Avvisning",
            "decision.dismiss.text": "Vi kan inte pröva det du skickade.",
        },
        "en": {
            "title": "General case",
            "status.received.name": "Received",
            "status.received.resident": "We have received your case.",
            "status.received.next": "A case worker reads it. You need not do anything now.",
            "status.working.name": "In progress",
            "status.working.resident": "A case worker is working with your case.",
            "status.working.next": "You get an answer when we are done. You need not do anything now.",
            "status.answered.name": "Closed",
            "status.answered.resident": "The case is closed.",
            "status.answered.next": "Call us if anything is unclear.",
            "transition.begin": "Begin",
            "transition.close": "Close",
            "decision.approve.name": "Approved",
            "decision.approve.text": "We have said yes to what you asked for.",
            "decision.refuse.name": "Refused",
            "decision.refuse.text": "We have said no to what you asked for.",
            "decision.dismiss.name": "Dismissed",
            "decision.dismiss.text": "We cannot try what you sent.",
        },
    },
)


def type_of(by: User | None, committee: Organisation) -> CaseType:
    """The committee's general case type, defined the first time it is asked for."""
    digest = hashlib.sha256(json.dumps([to_data(GENERAL), committee.pk], sort_keys=True).encode()).hexdigest()
    known = CaseType.objects.filter(slug=SLUG, digest=digest).first()
    if known is not None:
        return known
    return actions.define(by, SLUG, digest, GENERAL, committee=committee, unit=committee, series=series_of(committee))


def series_of(committee: Organisation) -> str:
    """The code of the committee's diary: that of its other cases, else its initials. Never one that personakter are numbered in."""
    used = dict(CaseType.objects.filter(committee=committee).order_by("-pk").values_list("series", "file"))
    diary = [series for series, file in used.items() if file != CaseType.File.PERSONAL]
    if diary:
        return diary[-1]
    code = initials(committee.name)
    return f"{code[:5]}D" if code in used else code


def initials(name: str) -> str:
    """*Gatu- och parknämnden* → GPN: a letter for each word but *och*, and N for a committee."""
    words = [word for word in re.split(r"[\s-]+", name) if word and word.casefold() != "och"]
    code = "".join(word[0] for word in words).upper()
    if name.endswith("nämnden") and name != "nämnden":
        code += "N"
    elif name.endswith("styrelsen") and name != "styrelsen":
        code += "S"
    return code[:6]
