"""Answers we owe, as the director's start page tells them."""

from __future__ import annotations

from datetime import timedelta

from stadig.cases import owed
from stadig.cases.models import Case
from stadig.city import clock
from stadig.city.roles import Role


def test_the_director_reads_how_many_answers_are_late_and_since_when(open_case, someone):
    case = open_case()
    director = someone(Role.DIRECTOR)
    Case.objects.filter(pk=case.pk).update(due_at=clock.now() + timedelta(days=1))
    assert owed.cards(director) == []
    Case.objects.filter(pk=case.pk).update(due_at=clock.now() - timedelta(days=12, hours=1))
    [card] = owed.cards(director)
    assert card.title == case.committee.name
    assert card.text == "Ett ärende har gått över sin tid. Det äldsta sedan 12 dagar."


def test_no_one_else_is_told(open_case, someone):
    Case.objects.filter(pk=open_case().pk).update(due_at=clock.now() - timedelta(days=12))
    assert owed.cards(someone(Role.MANAGER)) == []
