"""A draft is its owner's alone: encrypted, opened by no role, kept with the version it began with, erased in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from stadig.cases.models import Channel
from stadig.city import clock
from stadig.city.models import Organisation
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.eservices import access, actions, drafts, opening, reading
from stadig.eservices.models import Draft, EService, Tally

FOLDER = Path(reading.__file__).parent / "packages" / "street-fault"
pytestmark = pytest.mark.django_db


@pytest.fixture
def service(db) -> EService:
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)
    return actions.install(None, dict(reading.load(FOLDER).files))


def answering(**answers):
    return lambda contents: replace(contents, answers=contents.answers | answers)


def test_what_is_typed_is_nowhere_in_clear(service, someone):
    karin = someone(Role.RESIDENT)
    draft = drafts.start(karin, service, person=karin.person)
    drafts.save(karin, access.may_fill_in(karin), draft.pk, answering(description="hemligt hål"), step="what", reached="what")
    assert drafts.answers_of(Draft.objects.get()) == {"description": "hemligt hål"}
    assert traces("hemligt hål") == []
    assert Tally.objects.filter(kind="reached", step="what").get().count == 1


def test_no_role_opens_someone_elses_draft(service, someone):
    karin = someone(Role.RESIDENT)
    draft = drafts.start(karin, service, person=karin.person)
    for role in Role:
        other = someone(role)
        assert not Draft.objects.filter(access.may_fill_in(other)).exists()
        with pytest.raises(Draft.DoesNotExist):
            drafts.save(other, access.may_fill_in(other), draft.pk, answering(what="lamp"))
    assert Draft.objects.filter(access.may_fill_in(karin)).get() == draft


def test_an_anonymous_draft_opens_with_its_code_and_the_code_is_stored_nowhere(service):
    draft = drafts.start(None, service)
    code = drafts.code_of(draft.pk)
    assert Draft.objects.get(code_hash=drafts.hash_of_code(code.lower().replace(" ", "-"))) == draft
    assert traces(code, code.replace(" ", "")) == []
    assert Draft.objects.filter(access.may_fill_in(None, [draft.pk])).exists()
    assert not Draft.objects.filter(access.may_fill_in(None)).exists()


def test_pages_open_exactly_the_drafts_that_lists_hold(service, someone):
    karin, leila = someone(Role.RESIDENT), someone(Role.CASE_WORKER)
    own, unowned = drafts.start(karin, service, person=karin.person), drafts.start(None, service)
    helped = drafts.start(leila, service, channel=Channel.ASSISTED, person=karin.person)
    for user in (None, karin, leila, someone(Role.RESIDENT)):
        for held in ([], [unowned.pk], [own.pk, helped.pk]):
            listed = Draft.objects.filter(access.may_fill_in(user, held))
            assert {draft for draft in (own, unowned, helped) if _opens(user, held, draft)} == set(listed)


def _opens(user, held, draft):
    try:
        return opening.read(user, held, draft.pk).draft == draft
    except Draft.DoesNotExist:
        return False


def test_a_draft_sent_twice_begins_once(service):
    sent = uuid4()
    assert drafts.start(None, service, request_id=sent) == drafts.start(None, service, request_id=sent)
    assert Draft.objects.count() == 1
    assert Tally.objects.get(kind="started").count == 1


def test_a_draft_is_erased_thirty_days_after_it_was_last_saved(service, at):
    at("2026-11-24T09:00+01:00")
    draft = drafts.start(None, service)
    at("2026-12-10T09:00+01:00")
    drafts.save(None, access.may_fill_in(None, [draft.pk]), draft.pk, answering(what="lamp"))
    at("2026-12-26T09:00+01:00")
    assert drafts.erase_outdated() == 0
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert drafts.erase_outdated() == 1
    assert not Draft.objects.exists()
