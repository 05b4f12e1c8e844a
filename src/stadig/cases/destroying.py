"""Destroying a case whose keeping time has ended (*gallring*): the case with every document, file, answer and message in it.

What stays is that the number was given, and when and by which rule the case was destroyed; and the effects, which are counts.
Rooms above say what they hold about a case with :func:`holds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from stadig.cases import access, definitions, keeping
from stadig.cases.actions import CaseError
from stadig.cases.models import Case, Decision, DestroyedCase, Document, Event, Group, Message, Party
from stadig.city import audit, clock, erasure, rollout
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.files.models import StoredFile
from stadig.post import actions as post

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from stadig.city.models import User

Remover = Callable[[Case], Iterable[Person]]
_removers: list[Remover] = []
_waits: list[Callable[[Case], str]] = []


class MustBeKept(CaseError):
    """The case may not be destroyed: it is open, kept for good, or its time has not ended. The words say which, and what to do."""


def holds(remove: Remover) -> Remover:
    """Register ``remove(case)`` in ``apps.ready()``: it destroys what the room holds about a case, before the case itself
    goes, and says which people it named."""
    if remove not in _removers:
        _removers.append(remove)
    return remove


def waits(why: Callable[[Case], str]) -> None:
    """Register ``why(case)`` in ``apps.ready()``: what law of the room keeps a case whose own time has ended, in words; empty for none."""
    if why not in _waits:
        _waits.append(why)


def ended(case: Case) -> keeping.Ended:
    """What is known of the end of the case. Three queries."""
    told = Document.objects.filter(case=case).aggregate(last=Max("at"))["last"]
    event = Event.objects.filter(case=case).aggregate(last=Max("at"))["last"]
    last = max((one for one in (told, event) if one), default=None)
    return keeping.Ended(
        closed=clock.local(case.closed_at).date() if case.closed_at else None,
        last=clock.local(last).date() if last else None,
        valid_to=Decision.objects.filter(case=case).aggregate(last=Max("valid_to"))["last"],
    )


def why_kept(case: Case, told: date | None = None) -> str:
    """Why the case may not be destroyed today, in plain words; empty when it may. ``told``: when what the rule counts from came to pass."""
    text = definitions.of(case).keep
    rule = keeping.read(text)
    if case.group != Group.CLOSED:
        return _("Ärendet pågår. Avsluta det först.")
    if rule.months is None:
        return _("Ärendet ska bevaras: %(rule)s") % {"rule": text or _("ingen gallringsregel finns för ärendetypen.")}
    if rule.outside and told is None:
        return _("Regeln är: %(rule)s. Säg vilken dag det var.") % {"rule": text}
    first = keeping.first_day(rule, ended(case), told)
    if first is None or first > clock.today():
        return _("Ärendet får gallras först %(day)s. Regeln är: %(rule)s.") % {"day": first, "rule": text}
    return next((words for one in _waits if (words := one(case))), "")


def due() -> Iterator[Case]:
    """Closed cases that may be destroyed today without anyone telling more, the oldest first."""
    found = Case.objects.filter(group=Group.CLOSED).select_related("type").order_by("closed_at", "pk")
    timed = {pk for pk, keep in _rules().items() if keep.months is not None and not keep.outside}
    yield from (case for case in found.filter(type__in=timed).iterator() if not why_kept(case))


@verb
def destroy(by: User | None, case_id: int, *, told: date | None = None, request_id: UUID | None = None) -> DestroyedCase:
    """Destroy a case for good. ``told`` is the day its rule counts from, where that is nothing Stadig knows.

    People whom no record names any more and who have no log-in of their own go with it. Raises MustBeKept; Case.DoesNotExist for one
    who may not destroy it.
    """
    scope = access.may_destroy(by) if by else access.ALL
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("type", "series", "committee").filter(scope).get(pk=case_id)
    )
    if why := why_kept(case, told):
        raise MustBeKept(why)
    people, held = _people(case), _files(case)
    for remove in _removers:
        people |= {person.pk: person for person in remove(case)}
    number_of_documents = Document.objects.filter(case=case).count()
    gone = DestroyedCase.objects.create(
        number=case.number,
        series=case.series,
        sequence=case.sequence,
        type=case.type.slug,
        committee=case.committee,
        registered_on=clock.local(case.registered_at).date(),
        closed_on=clock.local(case.closed_at or case.registered_at).date(),
        rule=definitions.of(case).keep[:300],
        documents=number_of_documents,
        files=len(held),
        destroyed_at=clock.now(),
        by=by,
    )
    _forget_post(case)
    erasure.forget_thing("cases.case", case.pk)
    rollout.forget(("cases.case", case.pk))
    Decision.objects.filter(case=case).delete()
    Document.objects.filter(case=case).delete()
    audit.record(by, "destroyed a case", case, documents=number_of_documents)
    case.delete()
    for person in people.values():
        erasure.end_with_records(person)
    for file in held:
        files.erase(file)
    return gone


def forget_person(person: Person) -> None:
    """What a person holds here that is no part of a record: files sent in and never used, and that it was their log-in that did things."""
    own = Q(by__person=person, by__is_staff=False)
    Document.objects.filter(own).update(by=None)
    Message.objects.filter(own).update(by=None)
    Event.objects.filter(own).update(by=None)
    sent = StoredFile.objects.filter(purpose=access.FILES, stored_by__person=person, stored_by__is_staff=False)
    used = Document.files.through.objects.values("storedfile"), Message.files.through.objects.values("storedfile")
    for file in sent.exclude(pk__in=used[0]).exclude(pk__in=used[1]):
        files.erase(file)


def names(person: Person) -> bool:
    """Whether a case names the person: then the record keeps who it was about."""
    return Party.objects.filter(person=person).exists() or Document.objects.filter(person=person).exists()


def _rules() -> dict[int, keeping.Rule]:
    from stadig.cases.models import CaseType

    return {pk: keeping.read(keep or "") for pk, keep in CaseType.objects.values_list("pk", "definition__keep")}


def _people(case: Case) -> dict[int, Person]:
    """Everyone the case names, by id."""
    parties = Party.objects.filter(case=case, person__isnull=False).values("person")
    papers = Document.objects.filter(case=case, person__isnull=False).values("person")
    return {person.pk: person for person in Person.objects.filter(Q(pk__in=parties) | Q(pk__in=papers))}


def _files(case: Case) -> list[StoredFile]:
    """Every file in a document or a message of the case."""
    papers = Document.files.through.objects.filter(document__case=case).values("storedfile")
    said = Message.files.through.objects.filter(message__case=case).values("storedfile")
    return list(StoredFile.objects.filter(Q(pk__in=papers) | Q(pk__in=said)))


def _forget_post(case: Case) -> None:
    """Messages about the case and letters from it, printed or not."""
    keys = [f"cases.document:{pk}" for pk in Document.objects.filter(case=case).values_list("pk", flat=True)]
    decided = Decision.objects.filter(case=case).values_list("pk", flat=True)
    post.forget_about(
        f"cases.case:{case.pk}", keys=keys, beginning=[f"case:{case.pk}:", *(f"cases.decision:{pk}:" for pk in decided)]
    )
