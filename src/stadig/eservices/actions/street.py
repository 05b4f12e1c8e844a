"""Fault in the street: the case puts work on a crew's list, and the crew's answer closes the case and reaches who reported it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from stadig.cases import actions as cases
from stadig.cases import definitions, following, states, telling
from stadig.cases.models import Case, Document
from stadig.city import audit, clock, effects
from stadig.city.verbs import verb
from stadig.eservices import flow, published, submissions
from stadig.eservices.handing import actions as handing
from stadig.eservices.models import Submission
from stadig.geo import places
from stadig.work import actions as work
from stadig.work.models import State, WorkOrder

SOURCE = "cases.case"


@verb
def open_work(case_id: int) -> WorkOrder | None:
    """Put a new case on the crews' list, where its service says so. None for a service that makes no work, or whose cases another
    system handles.

    A place that was written and not pointed out is looked for among the streets; what nobody finds lies in the middle of town,
    with the words as they were written.
    """
    submission = submissions.of_case(case_id)
    mapping = published.of(submission.version).case.work if submission else None
    if submission is None or not mapping or handing.declared(submission) is not None:
        return None
    case = submission.case
    received: Document = case.documents.get(number=1)  # pyright: ignore[reportAttributeAccessIssue]
    answers: Mapping[str, Any] = received.data or {}
    said = flow.get(answers, mapping["place"]) or {}
    text = str(said.get("text", ""))
    place = (case.lon, case.lat) if case.lon is not None and case.lat is not None else places.find(text) or places.middle()
    if place is None:
        return None
    order = work.open_order(
        kind=mapping["kind"],
        title=case.title,
        place=place,
        place_name=text,
        district=case.district,
        source=(SOURCE, case.pk),
        due=case.due_at,
        details=str(flow.get(answers, mapping.get("details", "description")) or ""),
        evidence=list(received.files.all()),
    )
    if case.status == definitions.of(case).first:
        cases.set_status(None, case.pk, mapping["opened"])
    return order


@verb
def follow_work(order_id: int) -> Case | None:
    """The crew closed the work: the case gets the status that says so, and who asked for an answer gets one.

    A case that someone has closed by hand meanwhile stands as it is.
    """
    order = WorkOrder.objects.get(pk=order_id)
    submission = submissions.of_case(order.source_id) if order.source_label == SOURCE and order.source_id else None
    mapping = published.of(submission.version).case.work if submission else None
    if submission is None or not mapping:
        return None
    done = order.state == State.DONE
    try:
        case = cases.set_status(None, submission.case.pk, mapping["done" if done else "impossible"], note=order.outcome)
    except states.NoSuchWay:
        return None
    if done:
        key = f"mended:{case.pk}"
        effects.record(
            *(submission.version.name, "faults_mended", 1, "count", clock.now()),
            subject=("case", case.pk),
            district=case.district_id,
            key=key,
        )
    _answer(submission, case, order, mapping)
    audit.record(None, "answered", case, order=order.pk)
    return case


def _answer(submission: Submission, case: Case, order: WorkOrder, mapping: Mapping[str, str]) -> None:
    """To every party by the channels they chose, unless who reported said that they want no answer."""
    received: Document = case.documents.get(number=1)  # pyright: ignore[reportAttributeAccessIssue]
    if flow.get(received.data or {}, mapping.get("answer", "answer_me")) is False:
        return
    definition, language = definitions.of(case), submission.language
    for party in case.parties.select_related("person__user"):  # pyright: ignore[reportAttributeAccessIssue]
        values = {
            "number": case.number,
            "title": case.title,
            "status": definition.text(f"status.{case.status}.resident", language),
            "next": definition.text(f"status.{case.status}.next", language),
            "outcome": order.outcome if order.state != State.DONE else "",
            "address": settings.PUBLIC_URL + reverse("cases:mine" if party.person_id else "cases:follow"),
            "code": "" if party.person_id else following.code_of(case),
        }
        key = f"case:{case.pk}:work:{order.pk}:{party.pk}"
        telling.reach(party, "eservices/post/mended.txt", values, key=key, language=language)
