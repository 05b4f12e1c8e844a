"""What the room holds about a person and about a case, destroyed when they are (:mod:`stadig.city.erasure`, :mod:`stadig.cases.destroying`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stadig.eservices import drafts
from stadig.eservices.models import Draft, HandOver, Signature, Submission
from stadig.post import actions as post
from stadig.work import actions as work

if TYPE_CHECKING:
    from stadig.cases.models import Case
    from stadig.city.models import Person


def forget_person(person: Person) -> None:
    """Their drafts with all files, and the address where they were asked to sign. That they signed is part of the case."""
    for draft in Draft.objects.filter(person=person):
        drafts.erase(draft)
    Signature.objects.filter(person=person).update(email="")


def names(person: Person) -> bool:
    """Whether they have signed something that was submitted."""
    return Signature.objects.filter(person=person).exists()


def forget_case(case: Case) -> list[Person]:
    """What was submitted, who signed, what was said to them, the hand-over, and the words in the work it became. Gives who had signed."""
    signed = list(Signature.objects.filter(submission__case=case).select_related("person"))
    for one in signed:
        post.forget_about("", beginning=[f"signature:{one.pk}:"])
    Submission.objects.filter(case=case).delete()
    HandOver.objects.filter(case=case).delete()
    work.forget_words("cases.case", case.pk)
    return [one.person for one in signed if one.person]
