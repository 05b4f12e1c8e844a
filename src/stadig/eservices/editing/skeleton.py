"""A new service: a whole package that can be read, handled and published once it asks something. No Django.

Its statuses, deadline and decisions are those that most errands need, so that someone who builds their first service begins with the
questions. What the committee must decide itself, such as a point in its delegation order, is not made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from stadig.eservices.editing.ground import CASE, FLOW, SCHEMA, SERVICE, Files, checked
from stadig.eservices.editing.rendering import scalar

_SERVICE: Final = """\
name: {name}
version: 1.0.0
license: CC0-1.0
publisher: {committee}
icon: file-text
audience: [resident]
login: {{}}
handling_days: 30
legal_basis: 2 kap. 1 § kommunallagen (2017:725)
personal_data:
  basis: artikel 6.1 e i dataskyddsförordningen
  kept: 1 år efter avslut
handled_in: stadig
channels: [web, assisted, paper]
languages: [{languages}]
"""
_FLOW: Final = """\
steps:
  - id: first
    questions: []
"""
_CASE: Final = """\
file: case
series: {series}
committee: {committee}
unit: {unit}
keep: gallras 1 år efter avslut
first: received
statuses:
  received: {{group: new}}
  looking: {{group: open}}
  waiting: {{group: applicant}}
  approved: {{group: closed}}
  refused: {{group: closed}}
  withdrawn: {{group: closed}}
transitions:
  - {{from: received, to: looking, do: begin}}
  - {{from: received, to: waiting}}
  - {{from: looking, to: waiting}}
  - {{from: waiting, to: looking, do: resume}}
  - {{from: looking, to: approved}}
  - {{from: looking, to: refused}}
  - {{from: received, to: withdrawn, do: withdraw, by: applicant}}
  - {{from: looking, to: withdrawn, do: withdraw, by: applicant}}
  - {{from: waiting, to: withdrawn, do: withdraw, by: applicant}}
deadlines:
  - {{name: decided, days: 30}}
decisions:
  approved:
    outcome: approved
    status: approved
    statute: 2 kap. 1 § kommunallagen (2017:725)
    appeal: legality
  refused:
    outcome: refused
    status: refused
    statute: 2 kap. 1 § kommunallagen (2017:725)
    appeal: legality
"""
_TEXTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sv": {
        "lead": "Fyll i och skicka in. Vi svarar dig så snart vi kan.",
        "purpose": "Vi använder uppgifterna för att handlägga ditt ärende.",
        "step": "Uppgifter",
        "status": {
            "received": ("Mottagen", "Vi har tagit emot det du skickade.", "En handläggare börjar läsa det."),
            "looking": ("Handläggaren läser", "En handläggare läser det du skickade.", "Du behöver inte göra något nu."),
            "waiting": ("Väntar på komplettering", "Vi väntar på svar från dig.", "Läs vad vi behöver och skicka det till oss."),
            "approved": ("Beviljat", "Du får det du sökte.", "Läs beslutet."),
            "refused": ("Avslag", "Du får inte det du sökte.", "Läs beslutet. Där står varför."),
            "withdrawn": ("Återkallad", "Du har tagit tillbaka ditt ärende.", "Du kan skicka in ett nytt när du vill."),
        },
        "transition": {"begin": "Börja handlägga", "resume": "Fortsätt handlägga", "withdraw": "Återkalla"},
        "decision": {
            "approved": ("Bevilja", "Vi beviljar det du sökte."),
            "refused": ("Avslå", "Vi avslår det du sökte."),
        },
        "deadline": "Beslut",
    },
    "en": {
        "lead": "Fill in and submit. We answer you as soon as we can.",
        "purpose": "We use what you tell us to handle your case.",
        "step": "Details",
        "status": {
            "received": ("Received", "We have received what you sent.", "A case worker begins to read it."),
            "looking": ("Case worker reads", "A case worker is reading what you sent.", "You need not do anything now."),
            "waiting": ("Waiting for you", "We are waiting for an answer from you.", "Read what we need and send it to us."),
            "approved": ("Granted", "You get what you applied for.", "Read the decision."),
            "refused": ("Refused", "You do not get what you applied for.", "Read the decision. It says why."),
            "withdrawn": ("Withdrawn", "You have withdrawn your case.", "You can send a new one when you want."),
        },
        "transition": {"begin": "Begin to handle", "resume": "Go on handling", "withdraw": "Withdraw"},
        "decision": {
            "approved": ("Grant", "We grant what you applied for."),
            "refused": ("Refuse", "We refuse what you applied for."),
        },
        "deadline": "Decision",
    },
}
"""What is said until someone says it better; a language that is not here begins in English."""


def new(
    name: str, titles: Mapping[str, str], *, committee: str, unit: str, series: str, languages: Iterable[str] = ("sv", "en")
) -> Files:
    """The files of a new package in these languages; the Swedish title stands in for one that is not given.

    Raises EditError for a name, series or title with which the package cannot be read.
    """
    spoken = list(dict.fromkeys(languages)) or ["sv"]
    said = {"name": name, "committee": scalar(committee, flow=False), "unit": scalar(unit, flow=False), "series": series}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        "additionalProperties": False,
        "required": [],
        "properties": {},
    }
    files = {
        SERVICE: _SERVICE.format(**said, languages=", ".join(spoken)).encode(),
        SCHEMA: (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode(),
        FLOW: _FLOW.encode(),
        CASE: _CASE.format(**said).encode(),
    }
    for language in spoken:
        title = titles.get(language) or titles.get("sv") or next(iter(titles.values()), name)
        files[f"texts/{language}.yaml"] = _texts(title, _TEXTS.get(language, _TEXTS["en"])).encode()
    checked(files)
    return files


def _texts(title: str, words: Mapping[str, Any]) -> str:
    lines = ["service:", f"  title: {scalar(title, flow=False)}", f"  lead: {words['lead']}", f"  purpose: {words['purpose']}"]
    lines += ["step:", "  first:", f"    title: {words['step']}", "status:"]
    for status, (called, resident, after) in words["status"].items():
        lines += [f"  {status}:", f"    name: {called}", f"    resident: {resident}", f"    next: {after}"]
    lines += ["transition:", *(f"  {do}: {verb}" for do, verb in words["transition"].items()), "decision:"]
    for decision, (called, text) in words["decision"].items():
        lines += [f"  {decision}:", f"    name: {called}", f"    text: {text}"]
    return "\n".join([*lines, "deadline:", f"  decided: {words['deadline']}", ""])
