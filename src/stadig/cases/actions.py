"""The verbs of a case. Each is one transaction, safe to send twice with a ``request_id``, with its audit row last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from stadig.cases import access, definitions, drawing, numbering, states, terms
from stadig.cases.definition import Definition, to_data
from stadig.cases.models import Case, CaseType, Channel, Clock, Document, Event, Group, Party
from stadig.city import audit, clock, effects, live, outbox, plain
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from stadig.city.models import District, Organisation, Person, User
    from stadig.files.models import StoredFile


class CaseError(Exception):
    """Why a case could not be changed."""


class CaseClosed(CaseError):
    """The case is closed. What was done stands; a new letter makes a new case or opens this one."""


class SeriesTaken(CaseError):
    """Another committee numbers its cases with these letters. Each committee is an authority of its own: give this one other letters."""


PERSONAL_FILES = "26 kap. 1 § offentlighets- och sekretesslagen (2009:400)"


@dataclass(frozen=True, slots=True)
class NewParty:
    """Someone a new case concerns. A registered person is named by ``person`` alone; others by name and contact."""

    role: str
    person: Person | None = None
    name: str = ""
    organisation_number: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@verb
def define(
    by: User | None,
    slug: str,
    digest: str,
    definition: Definition,
    *,
    committee: Organisation,
    unit: Organisation,
    series: str,
    file: str = CaseType.File.CASE,
    confidentiality: str = "",
) -> CaseType:
    """Take in a case type in one version. The same version again changes only where its new cases go. Personal files are always secret.

    Raises SeriesTaken.
    """
    if CaseType.objects.filter(series=series).exclude(committee=committee).exists():
        raise SeriesTaken(
            f"Another committee than {committee} numbers its cases {series}. Choose other letters in local.yaml, series."
        )
    if file == CaseType.File.PERSONAL and not confidentiality:
        confidentiality = PERSONAL_FILES
    found, _ = CaseType.objects.update_or_create(
        slug=slug,
        digest=digest,
        defaults={"committee": committee, "unit": unit},
        create_defaults={
            "committee": committee,
            "unit": unit,
            "series": series,
            "file": file,
            "confidentiality": confidentiality,
            "definition": to_data(definition),
            "defined_at": clock.now(),
        },
    )
    audit.record(by, "defined", found)
    return found


@verb
def register(
    by: User | None,
    type: CaseType,  # noqa: A002 - the word of the domain
    *,
    title: str,
    channel: str = Channel.WEB,
    answers: Mapping[str, Any] | None = None,
    parties: Sequence[NewParty] = (),
    files: Sequence[StoredFile] = (),
    kind: str = "application",
    status: str = "",
    place: tuple[float, float] | None = None,
    district: District | None = None,
    source: str | None = None,
    language: str = "sv",
    request_id: UUID | None = None,
) -> Case:
    """Something came in: one case with its number, the received document, its parties and its clocks.

    ``place`` is (lon, lat); ``status`` is where it begins when not at the first. The same ``source`` is one case, whatever happens:
    the second call returns the first case. ``title`` reaches lists and the diary: never a name or a personnummer in it.
    """
    if source and (known := Case.objects.filter(source=source).first()):
        return known
    case = begin(
        *(by, type),
        title=title,
        channel=channel,
        answers=answers,
        parties=parties,
        files=files,
        kind=kind,
        status=status,
        place=place,
        district=district,
        source=source,
        language=language,
    )
    numbering.give(case)
    audit.record(by, "registered", case)
    return case


def begin(
    by: User | None,
    type: CaseType,  # noqa: A002 - the word of the domain
    *,
    title: str,
    channel: str = Channel.WEB,
    answers: Mapping[str, Any] | None = None,
    parties: Sequence[NewParty] = (),
    files: Sequence[StoredFile] = (),
    kind: str = "application",
    status: str = "",
    place: tuple[float, float] | None = None,
    district: District | None = None,
    source: str | None = None,
    language: str = "sv",
) -> Case:
    """All of a new case but its number and its own row: those are written last, by ``numbering.give``, since whoever has a number holds
    back everyone else in the series until the transaction ends. For verbs inside their transaction, which must give the number.
    """
    definition, now = definitions.of_type(type), clock.now()
    first = definition.status(status or definition.first)
    lon, lat = place or (None, None)
    case = Case(
        id=numbering.next_id(),
        type=type,
        title=title[:200],
        status=first.id,
        group=first.group,
        committee_id=type.committee_id,
        unit_id=type.unit_id,
        channel=channel,
        confidentiality=type.confidentiality,
        subject_secret=bool(type.confidentiality),
        district=district,
        lon=lon,
        lat=lat,
        registered_at=now,
        status_since=now,
        closed_at=now if first.group == Group.CLOSED else None,
        source=source,
    )
    clocks = [
        Clock(case_id=case.pk, name=one.name, starts_at=now, due_at=terms.due(now, one.days)) for one in definition.deadlines
    ]
    case.due_at = min((one.due_at for one in clocks), default=None)
    Clock.objects.bulk_create(clocks)
    Party.objects.bulk_create(Party(case_id=case.pk, **_party(one)) for one in parties)
    drawing.write(case, parties)
    document = _received(case, kind, answers, parties, language)
    if files:
        document.files.add(*files)
    Event.objects.create(case_id=case.pk, at=now, kind="registered", status=first.id, by=by, document=document)
    effects.record(
        type.slug, "cases_registered", 1, "count", now, subject=("case", case.pk), district=district, key=f"case:{case.pk}"
    )
    live.publish("cases", case.pk, 1)
    outbox.announce("case.registered", case=case.pk)
    return case


def _received(case: Case, kind: str, answers: Mapping[str, Any] | None, parties: Sequence[NewParty], language: str) -> Document:
    return Document.objects.create(
        case_id=case.pk,
        number=1,
        direction=Document.Direction.RECEIVED,
        kind=kind,
        title=case.title,
        at=case.registered_at,
        person=next((one.person for one in parties if one.person), None),
        counterpart=next((one.name for one in parties if not one.person and one.name), ""),
        data=dict(answers) if answers is not None else None,
        confidentiality=case.confidentiality,
        language=language,
    )


@verb
def set_status(by: User | None, case_id: int, status: str, *, note: str = "", request_id: UUID | None = None) -> Case:
    """Take a case from where it stands to ``status``. ``by=None`` is Stadig itself. To where it stands already is no change.

    Raises ``states.NoSuchWay``; Case.DoesNotExist when the person may not handle it.
    """
    case = locked(by, case_id)
    if case.status == status:
        return case
    definition = definitions.of(case)
    states.way(definition, case.status, status)
    go_to(case, definition, status, by=by, note=note)
    audit.record(by, "set status", case, status=status)
    return case


def add_document(case: Case, direction: str, kind: str, title: str, **more: Any) -> Document:
    """The next document of a locked case, numbered within it. For verbs inside their transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM cases_document WHERE case_id = %s", [case.pk])
        (last,) = cursor.fetchone()  # pyright: ignore[reportGeneralTypeIssues]
    said = {"at": clock.now(), "confidentiality": case.confidentiality} | more
    return Document.objects.create(case=case, number=last + 1, direction=direction, kind=kind, title=title[:200], **said)


def tell(case: Case, kind: str, *, by: User | None, document: Document | None = None, note: str = "") -> Event:
    """A step in the case's history, and news to open pages. For verbs inside their transaction."""
    event = Event.objects.create(case=case, at=clock.now(), kind=kind, by=by, document=document, note=note[:300])
    live.publish("cases", case.pk, event.pk)
    return event


def go_to(
    case: Case, definition: Definition, status: str, *, by: User | None, note: str = "", document: Document | None = None
) -> None:
    """Set a locked case's status, its clocks and its event, and tell others. For verbs inside their transaction."""
    now = clock.now()
    before, after = case.group, definition.status(status)
    case.status, case.group, case.status_since = status, after.group, now
    case.closed_at = now if after.group == Group.CLOSED else None
    _run_clocks(case, definition, before, now)
    case.save(update_fields=["status", "group", "status_since", "closed_at", "due_at"])
    event = Event.objects.create(case=case, at=now, kind="status", status=status, by=by, note=note[:300], document=document)
    live.publish("cases", case.pk, event.pk)
    outbox.announce("case.status", case=case.pk, event=event.pk)
    if case.group == Group.CLOSED:
        days = (now - case.registered_at).total_seconds() / 86400
        effects.record(
            *(case.type.slug, "case_days", days, "day", now),
            subject=("case", case.pk),
            district=case.district_id,
            key=f"case:{case.pk}:closed:{event.pk}",
        )


def _run_clocks(case: Case, definition: Definition, before: str, now: datetime) -> None:
    """Meet the deadlines that this status meets; stop the others while we wait for the applicant, and let them run again after."""
    until = {one.name: one.until for one in definition.deadlines}
    left: list[datetime] = []
    for one in Clock.objects.filter(case=case, met_at=None):
        stood = (one.due_at, one.paused_at)
        if until.get(one.name, Group.CLOSED) in {case.status, case.group} or case.group == Group.CLOSED:
            one.met_at = now
        elif one.name == terms.DECISION_ASKED:
            pass  # the four weeks of FL 12 § run whatever we wait for
        elif case.group == Group.APPLICANT and one.paused_at is None:
            one.paused_at = now
        elif before == Group.APPLICANT != case.group and one.paused_at:
            one.due_at, one.paused_at = terms.after_pause(one.due_at, one.paused_at, now), None
        if one.met_at or stood != (one.due_at, one.paused_at):
            one.save(update_fields=["met_at", "paused_at", "due_at"])
        if one.met_at is None and one.paused_at is None:
            left.append(one.due_at)
    case.due_at = min(left, default=None)


def locked(by: User | None, case_id: int) -> Case:
    """The case, held until the transaction ends. Raises Case.DoesNotExist when the person may not work with it."""
    if by is None:
        return _locked_by_stadig(case_id)
    found = Case.objects.select_for_update(of=("self",)).select_related("type").defer("type__definition")
    return found.filter(access.may_handle(by)).get(pk=case_id)


LOCK = f"""
SELECT {plain.columns(Case, "c")}, {plain.columns(CaseType, "kind", "definition")}
FROM cases_case c JOIN cases_casetype kind ON kind.id = c.type_id WHERE c.id = %s FOR UPDATE OF c
"""  # noqa: S608 - the names are those of our own columns


def _locked_by_stadig(case_id: int) -> Case:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [case_id])
        found = cursor.fetchone()
    if found is None:
        raise Case.DoesNotExist
    row = iter(found)
    case: Any = plain.made(Case, row)
    case.type = plain.made(CaseType, row, "definition")
    return case


def _party(one: NewParty) -> dict[str, Any]:
    named = {} if one.person else {"name": one.name[:200], "address": one.address}
    return named | {
        "role": one.role,
        "person": one.person,
        "organisation_number": one.organisation_number,
        "email": one.email,
        "phone": one.phone,
    }
