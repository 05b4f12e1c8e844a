"""Letters in a case: written, drawn up in large type with what one needs to call, answer and follow the case, and queued to be printed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.cases import access, actions, following, telling
from stadig.cases.models import Case, Decision, Document, Party
from stadig.city import audit, clock, municipality, plain
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.files import documents
from stadig.post import letters as queue
from stadig.ui import formatting

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User

TEMPLATE: Final = Path(__file__).parent / "typst" / "letter.typ"
RECEIVERS: Final = f"""
SELECT {plain.columns(Party, "p")}, {plain.columns(Person, "who")}
FROM cases_party p LEFT JOIN city_person who ON who.id = p.person_id
WHERE p.case_id = %s AND (who.address <> '' OR who.protection <> '' OR p.address <> '') ORDER BY p.id
"""  # noqa: S608 - the names are those of our own columns


class NoReceiver(actions.CaseError):
    """Nobody in the case has an address. Write the name and the address."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the letter says, in the receiver's language. ``code`` holds the scan code as SVG."""

    language: str
    title: str
    sender: str
    reference: str
    day: str
    to: tuple[str, ...]
    call: str
    phone: str
    paragraphs: tuple[str, ...]
    signed: tuple[str, ...]
    follow_title: str
    follow: tuple[str, ...]
    slip: str
    slip_title: str
    slip_text: str
    slip_hint: str
    code: str
    foot: tuple[str, ...]


def receivers(case: Case) -> list[Party]:
    """The parties that a letter can be sent to: those with an address, and protected persons, whose letter Skatteverket sends on."""
    with connection.cursor() as cursor:
        cursor.execute(RECEIVERS, [case.pk])  # pyright: ignore[reportArgumentType]
        rows = [iter(row) for row in cursor.fetchall()]
    found: list[Any] = []
    for row in rows:
        party: Any = plain.made(Party, row)
        party.person = plain.made(Person, row)
        found.append(party)
    return found


@verb
def write(
    by: User,
    case_id: int,
    *,
    title: str,
    text: str,
    party_id: int | None = None,
    name: str = "",
    address: str = "",
    request_id: UUID | None = None,
) -> Document:
    """Write a letter to a party, or to a name and an address. It becomes a document of the case and waits to be printed.

    Raises ValidationError for an empty letter; NoReceiver; Case.DoesNotExist for one the person may not write in.
    """
    faults = {key: [said] for key, value, said in (
        ("title", title, _("Skriv vad brevet handlar om.")), ("text", text, _("Skriv brevet.")),
    ) if not value.strip()}  # fmt: skip
    if faults:
        raise ValidationError(faults)  # pyright: ignore[reportArgumentType] - a mapping of lists is taken
    cases = Case.objects.select_for_update(of=("self",)).select_related("type", "unit", "committee")
    case = cases.filter(access.may_write(by)).get(pk=case_id)
    party = next((one for one in receivers(case) if party_id in (one.pk, None)), None) if not address.strip() else None
    if party is None and not (name.strip() and address.strip()):
        raise NoReceiver(_("Ingen i ärendet har någon adress. Skriv namn och adress."))
    person = party.person if party else None
    to = (party.name, party.address) if party and not person else (name.strip(), address.strip())
    language = telling.language_of(case)
    document = actions.add_document(
        case,
        Document.Direction.SENT,
        "letter",
        title.strip(),
        by=by,
        text=text.replace("\0", "").strip(),
        person=person,
        counterpart="" if person else to[0][:200],
        language=language,
    )
    made = pdf(sheet(case, document, by, _block(person, to, by), language))
    file = files.keep(
        made, by, purpose=access.FILES, name=f"brev-{case.number.replace(' ', '-').replace('/', '-')}-{document.number}.pdf"
    )
    document.files.add(file)
    queue.queue(by, title=title.strip(), text="", person=person, name=to[0], address=to[1], pdf=made, language=language, organisation=case.unit,
                key=f"cases.document:{document.pk}")  # fmt: skip
    actions.tell(case, "letter", by=by, document=document)
    audit.record(by, "sent a letter", case, document=document.pk)
    return document


@verb
def send_decision(decision_id: int) -> int:
    """A decision on paper, behind a letter, to each party whom neither e-mail nor Mina sidor reaches; gives how many letters.

    Queued once, however often it is asked for.
    """
    decision = Decision.objects.select_related("case__unit", "case__committee", "document", "decided_by").get(pk=decision_id)
    case, document, file = decision.case, decision.document, decision.document.files.first()
    left = [one for one in receivers(case) if not telling.reached(one)]
    if file is None or not left:
        return 0
    with default_storage.open(files.path_of(file)) as stored:
        decided = stored.read()
    with translation.override(document.language):
        text = _("Här är vårt beslut. Det står på nästa sida. Där står också vad du kan göra om du tycker att det är fel.")
    for party in left:
        named = ("", "") if party.person else (party.name, party.address)
        cover = sheet(case, document, decision.decided_by, _block(party.person, named, decision.decided_by), document.language)
        queue.queue(
            None,
            title=document.title,
            text="",
            person=party.person,
            name=named[0],
            address=named[1],
            pdf=documents.joined([pdf(replace(cover, paragraphs=(text,))), decided]),
            language=document.language,
            organisation=case.unit,
            key=f"cases.decision:{decision.pk}:{party.pk}",
        )
    return len(left)


def sheet(case: Case, document: Document, by: User, to: tuple[str, ...], language: str) -> Sheet:
    """The letter's words."""
    with translation.override(language):
        town = municipality.current()
        phone = case.unit.phone or town.phone
        slip = f"{case.number}-{document.number}"
        return Sheet(
            language=language,
            title=document.title,
            sender=str(case.committee),
            reference=case.number,
            day=formatting.day(clock.today(), weekday=False, year=True),
            to=to,
            call=_("Frågor? Ring oss:"),
            phone=phone,
            paragraphs=tuple(" ".join(one.split()) for one in document.text.replace("\r", "").split("\n\n") if one.strip()),
            signed=(str(by), str(by.organisation or case.unit)),
            follow_title=_("Se hur det går"),
            follow=(
                _("Du behöver inte logga in. Gå till %(address)s") % {"address": settings.PUBLIC_URL + reverse("cases:follow")},
                _("Nummer: %(number)s") % {"number": case.number},
                _("Kod: %(code)s") % {"code": following.code_of(case)},
                *follow_later(case),
            ),
            slip=slip,
            slip_title=_("Svarstalong"),
            slip_text=_("Vill du svara? Skriv här, klipp av och skicka till %(address)s")
            % {"address": ", ".join(filter(None, (town.name, *town.address.split("\n"))))},
            slip_hint=_("Koden leder ditt svar till rätt ärende: %(slip)s") % {"slip": slip},
            code=scan_code(slip),
            foot=tuple(filter(None, (str(case.committee), town.address.replace("\n", ", "), phone))),
        )


def follow_later(case: Case) -> tuple[str, ...]:
    """How one who has no log-in yet takes the case to Mina sidor when they have got one; nothing for a case that someone follows there."""
    return () if Party.objects.filter(case=case, person__isnull=False).exists() else claim_words()


def claim_words() -> tuple[str, ...]:
    """How a case is taken to Mina sidor."""
    address = settings.PUBLIC_URL + reverse("cases:claim")
    return (_("Skaffar du e-legitimation? Hämta ärendet till Mina sidor: %(address)s") % {"address": address},)


def pdf(made: Sheet) -> bytes:
    """The letter as PDF/A-3a and PDF/UA-1."""
    return documents.pdf(TEMPLATE, asdict(made))


def scan_code(text: str) -> str:
    """A QR code (ISO/IEC 18004) as SVG, with room for a fold or a stain: error level Q, a quarter may be lost."""
    import segno

    return segno.make(text, error="q", micro=False).svg_inline(scale=4, border=2)


def _block(person: object, to: tuple[str, str], by: User) -> tuple[str, ...]:
    """Name and address as they stand on the envelope. A protected person's stand on none that we make."""
    if person is None:
        return (to[0], *(line for line in to[1].splitlines() if line.strip()))
    shown = person.shown_to(by)  # type: ignore[attr-defined]
    if shown.protected:
        return (_("Skickas genom Skatteverket"),)
    return (shown.name, *shown.address.split(", "))
