"""The pages of the editor: what they show, what they change, and what they keep when it cannot be saved."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import get_args

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stadig.city.permissions import Role
from stadig.eservices import published
from stadig.eservices.editing import actions, done_words, errors, opening, rule_forms, saving
from stadig.eservices.models import Draft, Edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER, username="henrik")


@pytest.fixture
def ove(someone):
    return someone(Role.ADMINISTRATOR, username="ove")


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    return client


@pytest.fixture
def desk(henrik) -> Client:
    return logged_in(henrik)


@pytest.fixture
def edition(desk, street_fault) -> Edition:
    desk.post(reverse("eservices:edit-begin", args=["street-fault"]))
    return Edition.objects.get()


def url(name: str, edition: Edition, *more: str) -> str:
    return reverse(f"eservices:{name}", args=[edition.pk, *more])


def package(edition: Edition):
    edition.refresh_from_db()
    return opening.package_of(bytes(edition.archive))


def texts(edition: Edition, **changed: str) -> dict[str, str]:
    """What the page of the lamp's number sends when nothing is changed but this."""
    found = package(edition)
    keys = [f"question.lamp_number.{one}" for one in ("label", "hint", "help")]
    sent = {f"{key}:{language}": str(found.texts[language].get(key, "")) for key in keys for language in ("sv", "en")}
    return sent | {"kind": "text", "longest": "20", "revision": str(edition.revision), "_do": "save"} | changed


def test_a_published_service_is_changed_from_the_list_and_from_its_own_page(desk, street_fault):
    assert "Anmäl ett fel på gata eller park" in desk.get(reverse("eservices:edit-list")).content.decode()
    assert "Ändra e-tjänsten" in desk.get(reverse("eservices:service", args=["street-fault"])).content.decode()
    assert "Ändra e-tjänsten" not in Client().get(reverse("eservices:service", args=["street-fault"])).content.decode()
    answer = desk.post(reverse("eservices:edit-begin", args=["street-fault"]))
    assert answer["Location"] == url("edition", Edition.objects.get())
    page = desk.get(answer["Location"]).content.decode()
    assert "Lampans nummer" in page and "Visas när ”Vad gäller det?” är Lampa som inte lyser." in page
    desk.post(reverse("eservices:edit-begin", args=["street-fault"]))
    assert Edition.objects.count() == 1, "the same edition is gone on with"


def test_a_question_is_one_field_and_one_choice(desk, edition):
    page = url("edition-add", edition, "answer")
    answer = desk.post(page, {"label": "Vilken tid passar det att ringa?", "kind": "time", "revision": edition.revision})
    assert answer.status_code == 302, answer.content.decode()
    step = package(edition).flow.steps[2]
    assert [question.kind for question in step.questions()][-1] == "time"
    assert package(edition).text(f"question.{step.parts[-1].key}.label") == "Vilken tid passar det att ringa?"
    refused = desk.post(page, {"label": "Vilken färg?", "kind": "choice", "revision": edition.revision})
    assert refused.status_code == 422 and "Skriv minst två svar" in refused.content.decode()
    assert "Vilken färg?" in refused.content.decode(), "what was typed is kept"


def test_what_was_done_is_said_and_undone(desk, edition):
    before = package(edition).files
    desk.post(url("edition-part", edition, "lamp_number"), texts(edition, **{"question.lamp_number.label:sv": "Stolpens nummer"}))
    assert package(edition).text("question.lamp_number.label") == "Stolpens nummer"
    page = desk.get(url("edition", edition)).content.decode()
    assert "Frågan ändrades." in page and "Ångra" in page
    back = url("edition-part", edition, "lamp_number")
    answer = desk.post(url("edition-undo", edition), {"revision": edition.revision, "next": back})
    assert answer["Location"] == back
    assert package(edition).files == before


def test_what_someone_else_changed_meanwhile_is_told_and_nothing_typed_is_lost(desk, edition, ove):
    mine = texts(edition, **{"question.lamp_number.label:sv": "Mitt förslag"})
    other = logged_in(ove)
    other.post(url("edition-part", edition, "lamp_number"), texts(edition, **{"question.lamp_number.label:sv": "Oves förslag"}))
    answer = desk.post(url("edition-part", edition, "lamp_number"), mine)
    said = answer.content.decode()
    assert answer.status_code == 422 and str(ove) in said and "Mitt förslag" in said
    assert package(edition).text("question.lamp_number.label") == "Oves förslag"
    desk.post(url("edition-part", edition, "lamp_number"), mine | {"revision": str(edition.revision)})
    assert package(edition).text("question.lamp_number.label") == "Mitt förslag"


def test_a_condition_is_made_of_choices(desk, edition):
    page = url("edition-part", edition, "photos")
    desk.post(page, {"_do": "show_if:new", "ny-path": "what", "revision": edition.revision})
    assert package(edition).question("photos").show_if == {"==": [{"var": "what"}, "hole"]}
    row = {"show_if-0-0-path": "danger", "show_if-0-0-op": "is", "show_if-0-0-value": "hole"}
    desk.post(page, {"_do": "show_if:save", "revision": edition.revision + 0, **row})
    edition.refresh_from_db()
    desk.post(page, {"_do": "show_if:save", "revision": edition.revision, **row})
    assert package(edition).question("photos").show_if == {"==": [{"var": "danger"}, True]}
    desk.post(page, {"_do": "show_if:remove:0-0", "revision": edition.revision, **row, "show_if-0-0-value": "yes"})
    assert package(edition).question("photos").show_if is None


def test_a_question_that_others_read_is_not_removed(desk, edition):
    answer = desk.post(url("edition-part", edition, "what"), {"_do": "remove", "revision": edition.revision})
    said = answer.content.decode()
    assert answer.status_code == 422 and "Något annat beror på det" in said and "Lampans nummer" in said


def test_the_preview_is_the_real_form_and_stores_nothing(desk, edition):
    page = url("edit-preview-step", edition, "what")
    first = desk.get(page)
    assert "Vad gäller det?" in first.content.decode() and "Lampans nummer" not in first.content.decode()
    kept = first.context["kept"]
    sent = {"_q": ["what", "description", "danger"], "what": "lamp", "_kept": kept, "_slots": ["sq-what"]}
    fragment = desk.post(page, sent, headers={"HX-Request": "true"}).content.decode()
    assert "Lampans nummer" in fragment and "q-what" not in fragment, "the field one is in is left alone"
    nothing = desk.post(page, {"_q": ["what"], "_kept": kept, "_do": "next"}).content.decode()
    assert "Ett svar behöver rättas" in nothing
    second = desk.post(page, sent | {"_q": [*sent["_q"], "lamp_number"], "_do": "next"})
    assert second.context["step_id"] == "where"
    assert Draft.objects.count() == 0


def test_only_the_preview_may_stand_in_a_frame(desk, edition):
    preview, page = desk.get(url("edit-preview", edition)), desk.get(url("edition", edition))
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert "script-src 'self'" in preview["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_texts_that_are_missing_stand_first(desk, edition):
    desk.post(url("edition-add", edition, "answer"), {"label": "Vad heter du?", "kind": "text", "revision": edition.revision})
    page = desk.get(url("edition-texts", edition)).content.decode()
    assert "En text saknas på något språk." in page and "Vad heter du?" in page and "Lampans nummer" not in page
    assert "Lampans nummer" in desk.get(url("edition-texts", edition) + "?visa=alla").content.decode()


def test_an_archive_that_cannot_be_read_is_refused_in_words(desk, edition):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("service.yaml", "name: [")
    sent = {"archive": SimpleUploadedFile("tjanst.zip", written.getvalue()), "revision": edition.revision}
    answer = desk.post(url("edition-files", edition), sent)
    assert answer.status_code == 422 and "service.yaml" in answer.content.decode()
    fetched = desk.get(url("edition-archive", edition))
    back = desk.post(
        url("edition-files", edition), {"archive": SimpleUploadedFile("a.zip", fetched.content), "revision": edition.revision}
    )
    assert back.status_code == 302, back.content.decode()
    assert set(package(edition).files) == set(published.by_digest(package(edition).digest).files)


def test_someone_else_than_the_one_who_asked_publishes(desk, edition, ove, henrik):
    desk.post(url("edition-part", edition, "lamp_number"), texts(edition, **{"question.lamp_number.label:sv": "Stolpens nummer"}))
    edition.refresh_from_db()
    desk.post(url("edition-review", edition), {"revision": edition.revision})
    edition.refresh_from_db()
    assert edition.state == Edition.State.ASKED
    assert "Publicera</button>" not in desk.get(url("edition-review", edition)).content.decode()
    desk.post(url("edition-publish", edition), {"digest": edition.asked_digest})
    assert published.current("street-fault")[1].text("question.lamp_number.label") == "Lampans nummer"
    other = logged_in(ove)
    page = other.get(url("edition-review", edition)).content.decode()
    assert "Stolpens nummer" in page and "Lampans nummer" in page, "what differs is said in words"
    answer = other.post(url("edition-publish", edition), {"digest": edition.asked_digest})
    assert answer["Location"] == reverse("eservices:service", args=["street-fault"])
    assert published.current("street-fault")[1].text("question.lamp_number.label") == "Stolpens nummer"


def test_what_is_sent_back_says_why(desk, edition, ove):
    desk.post(url("edition-part", edition, "lamp_number"), texts(edition, **{"question.lamp_number.label:sv": "Stolpens nummer"}))
    edition.refresh_from_db()
    desk.post(url("edition-review", edition), {"revision": edition.revision})
    logged_in(ove).post(url("edition-send-back", edition), {"why": "Skriv lampa. Det säger alla."})
    page = desk.get(url("edition-review", edition)).content.decode()
    assert "Skriv lampa. Det säger alla." in page and "Be om publicering" in page


def test_a_change_that_is_thrown_away_can_be_taken_back(desk, edition):
    desk.post(url("edition-discard", edition))
    page = desk.get(reverse("eservices:edit-list")).content.decode()
    assert "Kastade ändringar" in page
    desk.post(url("edition-restore", edition))
    edition.refresh_from_db()
    assert edition.state == Edition.State.WORKING


def test_the_handling_is_changed_as_tables(desk, edition):
    page = url("edition-case", edition)
    desk.post(page, {"_do": "status", "name": "Väntar på delar", "kind": "others", "revision": edition.revision})
    status = package(edition).case.statuses[-1]
    assert status.group == "others" and package(edition).text(f"status.{status.id}.name") == "Väntar på delar"
    way = {"start": "ordered", "end": status.id, "by": "case_worker", "said-sv": "Vänta", "said-en": "Wait"}
    desk.post(f"{page}?vag=ny", way | {"_do": "way", "revision": edition.revision})
    made = package(edition).case.transitions[-1]
    assert (made.start, made.end) == ("ordered", status.id) and package(edition).text(f"transition.{made.do}", "en") == "Wait"
    time = {"days": "3", "until": status.id, "said-sv": "Svar till den som anmälde"}
    desk.post(f"{page}?tid=ny", time | {"_do": "time", "revision": edition.revision})
    assert [one.days for one in package(edition).case.deadlines] == [5, 3]
    assert "Svar till den som anmälde: 3 dagar" in desk.get(page).content.decode()
    desk.post(f"{page}?tid=1", {"_do": "time-remove", "revision": edition.revision})
    assert [one.days for one in package(edition).case.deadlines] == [5]


def test_what_a_decision_is_begun_from_is_written_beside_its_other_words(desk, installed):
    installed("parking-permit")
    desk.post(reverse("eservices:edit-begin", args=["parking-permit"]))
    edition = Edition.objects.get()
    address = url("edition-decision", edition, "refused")
    page = desk.get(address)
    fields = {side.field: side.value for row in page.context["texts"].sides() for side in row.sides}
    assert fields["template.refused:sv"].startswith("Tillståndet är till för")
    held = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    said = fields | held | {"revision": edition.revision, "_do": "save"}
    desk.post(address, said)
    assert package(edition).files == published.current("parking-permit")[1].files, "nothing was changed"
    desk.post(address, said | {"template.refused:sv": "Du kan {walks}.\r\n\r\n[Varför.]"})
    assert package(edition).templates["sv"]["refused"] == "Du kan {walks}.\n\n[Varför.]\n"
    assert "walks" in desk.get(address).content.decode().partition('id="t-template-refused-sv-finding"')[2]
    desk.post(url("edition-decision", edition, "refused"), {"revision": edition.revision, "_do": "remove"})
    assert not [name for name in package(edition).files if name.startswith("templates/refused")]


def test_a_service_in_swedish_gets_one_more_language(desk, edition, ove):
    files = {name: data for name, data in package(edition).files.items() if name != "texts/en.yaml" and ".en." not in name}
    files["service.yaml"] = files["service.yaml"].replace(b"languages: [sv, en]", b"languages: [sv]")
    actions.take_in(ove, edition.pk, edition.revision, files)
    assert package(edition).about.languages == ("sv",)
    page = desk.get(url("edition-texts", edition)).content.decode()
    assert "Lägg till engelska" in page and "Lägg till svenska" not in page
    desk.post(url("edition-texts", edition), {"_do": "language:en", "revision": edition.revision})
    assert package(edition).about.languages == ("sv", "en")
    page = desk.get(url("edition-texts", edition)).content.decode()
    assert "Ett språk lades till." in page and "texter saknas på något språk" in page and "Lägg till engelska" not in page


def test_each_reason_not_to_save_and_each_thing_done_has_words():
    assert set(saving.SAYS) == set(errors.WORDS)
    assert set(done_words.DONE) == set(get_args(done_words.What))


def test_a_condition_too_composed_for_the_table_says_what_it_is_about(desk, edition):
    composed = {">": [{"+": [{"var": "distance_m"}, 1]}, {"var": "distance_m"}]}
    opened = opening.Opened(edition, package(edition), "sv")
    question = replace(opened.package.question("lamp_number"), required=False, show_if=composed, require_if=composed)
    said = [one.said for one in rule_forms.of(opened, question.path, question, None).tables]
    assert said == ["Visas efter ett sammansatt villkor.", "Måste besvaras efter ett sammansatt villkor."]
