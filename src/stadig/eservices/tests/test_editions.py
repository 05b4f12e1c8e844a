"""Changing a service in the editor: one revision at a time, every one can be undone, and two persons publish."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from stadig.city.actions import NotAllowed
from stadig.city.models import AuditEntry
from stadig.city.roles import Role
from stadig.eservices import actions as eservices
from stadig.eservices import packing, published, reading
from stadig.eservices.demo import changing
from stadig.eservices.editing import actions, changes
from stadig.eservices.editing.errors import EditError
from stadig.eservices.models import Edition, EditionRevision, EService
from stadig.eservices.package import PackageError
from stadig.eservices.tests.conftest import NAMES, PACKAGES

TITLE = partial(changes.set_text, key="service.title", texts={"sv": "Felanmälan"})
SAID = {"sv": "Vad heter du?", "en": "What is your name?"}


def ask_more(files):
    return changes.add_question(files, "answer", "text", SAID)[0]


def break_it(files):
    return {**files, "flow.yaml": b"steps: []\n"}


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER)


@pytest.fixture
def ove(someone):
    return someone(Role.ADMINISTRATOR)


@pytest.fixture
def edition(street_fault, henrik) -> Edition:
    return actions.begin(henrik, "street-fault")


@pytest.mark.parametrize("name", NAMES)
def test_a_package_opened_changed_back_and_exported_is_byte_equal(installed, henrik, name):
    files = reading.files_of(PACKAGES / name)
    installed(name)
    edition = actions.begin(henrik, name)
    assert actions.files_of(edition) == files
    edition = actions.change(henrik, edition.pk, 0, TITLE, "texts")
    after = actions.files_of(edition)
    assert {one for one in files if files[one] != after[one]} == {"texts/sv.yaml"}
    one, other = (data["texts/sv.yaml"].decode().splitlines() for data in (files, after))
    assert len(one) == len(other)
    assert [line for line, new in zip(one, other, strict=True) if line != new] == [
        next(line for line in one if " title:" in line)
    ]
    title = {"sv": reading.read(files).text("service.title")}
    edition = actions.change(henrik, edition.pk, 1, partial(changes.set_text, key="service.title", texts=title), "texts")
    assert packing.pack(actions.files_of(edition)) == packing.pack(files)


def test_there_is_one_edition_under_way(edition, ove):
    assert actions.begin(ove, "street-fault") == edition
    assert Edition.objects.count() == 1


def test_an_edit_that_breaks_the_package_is_refused_and_nothing_is_saved(edition, henrik):
    with pytest.raises(EditError):
        actions.change(henrik, edition.pk, 0, break_it, "texts")
    edition.refresh_from_db()
    assert (edition.revision, actions.files_of(edition)) == (0, reading.files_of(PACKAGES / "street-fault"))


def test_an_edit_that_changes_nothing_is_no_revision(edition, henrik):
    assert actions.change(henrik, edition.pk, 0, dict, "texts").revision == 0
    assert EditionRevision.objects.count() == 1


def test_whoever_comes_second_is_told_who_came_first(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, TITLE, "texts")
    with pytest.raises(actions.ChangedMeanwhile) as meanwhile:
        actions.change(ove, edition.pk, 0, ask_more, "question_added")
    assert (meanwhile.value.who, meanwhile.value.when) == (str(henrik), Edition.objects.get().changed_at)
    assert actions.change(ove, edition.pk, 1, ask_more, "question_added").revision == 2


def test_all_is_undone_one_after_the_other_and_nothing_is_lost(edition, henrik, ove):
    begun = actions.files_of(edition)
    once = actions.files_of(actions.change(henrik, edition.pk, 0, TITLE, "texts"))
    actions.change(ove, edition.pk, 1, ask_more, "question_added")
    edition = actions.undo(henrik, edition.pk, 2)
    assert actions.files_of(edition) == once
    edition = actions.undo(henrik, edition.pk, 3)
    assert actions.files_of(edition) == begun
    assert actions.undo(henrik, edition.pk, 4).revision == 4
    assert list(EditionRevision.objects.order_by("revision").values_list("what", "before")) == [
        ("begun", None), ("texts", 0), ("question_added", 1), ("undone", 0), ("undone", None),
    ]  # fmt: skip
    edition = actions.change(henrik, edition.pk, 4, TITLE, "texts")
    assert actions.files_of(actions.undo(henrik, edition.pk, 5)) == begun


def test_two_persons_publish(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, ask_more, "question_added")
    edition = actions.ask(henrik, edition.pk, 1)
    assert reading.read(actions.files_of(edition)).version == "1.1.0"
    with pytest.raises(actions.NotYours):
        actions.publish(henrik, edition.pk, edition.asked_digest)
    assert EService.objects.get().current.version == "1.0.0"
    edition = actions.publish(ove, edition.pk, edition.asked_digest)
    service, package = published.current("street-fault")
    assert (service.current.version, edition.published, edition.state) == ("1.1.0", service.current, "published")
    assert package.question("vad_heter_du").kind == "text"
    assert list(AuditEntry.objects.filter(what="eservices.edition").order_by("position").values_list("did", flat=True)) == [
        "began_edition", "changed", "changed", "asked_to_publish", "published",
    ]  # fmt: skip
    with pytest.raises(EditError):
        actions.change(henrik, edition.pk, edition.revision, TITLE, "texts")
    assert actions.begin(henrik, "street-fault").pk != edition.pk
    assert "är publicerad" in henrik.notices.get().text


def test_what_changes_after_the_asking_is_not_published(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, TITLE, "texts")
    asked = actions.ask(henrik, edition.pk, 1)
    actions.change(henrik, edition.pk, asked.revision, ask_more, "question_added")
    with pytest.raises(actions.ChangedMeanwhile):
        actions.publish(ove, edition.pk, asked.asked_digest)
    again = actions.ask(henrik, edition.pk, asked.revision + 1)
    with pytest.raises(actions.ChangedMeanwhile):
        actions.publish(ove, edition.pk, asked.asked_digest)
    assert actions.publish(ove, edition.pk, again.asked_digest).state == "published"


def test_what_has_errors_is_not_asked_for(edition, henrik):
    actions.change(henrik, edition.pk, 0, partial(changes.set_text, key="status.mended.name", texts={"en": ""}), "texts")
    with pytest.raises(actions.NotReady) as wrong:
        actions.ask(henrik, edition.pk, 1)
    assert [one.kind for one in wrong.value.findings] == ["missing_text"]
    hidden = partial(changes.set_rule, path="description", what="show_if", rule={"==": [{"var": "danger"}, True]})
    actions.change(henrik, edition.pk, 1, hidden, "rule")
    with pytest.raises(actions.NotReady) as wrong:
        actions.ask(henrik, edition.pk, 2)
    assert "scenario_failed" in {one.kind for one in wrong.value.findings}


def test_it_is_sent_back_with_what_must_change(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, TITLE, "texts")
    asked = actions.ask(henrik, edition.pk, 1)
    edition = actions.send_back(ove, edition.pk, why=" Skriv varför. ")
    assert "behöver mer arbete" in henrik.notices.get().text and f"/{edition.pk}/" in henrik.notices.get().url
    assert (edition.state, edition.sent_back_why, edition.asked_by) == ("working", "Skriv varför.", None)
    with pytest.raises(actions.ChangedMeanwhile):
        actions.publish(ove, edition.pk, asked.asked_digest)
    assert actions.ask(henrik, edition.pk, edition.revision).sent_back_why == ""


def test_what_is_thrown_away_can_be_taken_back(edition, henrik, ove):
    edition = actions.discard(henrik, edition.pk)
    with pytest.raises(EditError):
        actions.change(henrik, edition.pk, 0, TITLE, "texts")
    assert actions.restore(ove, edition.pk).state == "working"
    actions.discard(henrik, edition.pk)
    actions.begin(henrik, "street-fault")
    with pytest.raises(EditError):
        actions.restore(ove, edition.pk)


def test_an_archive_is_taken_in_whole_or_not_at_all(edition, henrik):
    files = dict(ask_more(reading.files_of(PACKAGES / "street-fault")))
    edition = actions.take_in(henrik, edition.pk, 0, files)
    assert actions.files_of(edition) == files
    for wrong in (break_it(files), reading.files_of(PACKAGES / "access-rights")):
        with pytest.raises(PackageError):
            actions.take_in(henrik, edition.pk, 1, wrong)
    assert actions.files_of(Edition.objects.get()) == files


def test_the_citys_own_is_changed_and_published_too(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, partial(changes.set_local, wanted={"phone": "0340-12 00 00"}), "local")
    asked = actions.ask(henrik, edition.pk, 1)
    actions.publish(ove, edition.pk, asked.asked_digest)
    service = EService.objects.get()
    assert (service.local, service.current.version) == ({"phone": "0340-12 00 00"}, "1.0.0")
    edition = actions.begin(henrik, "street-fault")
    actions.change(henrik, edition.pk, 0, partial(changes.set_local, wanted={}), "local")
    actions.publish(ove, edition.pk, actions.ask(henrik, edition.pk, 1).asked_digest)
    assert EService.objects.get().local == {}


def test_what_was_published_meanwhile_is_not_overwritten(edition, henrik, ove):
    actions.change(henrik, edition.pk, 0, TITLE, "texts")
    asked = actions.ask(henrik, edition.pk, 1)
    newer = changes.raise_version(ask_more(reading.files_of(PACKAGES / "street-fault")), "major")
    eservices.install(None, dict(newer))
    with pytest.raises(PackageError):
        actions.publish(ove, edition.pk, asked.asked_digest)
    assert EService.objects.get().current.version == "2.0.0"


def test_a_service_from_nothing_to_published(unit, henrik, ove):
    new = actions.begin_new(
        henrik, titles={"sv": "Låna en släpvagn"}, committee="Gatu- och parknämnden", unit="Gata och park", series="GPN"
    )
    assert (new.name, new.base) == ("lana-en-slapvagn", None)
    step = reading.read(actions.files_of(new)).flow.steps[0].id
    actions.change(
        henrik,
        new.pk,
        0,
        lambda files: changes.add_question(files, step, "date", {"sv": "Vilken dag?"}, required=True)[0],
        "question_added",
    )
    asked = actions.ask(henrik, new.pk, 1)
    actions.publish(ove, new.pk, asked.asked_digest)
    assert published.current("lana-en-slapvagn")[1].question("vilken_dag").required
    again = actions.begin_new(
        henrik, titles={"sv": "Låna en släpvagn"}, committee="Gatu- och parknämnden", unit="Gata och park", series="GPN"
    )
    assert again.name == "lana-en-slapvagn-2"


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.REGISTRAR, Role.PLANNER, Role.AUDITOR, None])
def test_others_neither_change_nor_publish(edition, henrik, someone, role):
    other = someone(role) if role else someone()
    actions.change(henrik, edition.pk, 0, TITLE, "texts")
    asked = actions.ask(henrik, edition.pk, 1)
    for verb in (
        lambda: actions.begin(other, "street-fault"),
        lambda: actions.begin_new(other, titles={"sv": "X"}, committee="", unit="", series="XX"),
        lambda: actions.change(other, edition.pk, asked.revision, ask_more, "x"),
        lambda: actions.take_in(other, edition.pk, asked.revision, {}),
        lambda: actions.undo(other, edition.pk, asked.revision),
        lambda: actions.ask(other, edition.pk, asked.revision),
        lambda: actions.publish(other, edition.pk, asked.asked_digest),
        lambda: actions.send_back(other, edition.pk, why="x"),
        lambda: actions.discard(other, edition.pk),
        lambda: actions.restore(other, edition.pk),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert Edition.objects.get().state == "asked"


def test_of_two_at_once_one_is_told(transactional_db, edition, henrik, ove):
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def change(user, words):
        try:
            start.wait(10)
            actions.change(user, edition.pk, 0, partial(changes.set_text, key="service.title", texts={"sv": words}), "texts")
            outcomes.append("saved")
        except actions.ChangedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=one) for one in ((henrik, "En"), (ove, "Två"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["saved", "told"]
    assert EditionRevision.objects.count() == 2


def test_in_the_demo_town_one_edition_waits_for_another_person(street_fault, someone):
    henrik, ove = someone(Role.MANAGER, username="henrik"), someone(Role.ADMINISTRATOR, username="ove")
    changing.seed_edition()
    edition = Edition.objects.get()
    assert (edition.state, edition.asked_by) == ("asked", henrik)
    assert [one.what for one in edition.revisions.order_by("revision")] == ["begun", "texts", "options", "version"]
    package = reading.read(actions.files_of(edition))
    assert package.question("what").options == ("hole", "lamp", "sign", "tree", "ice", "klotter", "other")
    actions.publish(ove, edition.pk, edition.asked_digest)
    assert published.current("street-fault")[0].current.version == "1.1.0"


def test_the_scenarios_follow_when_the_one_who_reads_says_so(edition, henrik, client):
    hidden = partial(changes.set_rule, path="description", what="show_if", rule={"==": [{"var": "what"}, "other"]})
    actions.change(henrik, edition.pk, 0, hidden, "rule")
    client.force_login(henrik)
    page = reverse("eservices:edition-review", args=[edition.pk])
    assert "Låt proven följa formuläret" in client.get(page).content.decode()
    assert client.post(page, {"_do": "follow", "revision": 1}).status_code == 302
    assert client.post(page, {"revision": 1}).status_code == 422  # someone's page from before
    assert client.post(page, {"revision": 2}).status_code == 302
    assert Edition.objects.get().state == "asked"


def test_what_the_city_alone_changed_can_be_asked_for(edition, henrik, client):
    actions.change(henrik, edition.pk, 0, partial(changes.set_local, wanted={"phone": "0340-12 00 00"}), "local")
    client.force_login(henrik)
    page = reverse("eservices:edition-review", args=[edition.pk])
    assert "Be om publicering" in client.get(page).content.decode()
