"""The decision as a document: what we decided, why, what you can do, whom to call. One content for the page, the preview and the PDF."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from stadig.cases import definitions, terms
from stadig.cases.definition import DecisionType
from stadig.cases.models import Case, Decision, Party
from stadig.city import clock, municipality
from stadig.city.models import User
from stadig.files import documents
from stadig.ui import formatting

TEMPLATE: Final = Path(__file__).parent / "typst" / "decision.typ"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision as it was written, before or when it is made."""

    type: DecisionType
    reasoning: str
    conditions: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    delegation: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything the document says, in the applicant's language."""

    language: str
    title: str
    sender: str
    reference: str
    day: str
    to: tuple[str, ...]
    parts: tuple[Part, ...]
    signed: tuple[str, ...]
    foot: tuple[str, ...]


def paper(case: Case, proposal: Proposal, by: User, language: str, *, on: date | None = None) -> Paper:
    """The document's words, of a decision made ``on`` a day (today). A protected person is not named in it: the number says whose it is."""
    with translation.override(language):
        definition, today, city = definitions.of(case), on or clock.today(), municipality.current()
        phone = case.unit.phone or city.phone
        own = _paragraphs(definition.text(f"decision.{proposal.type.id}.appeal", language))
        return Paper(
            language=language,
            title=_("Beslut: %(what)s") % {"what": definition.text("title", language)},
            sender=str(case.committee),
            reference=case.number,
            day=formatting.day(today, weekday=False, year=True),
            to=_to(case, by),
            parts=(
                Part(_("Vad vi har beslutat"), _decided(case, proposal, language)),
                Part(
                    _("Varför"),
                    (*_paragraphs(proposal.reasoning), _("Vi stöder beslutet på %(law)s.") % {"law": proposal.type.statute}),
                ),
                Part(_("Vad du kan göra"), own or _appeal(case, proposal.type.appeal, today)),
                Part(_("Vem du kan ringa"), _call(case, by, phone)),
            ),
            signed=(
                str(by),
                str(case.unit),
                *((_("Delegation %(point)s") % {"point": proposal.delegation},) if proposal.delegation else ()),
            ),
            foot=tuple(filter(None, (str(case.committee), city.address.replace("\n", ", "), phone))),
        )


def pdf(made: Paper) -> bytes:
    """The document as PDF/A-3a and PDF/UA-1."""
    return documents.pdf(TEMPLATE, asdict(made))


def appeal_by(appeal: str, today: date) -> date | None:
    """The last day to appeal, counted from today, the day the party is told; None where it runs from another day or not at all."""
    return terms.appeal_until(today) if appeal == Decision.Appeal.ADMINISTRATIVE else None


def _decided(case: Case, proposal: Proposal, language: str) -> tuple[str, ...]:
    definition = definitions.of(case)
    said = definition.text(f"decision.{proposal.type.id}.text", language) or _builtin(proposal.type.id)
    period = ""
    if proposal.valid_from and proposal.valid_to:
        first, last = (formatting.day(one, weekday=False, year=True) for one in (proposal.valid_from, proposal.valid_to))
        period = _("Beslutet gäller från %(first)s till och med %(last)s.") % {"first": first, "last": last}
    elif proposal.valid_from:
        period = _("Beslutet gäller från %(first)s.") % {"first": formatting.day(proposal.valid_from, weekday=False, year=True)}
    conditions = _paragraphs(proposal.conditions)
    return (said, *filter(None, (period,)), *((_("Det här gäller också:"), *conditions) if conditions else ()))


def _builtin(type_id: str) -> str:
    return _("Vi avslår din begäran om att ärendet ska avgöras nu.") if type_id == terms.DECISION_ASKED else type_id


def _appeal(case: Case, appeal: str, today: date) -> tuple[str, ...]:
    """How to appeal, in plain words (FL 33, 43–47 §§; kommunallagen 13 kap.)."""
    city = municipality.current()
    if appeal == Decision.Appeal.NONE:
        return (_("Beslutet kan inte överklagas. Ring oss om du undrar över något eller om något har ändrats."),)
    where = _("Skicka det till %(committee)s, %(address)s, eller till %(email)s.") % {
        "committee": case.committee,
        "address": city.address.replace("\n", ", "),
        "email": city.email,
    }
    if appeal == Decision.Appeal.LEGALITY:
        return (
            _(
                "Den som är medlem i kommunen kan begära att förvaltningsrätten prövar om beslutet är lagligt (13 kap. kommunallagen)."
            ),
            _(
                "Skriv vilket beslut det gäller och vad som är olagligt med det. Skriv ditt namn, din adress och ditt telefonnummer."
            ),
            _(
                "Det ska ha kommit till förvaltningsrätten inom tre veckor från den dag då protokollet blev känt på kommunens anslagstavla."
            ),
        )
    return (
        _("Tycker du att beslutet är fel kan du överklaga det. Det kostar ingenting."),
        _("Skriv att du överklagar beslut %(number)s, varför du tycker att det är fel och hur du vill ha det i stället. "
          "Skriv ditt namn, din adress och ditt telefonnummer.") % {"number": case.number},
        where,
        _("Det ska ha kommit till oss inom tre veckor från den dag du fick beslutet. Fick du det i dag är sista dagen %(day)s.")
        % {"day": formatting.day(terms.appeal_until(today), year=True)},
        _("Vi läser det först. Ändrar vi inte beslutet så som du vill skickar vi det vidare till förvaltningsrätten."),
    )  # fmt: skip


def _call(case: Case, by: User, phone: str) -> tuple[str, ...]:
    city = municipality.current()
    call = _("Ring %(who)s, %(unit)s: %(phone)s.") % {"who": by, "unit": case.unit, "phone": phone}
    return (call, *((_("Vi svarar %(hours)s.") % {"hours": city.opening_hours.lower()},) if city.opening_hours else ()))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in text.replace("\r", "").split("\n\n") if one.strip())


def _to(case: Case, by: User) -> tuple[str, ...]:
    names: list[str] = []
    for party in Party.objects.filter(case=case).select_related("person").order_by("pk"):
        if party.person is None:
            names.append(party.name)
        elif party.person.protection:
            names.append(_("Den sökande i ärende %(number)s") % {"number": case.number})
        else:
            names.append(party.person.shown_to(by).name)
    return tuple(filter(None, names))
