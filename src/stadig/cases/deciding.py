"""Verbs of a decision: made once, kept as it was, told to the parties, reported to the committee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from stadig.cases import access, casefile, definitions, drafting, papers, telling, terms
from stadig.cases.actions import CaseError, add_document, go_to, tell
from stadig.cases.definition import DecisionType, Definition
from stadig.cases.handling import open_case
from stadig.cases.models import Case, Clock, Completion, Decision, Document, Group, Review
from stadig.city import audit, clock, outbox
from stadig.city.verbs import verb
from stadig.files import actions as files

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from stadig.city.models import User

LEAST_REASONING: Final = 20


class MayNotDecide(CaseError):
    """The decision is not delegated to the person, or not delegated at all."""


class NoSuchDecision(CaseError):
    """The case cannot be decided that way from where it stands."""


class UnderReview(CaseError):
    """Colleagues are still looking at the case. Wait for them, or cancel the review."""


def types(case: Case, definition: Definition) -> tuple[DecisionType, ...]:
    """The decisions that may be made now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM cases_clock WHERE case_id = %s AND met_at IS NULL", [case.pk])
        clocks = {name for (name,) in cursor.fetchall()}
    return casefile.decidable(definition, case.status, clocks)


def propose(
    by: User,
    case: Case,
    type: str,  # noqa: A002 - the word of the domain
    reasoning: str,
    *,
    conditions: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> papers.Proposal:
    """What would be decided, checked: for the preview, and for :func:`decide`. Writes nothing.

    Raises NoSuchDecision; MayNotDecide; ValidationError for reasoning that says nothing, or a period that ends before it begins.
    """
    definition = definitions.of(case)
    chosen = next((one for one in types(case, definition) if one.id == type), None)
    if chosen is None:
        raise NoSuchDecision(_("Beslutet går inte att fatta härifrån. Läs ärendet en gång till: någon kan ha ändrat det."))
    delegated = bool(chosen.delegation) or chosen.id == terms.DECISION_ASKED
    if not Case.objects.filter(access.may_decide(by, delegated=delegated), pk=case.pk).exists():
        raise MayNotDecide(_("Du får inte fatta det här beslutet. Det är inte delegerat till dig. Be din chef."))
    if len(reasoning.split()) < 3 or len(reasoning.strip()) < LEAST_REASONING:
        raise ValidationError(
            {"reasoning": _("Skriv varför, så att den som läser förstår vad som avgjorde (32 § förvaltningslagen).")}
        )
    for name, text in (("reasoning", reasoning), ("conditions", conditions)):
        if words := drafting.left(text):
            raise ValidationError(
                {name: _("Skriv det som står inom hakparentes, eller ta bort det: %(words)s") % {"words": words}}
            )
    first = valid_from or (clock.today() if chosen.valid_months else None)
    last = valid_to or (terms.valid_until(first, chosen.valid_months) if first and chosen.valid_months else None)
    if last and (first is None or last < first):
        raise ValidationError({"valid_to": _("Sista dagen måste ligga efter den första.")})
    return papers.Proposal(chosen, reasoning.strip(), conditions.strip(), first, last, chosen.delegation)


@verb
def decide(
    by: User,
    case_id: int,
    type: str,  # noqa: A002 - the word of the domain
    reasoning: str,
    *,
    conditions: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    request_id: UUID | None = None,
) -> Decision:
    """Decide a case: the decision with its document, the status it leads to, clocks met, parties told. It cannot be changed.

    Raises what :func:`propose` raises; UnderReview; CaseClosed; Case.DoesNotExist.
    """
    case = open_case(by, case_id)
    proposal = propose(by, case, type, reasoning, conditions=conditions, valid_from=valid_from, valid_to=valid_to)
    if Review.objects.filter(case=case, state=Review.State.WAITING).exists():
        raise UnderReview(_("Ärendet granskas. Vänta på svaret, eller avbryt granskningen först."))
    definition, now, today = definitions.of(case), clock.now(), clock.today()
    language = telling.language_of(case)
    document = _document(case, proposal, by, language)
    decision = Decision.objects.create(
        case=case,
        type=proposal.type.id,
        outcome=proposal.type.outcome,
        statute=proposal.type.statute,
        reasoning=proposal.reasoning,
        conditions=proposal.conditions,
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
        appeal=proposal.type.appeal,
        appeal_by=papers.appeal_by(proposal.type.appeal, today),
        delegation=proposal.delegation,
        decided_at=now,
        decided_by=by,
        document=document,
    )
    Clock.objects.filter(case=case, name=terms.DECISION_ASKED, met_at=None).update(met_at=now)
    tell(case, "decided", by=by, document=document)
    if proposal.type.status != case.status:
        Completion.objects.filter(case=case, answered_at=None, withdrawn_at=None).update(withdrawn_at=now)
        go_to(case, definition, proposal.type.status, by=by, document=document)
    else:
        _next_deadline(case)
    telling.parties(case, "decided", f"case-decision:{decision.pk}", on_paper=False)
    outbox.announce("case.decided", case=case.pk, decision=decision.pk)
    audit.record(by, "decided", case, decision=decision.pk)
    return decision


@verb
def report(by: User, decision_ids: Sequence[int], meeting: date, *, request_id: UUID | None = None) -> int:
    """The committee was told of these decisions at a meeting (KL 6 kap. 40 §, 7 kap. 8 §); gives how many. Reported once, it stands."""
    reach = access.REPORT.organisations(by) if access.REPORT.held_by(by) else set[int]()
    untold = Decision.objects.select_for_update(of=("self",)).filter(pk__in=decision_ids, reported_on=None).exclude(delegation="")
    if reach is not None:
        untold = untold.filter(case__committee__in=reach)
    told = [decision.pk for decision in untold.order_by("pk")]
    Decision.objects.filter(pk__in=told).update(reported_on=meeting)
    for pk in told:
        audit.record(by, "told the committee", ("cases.decision", pk))
    return len(told)


def _document(case: Case, proposal: papers.Proposal, by: User, language: str) -> Document:
    made = papers.paper(case, proposal, by, language)
    name = f"beslut-{case.number.replace(' ', '-').replace('/', '-')}.pdf"
    file = files.keep(papers.pdf(made), by, purpose=access.FILES, name=name)
    title = f"Beslut: {definitions.of(case).text(f'decision.{proposal.type.id}.name') or proposal.type.id}"
    document = add_document(case, Document.Direction.DRAWN_UP, "decision", title, by=by, data=asdict(made), language=language)
    document.files.add(file)
    return document


def _next_deadline(case: Case) -> None:
    left = Clock.objects.filter(case=case, met_at=None, paused_at=None).order_by("due_at").values_list("due_at", flat=True)
    case.due_at = left.first() if case.group != Group.CLOSED else None
    case.save(update_fields=["due_at"])
