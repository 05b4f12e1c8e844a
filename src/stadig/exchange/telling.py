"""Whom it is told to that a lookup has come to something: open pages, the audit log, and the job that asks again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from stadig.city import audit
from stadig.city.models import Person, User
from stadig.exchange import again, digest
from stadig.exchange.outcomes import together

if TYPE_CHECKING:
    from stadig.exchange.plans import Plan, PlannedCall
    from stadig.exchange.storing import Tally

log = logging.getLogger("stadig.exchange")
TOPICS = "exchange.lookup:"
DONE = "exchange.done:"
NOT_OURS: Final = {"wrong_person": "got an answer about someone else", "wrong_answer": "got an answer to another question"}
"""A block's alarm → what the audit log says."""
WAS: Final = {"wrong_person": "was about someone else", "wrong_answer": "was to another question"}


def topic(lookup_id: int) -> str:
    """The live topic of a lookup: told each time a block comes."""
    return f"{TOPICS}{lookup_id}"


def done_topic(lookup_id: int) -> str:
    """The live topic that is told once, when each agency has answered or is overdue."""
    return f"{DONE}{lookup_id}"


def finished(plan: Plan, tally: Tally, proof: str) -> None:
    """A lookup's second row in the audit log: the outcome of each agency, the hash of each raw answer, and ``proof``, its digest."""
    outcomes = {agency: together(found) for agency, found in tally.outcomes.items()}
    audit.record(
        _asker(plan),
        "got answers",
        ("exchange.lookup", plan.id),
        case=plan.case,
        person=plan.pseudonym or Person(pk=plan.person),
        outcomes={agency: one.value for agency, one in outcomes.items()},
        sha256=tally.hashes,
        not_kept=tally.not_kept,
        dropped=tally.dropped,
        digest=proof,
    )
    again.later(plan.id, plan.kind, plan.purpose)


def late(plan: Plan, call: PlannedCall, tally: Tally) -> None:
    """An answer that came after its deadline."""
    agencies, key = call.question.agencies, str(call.question.correlation_id)
    audit.record(
        _asker(plan),
        "got a late answer",
        ("exchange.lookup", plan.id),
        case=plan.case,
        person=plan.pseudonym or Person(pk=plan.person),
        outcomes={agency: together(tally.outcomes[agency]).value for agency in agencies},
        sha256={one: value for one, value in tally.hashes.items() if one == key},
        not_kept={one: why for one, why in tally.not_kept.items() if one == key},
        dropped={agency: number for agency, number in tally.dropped.items() if agency in agencies},
        digest=digest.of(plan.id),
    )


def listened_in_vain(plan: Plan, row: int) -> None:
    """No answer came after the deadline either, and the call has been let go of: what is stored has changed once more."""
    audit.record(
        _asker(plan), "stopped listening", ("exchange.lookup", plan.id), case=plan.case, call=row, digest=digest.of(plan.id)
    )


def not_ours(plan: Plan, call: PlannedCall, row: int, alarm: str) -> None:
    """An agency answered about another person, or to another question: nothing of it is kept, and it is told loudly."""
    agencies = list(call.question.agencies)
    log.error("The answer to call %d (%s) %s. It was thrown away; tell the agency.", row, ", ".join(agencies), WAS[alarm])
    audit.record(
        _asker(plan),
        NOT_OURS[alarm],
        ("exchange.lookup", plan.id),
        case=plan.case,
        call=row,
        agencies=agencies,
    )


def _asker(plan: Plan) -> User | None:
    """Who asked, as the audit log needs them."""
    return User(pk=plan.by, person_id=plan.by_person) if plan.by else None
