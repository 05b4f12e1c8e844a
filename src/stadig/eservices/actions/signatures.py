"""More than one signs: each is asked by the channels they chose or by e-mail, sees what they put their name to, and signs or declines. Then the case goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.cases import access as case_access
from stadig.cases import actions as cases
from stadig.cases import states
from stadig.cases.models import Case, Event, Party
from stadig.city import audit, clock, live, outbox, persons
from stadig.city.models import Person
from stadig.city.personnummer import NotAPersonnummer, parse
from stadig.city.verbs import verb
from stadig.eservices import flow, parties, published
from stadig.eservices.models import Signature, Submission
from stadig.eservices.package import Package, Signer
from stadig.post import actions as post

if TYPE_CHECKING:
    from stadig.city.models import User

REMIND_AFTER: Final = timedelta(days=3)


class NotTheSigner(Exception):
    """The form names another person. Log in as the one who was asked."""


class Answered(Exception):
    """It has been answered already, and stands."""


def ask(submission: Submission, package: Package, state: flow.State, signers: Sequence[Signer]) -> None:
    """Ask each signer. For submitting, inside its transaction."""
    for signer in signers:
        made = Signature.objects.create(
            submission=submission,
            role=signer.role,
            name=parties.text_of(state.answers, signer.name)[:200],
            email=parties.text_of(state.answers, signer.email),
            personnummer_hash=_hash(parties.text_of(state.answers, signer.personnummer)),
            code_hash=f"new {submission.pk} {signer.role}",
            digest=submission.digest,
            asked_at=submission.submitted_at,
        )
        _send(made, "eservices/post/sign.txt")
        Event.objects.create(case=submission.case, at=made.asked_at, kind="sign_asked")


def find(code: str) -> Signature:
    """The signature that a link asks for. Raises Signature.DoesNotExist."""
    found = Signature.objects.select_related("submission__case__type", "submission__version", "person")
    return found.defer("submission__version__archive").get(code_hash=_hash_of(code))


def check_signer(by: Any, signature: Signature) -> None:
    """Raises NotTheSigner where the form named a personnummer and ``by`` is not logged in with it."""
    if not signature.personnummer_hash:
        return
    person = getattr(by, "person", None)
    if person is None or person.personnummer_hash != signature.personnummer_hash:
        raise NotTheSigner


@verb
def sign(by: User | None, code: str, *, request_id: UUID | None = None) -> Signature:
    """Sign what the link shows. Twice is once. When all have signed the case goes on.

    Raises NotTheSigner; Answered where they declined before; Signature.DoesNotExist for a link that is no longer good.
    """
    signature = _locked(by, code)
    if signature.state == Signature.State.DECLINED:
        raise Answered
    if signature.state == Signature.State.ASKED:
        _answer(by, signature, Signature.State.SIGNED, "signed")
        _join(signature)
        waiting = Signature.objects.filter(submission=signature.submission).exclude(state=Signature.State.SIGNED)
        if not waiting.exists():
            _move(signature.submission, "signed")
            outbox.announce("case.signed", case=signature.submission.case.pk)
        audit.record(by, "signed", signature, case=signature.submission.case.pk)
    return signature


@verb
def decline(by: User | None, code: str, line: str = "", *, request_id: UUID | None = None) -> Signature:
    """Decline, with a line that the case worker reads. Twice is once.

    Raises NotTheSigner; Answered where they signed before; Signature.DoesNotExist.
    """
    signature = _locked(by, code)
    if signature.state == Signature.State.SIGNED:
        raise Answered
    if signature.state == Signature.State.ASKED:
        _answer(by, signature, Signature.State.DECLINED, "declined", note=line.strip()[:300])
        _move(signature.submission, "declined")
        audit.record(by, "declined to sign", signature, case=signature.submission.case.pk)
    return signature


@verb
def correct_address(by: User, signature_id: int, email: str, *, request_id: UUID | None = None) -> Signature:
    """The applicant mends a signer's address: a new link goes to the new one, and the old link is dead.

    Raises ValidationError for what is no address; Answered; Signature.DoesNotExist for one who is no party.
    """
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError({"email": _("Skriv en e-postadress, till exempel namn@exempel.se.")}) from None
    mine = Signature.objects.filter(submission__case__in=Case.objects.filter(case_access.of_party(by)))
    signature = mine.select_for_update(of=("self",)).select_related("submission__case__type").get(pk=signature_id)
    if signature.state != Signature.State.ASKED:
        raise Answered
    if address == signature.email:
        return signature
    Party.objects.filter(case=signature.submission.case, email=signature.email, person=None).update(email=address)
    signature.email, signature.asked_at, signature.reminded_at = address, clock.now(), None
    signature.save(update_fields=["email", "asked_at", "reminded_at"])
    _send(signature, "eservices/post/sign.txt")
    Event.objects.create(case=signature.submission.case, at=signature.asked_at, kind="sign_asked")
    audit.record(by, "corrected an address", signature)
    return signature


@verb
def remind() -> int:
    """Remind, once, those who have not answered in three days; returns how many."""
    now = clock.now()
    late = Signature.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state=Signature.State.ASKED, reminded_at=None, asked_at__lte=now - REMIND_AFTER
    )
    reminded = 0
    for signature in late.select_related("submission__case__type")[:500]:
        signature.reminded_at = now
        signature.save(update_fields=["reminded_at"])
        _send(signature, "eservices/post/sign_reminder.txt")
        Event.objects.create(case=signature.submission.case, at=now, kind="sign_reminded")
        reminded += 1
    return reminded


def _locked(by: User | None, code: str) -> Signature:
    found = Signature.objects.select_for_update(of=("self",)).select_related("submission__case__type", "submission__version")
    signature = found.defer("submission__version__archive").get(code_hash=_hash_of(code))
    Case.objects.select_for_update().only("pk").get(
        pk=signature.submission.case.pk
    )  # two who sign at once are one after the other
    check_signer(by, signature)
    return signature


def _answer(by: User | None, signature: Signature, state: str, kind: str, *, note: str = "") -> None:
    now = clock.now()
    signature.state, signature.answered_at = state, now
    signature.person = by.person if by else None
    signature.save(update_fields=["state", "answered_at", "person"])
    event = Event.objects.create(case=signature.submission.case, at=now, kind=kind, note=note)
    live.publish("cases", signature.submission.case.pk, event.pk)


def _join(signature: Signature) -> None:
    """A signer who logged in, and is a party, sees the case on Mina sidor from now on."""
    case = signature.submission.case
    party = Party.objects.filter(case=case, role=signature.role, person=None).order_by("pk").first()
    if party and signature.person and not Party.objects.filter(case=case, role=signature.role, person=signature.person).exists():
        party.person, party.name, party.address = signature.person, "", ""
        party.save(update_fields=["person", "name", "address"])


def _move(submission: Submission, to: str) -> None:
    """Take the case on, unless someone has moved it by hand meanwhile."""
    signing = published.of(submission.version).case.signing
    case = submission.case
    if signing and case.status == signing["waiting"]:
        try:
            cases.set_status(None, case.pk, signing[to])
        except states.NoSuchWay:
            return


def page_of(signature: Signature) -> str:
    """The page where the one who is asked answers. The code follows from whom and where we asked, so that a corrected address makes the old link dead."""
    return reverse("eservices:sign", args=[_code_of(signature)])


def _code_of(signature: Signature) -> str:
    return persons.opaque(f"signature {signature.pk} {signature.email}")[:32]


def _send(signature: Signature, template: str) -> None:
    """The link: to a person whom the form names by the channels they chose, else to the address in the form, as it stands."""
    submission = signature.submission
    signature.code_hash = _hash_of(_code_of(signature))
    signature.save(update_fields=["code_hash"])
    hashed = signature.personnummer_hash
    person = Person.objects.filter(personnummer_hash=hashed).first() if hashed else None
    post.notify_person(
        person or post.Recipient(name=signature.name, email=signature.email),
        template,
        {
            "service": published.of(submission.version).text("service.title", submission.language),
            "number": submission.case.number,
            "address": settings.PUBLIC_URL + page_of(signature),
            "mine": settings.PUBLIC_URL + reverse("cases:mine") if person else "",
        },
        key=f"signature:{signature.pk}:{signature.code_hash[:12]}:{template[-12:]}",
        about=f"cases.case:{submission.case.pk}",
        language=submission.language,
        email=signature.email if person else "",
        gather=timedelta(),
    )


def _hash_of(code: str) -> str:
    return persons.opaque(f"signing {code}")


def _hash(number: str) -> str:
    """The keyed hash of a personnummer that the form holds; empty where it holds none."""
    try:
        return persons.hash_of(parse(number, today=clock.today())) if number else ""
    except NotAPersonnummer:
        return ""
