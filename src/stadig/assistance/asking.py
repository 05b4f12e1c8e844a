"""The verbs of asking: pass the gate, ask, ask again about what is missing, write down a call, and show a whole personnummer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _

from stadig.assistance import agencies as named
from stadig.assistance import before, desk, errors, facts_out, gate, lookups
from stadig.assistance.lookups import Lookup
from stadig.assistance.terms import SERVICE
from stadig.cases import access as of_cases
from stadig.cases import actions as cases
from stadig.cases.models import Case, Document
from stadig.city import audit, clock, effects, persons, rollout, services
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.exchange import actions as exchange
from stadig.exchange import queries
from stadig.exchange.models import Lookup as Stored
from stadig.exchange.models import Permit
from stadig.files import actions as files
from stadig.ui import formatting

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User
    from stadig.exchange.sealed import Told

PHONE_MINUTES: Final = "phone_minutes"
"""Minutes on the phone with agencies, as case workers note them."""
LONGEST_CALL: Final = 600


class About(NamedTuple):
    """Whom a question or a call is about, in which case and for which period."""

    case: int
    person: int
    period: gate.Period


@verb
def ask(
    by: User, case_id: int, person_id: int, period: gate.Period, agencies: Collection[str], *, request_id: UUID | None = None
) -> Stored:
    """Ask the agencies about a person in a case. Raises ``errors.NotAllowed``; ``AlreadyAsked`` leads to the stored answer."""
    if services.is_paused(SERVICE) or not rollout.is_on(SERVICE, by, clock.now()):
        raise errors.NotHere
    if not agencies:
        raise errors.NothingChosen
    permit = gate.permit(by, case_id, person_id, period, (*agencies, *before.without_law()))
    return exchange.ask(by, permit.pk)


@verb
def ask_again(
    by: User, case_id: int, person_id: int, lookup_id: int, agencies: Collection[str] = (), *, request_id: UUID | None = None
) -> Stored:
    """Ask once more about what is missing in a lookup, of these agencies or of all. Raises ``errors.NotAllowed``."""
    before = _own(case_id, person_id, lookup_id)
    missing = queries.missing(before.pk)
    wanted = [one for one in missing if not agencies or one in agencies]
    if not wanted:
        raise errors.NothingMissing
    permit = gate.permit(by, case_id, person_id, (before.period_from, before.period_to), wanted, again=True)
    return exchange.ask_again(by, permit.pk, before.pk)


def renew(lookup: Stored, agencies: tuple[str, ...]) -> Permit | None:
    """A permit for Stadig itself to ask once more about what is missing; None when the gate stays shut, as when the case is closed."""
    try:
        return gate.permit(None, lookup.case, lookup.person_id, (lookup.period_from, lookup.period_to), agencies, again=True)
    except errors.NotAllowed:
        return None


@verb
def note_call(
    by: User, about: About, agency: str, told: Told, *, uploads: Sequence[UploadedFile] = (), request_id: UUID | None = None
) -> Stored:
    """Write down what someone at an agency said; a file that belongs to it becomes a document in the case.

    Raises ``errors.NotAllowed``; ``files.FileError`` with words for the sender.
    """
    permit = gate.permit(by, about.case, about.person, about.period, (agency,), told=True)
    noted = exchange.note_manual(by, permit.pk, agency, told)
    _attach(by, about.case, agency, uploads)
    if told.minutes:
        effects.record(
            *(SERVICE, PHONE_MINUTES, told.minutes, "min", clock.now()), subject=("case", about.case), key=f"call:{noted.pk}"
        )
    return noted


def _attach(by: User, case_id: int, agency: str, uploads: Sequence[UploadedFile]) -> None:
    """The files as one document, drawn up by us: what was said is ours, whatever paper came with it."""
    if not uploads:
        return
    stored = []
    try:
        stored.extend(files.store(one, by, purpose=of_cases.FILES, name="bilaga") for one in uploads)
        case = cases.locked(by, case_id)
        title = _("Bilaga till samtal med %(agency)s") % {"agency": formatting.inside(named.name(agency))}
        document = cases.add_document(case, Document.Direction.DRAWN_UP, "phone_note", title, by=by)
        document.files.add(*stored)
        cases.tell(case, "document", by=by, document=document)
    except Exception:
        for one in stored:  # the rows go with the transaction; the bytes would stay
            files.erase(one)
        raise


@verb
def keep(by: User, case_id: int, person_id: int, lookup: Lookup, *, request_id: UUID | None = None) -> Document:
    """Put what the agencies said into the case as a note, with the hash of each answer. Raises ``errors.NotAllowed``."""
    _own(case_id, person_id, lookup.pk)
    try:
        case = cases.locked(by, case_id)
    except Case.DoesNotExist:
        raise errors.AnotherUnits from None
    title = _("Uppgifter från myndigheter, %(first)s till %(last)s") % {
        "first": formatting.day(lookup.period[0], weekday=False),
        "last": formatting.day(lookup.period[1], weekday=False),
    }
    said = facts_out.as_note(lookup)
    document = cases.add_document(case, Document.Direction.DRAWN_UP, "note", title, by=by, text=said, person_id=person_id)
    cases.tell(case, "document", by=by, document=document)
    exchange.record_readings(by, lookup.ids, "exported")
    audit.record(by, "registered a document", case, document=document.pk)
    return document


def about(head: desk.Head, person: desk.Person) -> About:
    """What a note of a call belongs to: the period of the latest question, else the one that would be asked about."""
    latest = lookups.newest(head.asked(person), head.period)
    return About(head.pk, person.pk, latest.period if latest else head.period)


@verb
def show_number(by: User, case_id: int, person_id: int, *, request_id: UUID | None = None) -> str:
    """The whole personnummer of someone in the case, for one who handles it; that it was shown is logged.

    Raises ``errors.NotAllowed``: protected persons are shown elsewhere, with a reason.
    """
    head = desk.find(by, case_id)
    seen = head.person(person_id)
    if seen.masked or not seen.has_number:
        raise errors.ProtectedPerson if seen.masked else errors.NoNumber
    person = Person.objects.get(pk=person_id)
    audit.record(by, "showed a personnummer", person, case=case_id)
    return persons.unseal(person.personnummer_sealed).written  # pyright: ignore[reportArgumentType]


def _own(case_id: int, person_id: int, lookup_id: int) -> Stored:
    """A lookup of this case and person. Raises ``errors.NotInTheCase``."""
    found = Stored.objects.filter(pk=lookup_id, case=case_id, person=person_id).first()
    if found is None:
        raise errors.NotInTheCase
    return found
