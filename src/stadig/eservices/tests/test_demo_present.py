"""The demo town's present: forms come in, case workers move them on, and nobody's work is done while they sit there."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from stadig.cases.models import Case, Decision, Event, Group
from stadig.city import clock
from stadig.city.models import User
from stadig.eservices import uploads
from stadig.eservices.demo import filed
from stadig.eservices.demo.answers import Spot
from stadig.eservices.demo.present import Present
from stadig.eservices.models import Submission
from stadig.files import actions as files
from stadig.files.models import StoredFile

pytestmark = pytest.mark.usefixtures("demo_town")
QUAY = Spot("Hamngatan, vid kajen", 12.55, 56.9, "hamnen")


@pytest.fixture
def present() -> Present:
    return Present([QUAY], np.random.default_rng(5))


def test_someone_submits_a_form_and_it_is_a_case_like_any_other(present: Present):
    before = Case.objects.count()
    sent = [present.submit(clock.now()) for _ in range(4)]
    assert Case.objects.count() == before + sum(one is not None for one in sent)
    assert any(sent)
    assert all(one.case.documents.count() == 1 for one in Submission.objects.filter(pk__in=[one.pk for one in sent if one]))


def test_a_case_worker_takes_what_is_most_in_a_hurry_and_decides_it(present: Present):
    petra = User.objects.get(username="petra")
    decided = Decision.objects.count()
    moved = [present.move("financial-assistance", petra) for _ in range(12)]
    assert any(moved)
    assert Decision.objects.count() > decided
    assert not Case.objects.filter(unit=petra.organisation_id, group=Group.NEW).exists()


def test_time_passes_and_those_at_work_are_left_alone(present: Present, at):
    at("2026-11-24T10:00+01:00")
    by_staff = Event.objects.filter(kind="status", by__isnull=False)
    before = by_staff.count()
    for _ in range(4):
        present.pass_time(clock.now(), 2.0, lambda _user: False)
    assert by_staff.count() == before
    for _ in range(6):
        present.pass_time(clock.now(), 2.0, lambda _user: True)
    assert by_staff.count() > before


def test_forms_that_need_files_are_sent_with_them(present: Present):
    sent = [present.submit(clock.now()) for _ in range(25)]
    cases = [one.case for one in Submission.objects.filter(pk__in=[one.pk for one in sent if one]).select_related("case__type")]
    furnished = [case for case in cases if case.documents.get(number=1).files.exists()]
    assert {case.type.slug for case in furnished} - {"street-fault"}
    assert not StoredFile.objects.filter(purpose=uploads.PURPOSE).exists()


def test_receipts_and_decisions_are_drawn_when_the_town_has_woken():
    case = Case.objects.filter(documents__kind="receipt", decisions__isnull=False).latest("registered_at")
    assert filed.draw(case.pk) == 1 + case.decisions.count()
    assert filed.draw(case.pk) == 0
    for document in case.documents.filter(kind__in=("receipt", "decision")):
        (file,) = document.files.all()
        with default_storage.open(files.path_of(file)) as stored:
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(stored.read())).pages)
        assert case.number in text
    decision = case.decisions.get()
    assert str(decision.decided_at.year) in text
