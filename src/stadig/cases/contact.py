"""What the contact centre may find out and do while someone is on the phone. Every look is written down, with why.

The contact centre belongs to another authority than most cases do. It sees where a case stands, never what is in it. A case with a mark
of secrecy is told of only when the one it concerns has agreed (offentlighets- och sekretesslagen 10 kap. 1 § and 12 kap. 2 §), and a
personakt never: then the call is put through. A protected person is not found by name: the answer is the same as for one who is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.cases import access, numbers, registering, spoken
from stadig.cases.models import Case, Document, Party
from stadig.city import audit, persons
from stadig.city.models import Person, User
from stadig.city.verbs import verb
from stadig.post import actions as post

if TYPE_CHECKING:
    from uuid import UUID

QUESTIONS: Final[dict[str, Any]] = {
    "address": gettext_lazy("Vilken adress har du?"),
    "about": gettext_lazy("Vad gäller ditt ärende, och ungefär när skickade du det?"),
    "letter": gettext_lazy("Vilken kod står i brevet eller kvittensen?"),
    "back": gettext_lazy("Jag ringde upp på det nummer som vi har"),
}
"""Control questions. Which was asked is written in the log; the answer never is."""
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked for, and how we know who is calling."""

    question: str
    agreed: bool
    """The caller agreed that we look at cases with a mark of secrecy."""
    number: str = ""
    given_name: str = ""
    family_name: str = ""
    born: date | None = None

    @property
    def why(self) -> str:
        said = _("Samtal. Kontrollfråga: %(question)s") % {"question": QUESTIONS[self.question]}
        return f"{said} {_('Samtycke till att se sekretess.')}" if self.agreed else said


@dataclass(frozen=True, slots=True)
class Found:
    """A case as the contact centre sees it. ``elsewhere``: the call must be put through, and nothing more is told."""

    pk: int
    number: str
    sentence: str
    who: str
    masked: bool
    unit: str
    phone: str
    assignee: str
    elsewhere: bool


@verb
def look_up(by: User, look: Look) -> list[int]:
    """The ids of the cases that the caller asked about: by number, or by name and date of birth. Written down before it is answered."""
    if look.number:
        written = numbers.read(look.number)
        found = list(Case.objects.filter(number=written.number).values_list("pk", flat=True)) if written else []
        for pk in found:
            audit.record(by, "looked up a case", ("cases.case", pk), reason=look.why)
        return found
    person = _person(look)
    if person is None:
        return []
    audit.record(by, "looked up by name", person, reason=look.why)
    own = Party.objects.filter(person=person).values("case")
    shown = Case.objects.filter(access.contactable(by), pk__in=own).filter(Q() if look.agreed else Q(confidentiality=""))
    return list(shown.order_by("-registered_at").values_list("pk", flat=True)[:MOST])


def _person(look: Look) -> Person | None:
    """The one with this name who was born that day; None when there is none, more than one, or the person is protected."""
    named = Person.objects.filter(given_name__iexact=look.given_name, family_name__iexact=look.family_name, protection="")
    born = [
        one
        for one in named.exclude(personnummer_sealed=None)[:100]
        if one.personnummer_sealed and persons.unseal(one.personnummer_sealed).born == look.born
    ]
    return born[0] if len(born) == 1 else None


def show(user: User, case_ids: list[int], *, agreed: bool) -> list[Found]:
    """The cases in words, in the order of their ids."""
    cases = Case.objects.select_related("type", "unit", "assignee").in_bulk(case_ids)
    allowed = set(Case.objects.filter(access.contactable(user), pk__in=case_ids).values_list("pk", flat=True))
    parties = Party.objects.filter(case__in=case_ids).select_related("person").order_by("-pk")
    first = {one.case_id: one for one in parties}  # pyright: ignore[reportAttributeAccessIssue]
    return [_found(cases[pk], first.get(pk), user, pk in allowed, agreed) for pk in case_ids if pk in cases]


def _found(case: Case, party: Party | None, user: User, allowed: bool, agreed: bool) -> Found:
    elsewhere = not allowed or (bool(case.confidentiality) and not agreed)
    name, masked = "", False
    if party and not elsewhere:
        shown = party.person.shown_to(user) if party.person else None
        name, masked = (shown.name, shown.masked) if shown else (party.name, False)
    return Found(
        pk=case.pk,
        number=case.number,
        sentence="" if elsewhere else spoken.sentence(case),
        who=name,
        masked=masked,
        unit=case.unit.name,
        phone=case.unit.phone,
        assignee="" if elsewhere or not case.assignee else str(case.assignee),
        elsewhere=elsewhere,
    )


@verb
def take_message(by: User, case_id: int, text: str, *, call_back: str = "", request_id: UUID | None = None) -> Document:
    """Write down what the caller said as a document of the case, and tell the one who handles it, or everyone in the unit.

    Raises ValidationError for an empty text; Case.DoesNotExist for a case the contact centre may not tell of.
    """
    if not text.strip():
        raise ValidationError({"text": _("Skriv vad personen ville.")})
    case = Case.objects.select_related("assignee", "unit").filter(access.contactable(by)).get(pk=case_id)
    said = text.strip()[:5000] + (_("\n\nRing upp: %(number)s") % {"number": call_back.strip()[:40]} if call_back.strip() else "")
    new = registering.NewDocument(Document.Direction.DRAWN_UP, _("Telefonsamtal"), kind="phone_note", text=said)
    document = registering.add_document(by, case_id, new)
    if case.assignee is None:
        words = _("Någon har ringt om %(number)s, som ingen har tagit än.") % {"number": case.number}
        for colleague in User.objects.filter(organisation=case.unit, is_active=True)[:MOST]:
            post.tell(colleague, words, f"/arbetsplats/arenden/{case.pk}/")
    audit.record(by, "took a message", case, document=document.pk)
    return document


Assisted = Callable[[Any], str]
_assisted: list[Assisted] = []


def register_assisted(address: Assisted) -> None:
    """Let the room above that fills in forms say where one begins for someone else; called in ``apps.ready()``."""
    _assisted[:] = [address]


def assisted_url(user: Any) -> str:
    """Where one begins to fill in for someone else; empty when this city has no such page, or the user may not."""
    return _assisted[0](user) if _assisted else ""
