"""Verbs of an internal review: colleagues look at a case before it is decided, in turn or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stadig.cases import access, telling
from stadig.cases.actions import CaseError, tell
from stadig.cases.handling import open_case
from stadig.cases.models import Case, Review
from stadig.city import audit, clock
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User

MOST = 8


class AlreadyReviewed(CaseError):
    """The reviewer has answered, or the review was cancelled. The first answer stands."""


class NotYourTurn(CaseError):
    """Someone else looks first."""


class ReviewUnderWay(CaseError):
    """A review is under way already. Cancel it first."""


@verb
def ask_review(
    by: User, case_id: int, reviewers: Sequence[User], text: str, *, in_turn: bool = False, request_id: UUID | None = None
) -> list[int]:
    """Ask colleagues to look at a case, one after the other or all at once; gives the ids of the reviews.

    Raises ValidationError without reviewers or text, or for one who may not see the case; ReviewUnderWay; CaseClosed; Case.DoesNotExist.
    """
    case = open_case(by, case_id)
    chosen = list(dict.fromkeys(reviewers))[:MOST]
    if not chosen or by in chosen:
        raise ValidationError({"reviewers": _("Välj minst en kollega. Du kan inte granska ditt eget.")})
    if not text.strip():
        raise ValidationError({"text": _("Skriv vad kollegan ska titta på.")})
    if any(not Case.objects.filter(access.seen_at_work(one), pk=case_id).exists() for one in chosen):
        raise ValidationError({"reviewers": _("Någon av dem får inte se ärendet. Välj kollegor i enheten.")})
    if Review.objects.filter(case=case, state=Review.State.WAITING).exists():
        raise ReviewUnderWay(_("En granskning pågår redan. Avbryt den först."))
    number = (Review.objects.filter(case=case).order_by("-round").values_list("round", flat=True).first() or 0) + 1
    asked = [
        Review.objects.create(
            case=case,
            round=number,
            turn=turn if in_turn else 1,
            reviewer=one,
            text=text.strip()[:4000],
            asked_at=clock.now(),
            asked_by=by,
        )
        for turn, one in enumerate(chosen, 1)
    ]
    tell(case, "review_asked", by=by)
    for one in asked:
        if one.turn == 1:
            telling.colleague(one.reviewer, case, _("Granska ärendet"))
    audit.record(by, "asked for a review", case, reviewers=[one.pk for one in chosen])
    return [one.pk for one in asked]


@verb
def review(by: User, review_id: int, *, approve: bool, comment: str = "", request_id: UUID | None = None) -> Review:
    """Approve, or send back and say why. Sent back, the rest of the round is cancelled; approved, the next in turn is told.

    Raises ValidationError when it is sent back without a word; AlreadyReviewed; NotYourTurn; Review.DoesNotExist.
    """
    found = Review.objects.select_for_update(of=("self",)).select_related("case", "reviewer", "asked_by")
    one = found.filter(case__in=Case.objects.filter(access.seen_at_work(by)), reviewer=by).get(pk=review_id)
    case = Case.objects.select_for_update(of=("self",)).get(pk=one.case_id)
    waiting = Review.objects.filter(case=case, round=one.round, state=Review.State.WAITING).exclude(pk=one.pk)
    if one.state != Review.State.WAITING:
        raise AlreadyReviewed(_("Granskningen är redan besvarad eller avbruten. Det gäller fortfarande."))
    if waiting.filter(turn__lt=one.turn).exists():
        raise NotYourTurn(_("En kollega ska granska före dig. Du får besked när det är din tur."))
    if not approve and not comment.strip():
        raise ValidationError({"comment": _("Skriv vad som behöver ändras.")})
    one.state = Review.State.APPROVED if approve else Review.State.SENT_BACK
    one.comment, one.at = comment.strip()[:4000], clock.now()
    one.save(update_fields=["state", "comment", "at"])
    if not approve:
        waiting.update(state=Review.State.CANCELLED, at=clock.now())
    elif nearest := waiting.order_by("turn").values_list("turn", flat=True).first():
        for other in waiting.filter(turn=nearest).select_related("reviewer"):
            if nearest != one.turn:
                telling.colleague(other.reviewer, case, _("Granska ärendet"))
    tell(case, "reviewed", by=by, note=str(one.get_state_display()))
    telling.colleague(one.asked_by, case, _("Ärendet är granskat"))
    audit.record(by, "reviewed", case, review=one.pk)
    return one


@verb
def cancel_review(by: User, case_id: int, *, request_id: UUID | None = None) -> int:
    """Nobody needs to look any more; gives how many reviews were waiting. Raises CaseClosed; Case.DoesNotExist."""
    case = open_case(by, case_id)
    stopped = Review.objects.filter(case=case, state=Review.State.WAITING).update(state=Review.State.CANCELLED, at=clock.now())
    audit.record(by, "asked for a review", case, cancelled=stopped)
    return stopped
