"""A trial from an idea to its end, with plain figures: scaled up, withdrawn, changed underway, late, decided otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from stadig.city import clock, effects, rollout
from stadig.city.models import Effect, Rollout, Service
from stadig.city.roles import Role
from stadig.pilots import actions, errors, figures, incoming, queries
from stadig.pilots import card as cards
from stadig.pilots.actions.common import frozen
from stadig.pilots.models import CardVersion, Decision, Look, Pilot, Point
from stadig.pilots.statistics import reading
from stadig.pilots.statistics.terms import Design, Direction, Scale

DAYS = cards.Outcome("days", "Dagar till svar", "dagar", Direction.LESS)
HELP = cards.Outcome("helped", "Behövde hjälp", "%", Direction.LESS)
CARD = cards.Card(
    title="Påminnelser före sista dagen",
    service="parkering",
    hypothesis="Fler hinner i tid när vi påminner.",
    unit="person",
    lever="reminder",
    design=Design.PERSONS,
    primary=DAYS,
    scale=Scale.ABSOLUTE,
    worthwhile=2.0,
    harm=2.0,
    guardrails=(cards.Guardrail(HELP, 20.0, inclusion=True),),
    cost_ceiling_kr=50_000,
    owner="Enhetschefen",
    begins=dt.date(2026, 9, 7),
    ends=dt.date(2026, 11, 1),
    planned_n=800,
    exit_plan="Påminnelserna stängs av samma dag.",
    equal=cards.EqualTreatment("Hälften får en påminnelse", "För att se om den hjälper", "Nämnden", dt.date(2026, 8, 20), dt.date(2026, 11, 1)),
    privacy=cards.Privacy("Telefonnummer", "Uppgift av allmänt intresse", False, "Svara STOPP"),
    purchase=cards.Purchase("own_work"),
)  # fmt: skip


@pytest.fixture
def boss(someone):
    """A director, who may plan, start and decide."""
    return someone(Role.DIRECTOR)


@pytest.fixture
def service(db):
    return Service.objects.create(slug="parkering", title="Parkeringstillstånd", status="idea")


@pytest.fixture
def idea(boss, service, at):
    """A trial whose card is ready to be started."""
    at("2026-09-01T09:00+02:00")
    pilot = actions.create(boss, CARD.title, "parkering")
    actions.save_card(boss, pilot.pk, CARD, seen=1)
    return pilot


def came(pilot: Pilot, *, effect: float, people: int = 800, days: int = 14, helped: float = 8.0) -> None:
    """People came evenly over the trial's first days: half with the reminder, answered ``effect`` days later than the others."""
    random = np.random.default_rng(20261122)
    rows = []
    for n in range(people):
        arm = "pilot" if n % 2 else "comparison"
        day = CARD.begins + dt.timedelta(days=n * days // people)
        rows.append(
            (f"p{n}", day, 14.0 + random.normal(0, 2) + (effect if arm == "pilot" else 0), arm, random.random() * 100 < helped)
        )
    for slug, value in (("days", lambda r: r[2]), ("helped", lambda r: 100.0 * r[4])):
        figures.replace(
            pilot, slug, "upload", [figures.Row(r[0], r[1], float(value(r)), 1.0, r[3]) for r in rows], name="siffror.csv"
        )


@pytest.fixture
def running(boss, idea, at):
    return actions.start(boss, idea.pk)


def test_a_trial_goes_from_an_idea_to_scaled_up(boss, running, at, deliver):
    running.refresh_from_db()
    assert running.state == "running"
    assert Service.objects.get(slug="parkering").status == "pilot"
    assert rollout.setting(running.switch).percent == 50
    came(running, effect=-4.0)
    at("2026-09-28T02:00+02:00")
    seen = actions.look(running.pk)
    assert seen.verdict == "scale_up"
    assert actions.look(running.pk) == seen, "the same day twice is the same look"
    made = actions.decide(boss, running.pk, "scale_up", body="Samhällsnämnden", day=clock.today())
    assert made.rule_said == "scale_up" and made.reason == ""
    with pytest.raises(errors.NothingLearnt):
        actions.close(boss, running.pk)
    actions.add_lesson(boss, running.pk, worked=False, title="Fasta telefoner", text="De som bara har fast telefon fick inget.")
    actions.close(boss, running.pk)
    assert not Rollout.objects.filter(service=running.switch).exists(), "on everywhere, and no switch is left behind"
    assert rollout.is_on(running.switch)
    assert Service.objects.get(slug="parkering").status == "running"
    shown = queries.trial(running.slug)
    assert shown.state == "closed" and shown.outcome == "scale_up" and shown.verdict == "scale_up"
    assert shown.result.primary.value == pytest.approx(-4.0, abs=1.0)


def test_a_trial_that_does_harm_is_withdrawn_and_its_switch_is_off(boss, running, at):
    came(running, effect=5.0)
    at("2026-09-28T02:00+02:00")
    assert actions.look(running.pk).verdict == "withdraw"
    actions.decide(boss, running.pk, "withdraw", body="Samhällsnämnden", day=clock.today())
    actions.add_lesson(boss, running.pk, worked=False, title="För sent", text="Påminnelsen kom efter sista dagen.")
    actions.close(boss, running.pk)
    assert not rollout.is_on(running.switch, ("city.person", 1))
    assert Service.objects.get(slug="parkering").status == "withdrawn"
    assert Point.objects.filter(pilot=running).exists(), "data stay whole"


def test_a_measured_effect_is_in_the_ledger_once_a_month(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    actions.look(running.pk)
    first = Effect.objects.get(subject_kind="pilot", replaced_by=None)
    assert first.kind == "measured" and first.low < first.quantity < first.high
    came(running, effect=-4.2)
    at("2026-09-28T02:00+02:00")
    actions.look(running.pk)
    now = Effect.objects.get(subject_kind="pilot", replaced_by=None)
    assert (now.key, now.metric_id) == (first.key, first.metric_id) and now.quantity != first.quantity
    assert Effect.objects.filter(subject_kind="pilot").count() == 2
    (gained,) = queries.trial(running.slug).gained
    assert gained.quantity == pytest.approx(now.quantity)
    total = effects.summary(clock.midnight(dt.date(2026, 9, 1)), clock.midnight(dt.date(2026, 10, 1)), service="parkering")
    assert [one.quantity for one in total] == [now.quantity]


def test_a_change_voids_the_looks_and_keeps_the_difference(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    before = actions.look(running.pk)
    with pytest.raises(errors.NeedsReason):
        actions.change(boss, running.pk, replace(CARD, worthwhile=1.0), "", seen=frozen(running).number)
    actions.change(
        boss, running.pk, replace(CARD, worthwhile=1.0), "Nämnden vill se mindre skillnader", seen=frozen(running).number
    )
    before.refresh_from_db()
    assert before.voided_at
    shown = queries.trial(running.slug)
    assert shown.verdict == "", "an earlier answer no longer counts"
    assert shown.edition == 2
    ((version, differences),) = shown.changes()
    assert version.why == "Nämnden vill se mindre skillnader" and differences == [("worthwhile", 2.0, 1.0)]
    again = actions.look(running.pk)
    assert again.pk != before.pk and again.version.number == version.number
    assert again.verdict == "withheld", "a rule written by someone who had seen answers gives none at once"


def test_a_changed_rule_answers_when_as_much_time_has_passed_as_before_the_change(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-14T02:00+02:00")
    actions.look(running.pk)
    actions.change(boss, running.pk, replace(CARD, worthwhile=1.0), "Mindre skillnader räknas", seen=frozen(running).number)
    at("2026-09-21T02:00+02:00")
    late = next(one for one in actions.look(running.pk).result["findings"] if one["code"] == "rule_changed_late")
    assert late["values"]["looks"] == 1 and late["values"]["day"] == "2026-09-14"
    until = dt.date.fromisoformat(late["values"]["until"])
    assert until - dt.date(2026, 9, 14) == dt.date(2026, 9, 14) - CARD.begins
    at(f"{until + dt.timedelta(days=1)}T02:00+02:00")
    seen = actions.look(running.pk)
    assert "rule_changed_late" not in [one["code"] for one in seen.result["findings"]]
    assert seen.verdict != "withheld"


def test_a_change_of_words_alone_voids_nothing(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    before = actions.look(running.pk)
    actions.change(
        boss, running.pk, replace(CARD, exit_plan="Påminnelserna stängs av nästa dag."), "Felskrivet", seen=frozen(running).number
    )
    before.refresh_from_db()
    assert before.voided_at is None
    assert queries.trial(running.slug).verdict == "scale_up"


def test_the_units_and_the_lot_do_not_change_underway(boss, running):
    with pytest.raises(errors.AlreadyDrawn):
        actions.change(boss, running.pk, replace(CARD, unit="household"), "Annan enhet", seen=frozen(running).number)


def test_another_way_than_the_rule_says_needs_a_public_reason(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    actions.look(running.pk)
    day = clock.today()
    with pytest.raises(errors.NeedsReason, match="Regeln säger skala upp"):
        actions.decide(boss, running.pk, "withdraw", body="Nämnden", day=day)
    made = actions.decide(boss, running.pk, "withdraw", body="Nämnden", day=day, reason="Leverantören slutar.")
    assert (made.rule_said, made.decided, made.reason) == ("scale_up", "withdraw", "Leverantören slutar.")
    actions.reopen(boss, running.pk, "Leverantören fortsätter.")
    assert Pilot.objects.get(pk=running.pk).state == "running"
    assert Decision.objects.get(pk=made.pk).taken_back_why == "Leverantören fortsätter."


def test_a_look_keeps_what_it_was_made_of(boss, running, at):
    from stadig.pilots import extract

    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    seen = actions.look(running.pk)
    written = extract.expanded(bytes(seen.data))
    assert extract.digest(written) == seen.data_sha256
    assert (
        len(extract.read(written)["days"].unit)
        == Point.objects.filter(pilot=running, outcome="days", day__lte=seen.through).count()
    )
    assert seen.result["plan_digest"] == CardVersion.objects.get(pk=seen.version_id).digest


def test_past_its_last_day_a_trial_is_overdue(boss, running, at):
    at("2026-11-05T09:00+01:00")
    (one,) = queries.listed(states=("running",))
    assert (one.overdue, one.overdue_days) == (True, 4)
    assert queries.trial(running.slug).overdue_days == 4
    with pytest.raises(errors.NeedsReason, match="Sista dagen var 1 november"):
        actions.decide(boss, running.pk, "continue", body="Nämnden", day=dt.date(2026, 11, 5), reason="Mer tid")


def test_two_who_write_at_once_both_keep_what_they_wrote(boss, idea, someone):
    other = someone(Role.PLANNER)
    actions.save_card(boss, idea.pk, replace(CARD, owner="Anna"), seen=2)
    both = actions.save_card(other, idea.pk, replace(CARD, exit_plan="Annan plan"), seen=2)
    kept = cards.read(both.card)
    assert (kept.owner, kept.exit_plan) == ("Anna", "Annan plan")
    with pytest.raises(errors.ChangedMeanwhile) as clash:
        actions.save_card(other, idea.pk, replace(CARD, owner="Bo"), seen=2)
    assert clash.value.fields == (("owner", "Anna", "Bo"),)
    assert clash.value.mine.owner == "Bo", "nothing typed is lost"


def test_a_card_that_is_not_ready_is_refused_with_all_that_is_missing(boss, service, at):
    at("2026-09-01T09:00+02:00")
    pilot = actions.create(boss, "Halvt", "parkering")
    with pytest.raises(errors.NotReady) as refused:
        actions.start(boss, pilot.pk)
    assert {"hypothesis", "guardrails", "ends"} <= {one.where for one in refused.value.problems}
    assert Pilot.objects.get(pk=pilot.pk).state == "idea"


def test_before_and_after_is_never_scaled_up(boss, idea):
    card = replace(CARD, design=Design.BEFORE_AFTER)
    actions.save_card(boss, idea.pk, card, seen=2)
    actions.start(boss, idea.pk)
    with pytest.raises(errors.CannotScaleUp):
        actions.decide(boss, idea.pk, "scale_up", body="Nämnden", day=dt.date(2026, 9, 9), reason="Vi vill")


def test_who_may_not_is_refused(someone, idea):
    clerk = someone(Role.CASE_WORKER)
    with pytest.raises(errors.NotAllowed):
        actions.start(clerk, idea.pk)
    planner = someone(Role.PLANNER)
    with pytest.raises(errors.NotAllowed):
        actions.start(planner, idea.pk)
    actions.record_cost(planner, idea.pk, day=dt.date(2026, 9, 1), amount_kr=1200.0, what="Utskick")
    with pytest.raises(errors.BadAmount):
        actions.record_cost(planner, idea.pk, day=dt.date(2026, 9, 1), amount_kr=-5, what="Fel")


def test_no_look_is_made_of_a_trial_that_has_not_begun(running):
    with pytest.raises(errors.NothingToLookAt, match="7 september"):
        actions.look(running.pk)
    assert not Look.objects.exists()


def test_the_same_file_twice_is_one(boss, idea):
    data = "enhet;dag;värde;grupp\n1001;2026-08-20;14;försök\n1002;2026-08-21;12,5;jämförelse\n".encode()
    first = actions.upload(boss, idea.pk, "days", "dagar.csv", data)
    assert actions.upload(boss, idea.pk, "days", "dagar.csv", data) == first
    points = list(Point.objects.filter(pilot=idea, outcome="days").order_by("day"))
    assert [(one.value, one.arm) for one in points] == [(14.0, "pilot"), (12.5, "comparison")]
    assert "1001" not in {one.unit for one in points}, "a person's number is no name in the figures"


def test_a_corrected_file_replaces_the_same_days(boss, idea):
    actions.upload(boss, idea.pk, "days", "a.csv", b"unit,day,value,arm\n1,2026-08-20,14,pilot\n2,2026-08-20,9,comparison\n")
    actions.upload(boss, idea.pk, "days", "b.csv", b"unit,day,value,arm\n1,2026-08-20,15,pilot\n")
    assert sorted(Point.objects.filter(pilot=idea).values_list("value", flat=True)) == [9.0, 15.0]


def test_who_someone_is_never_comes_in_with_a_file(boss, idea):
    head = "unit;day;value;arm;kommentar;ålder;namn\n"
    told = head + "1;2026-08-20;14;pilot;ring 070-123 45 67;65+;Karin\n2;2026-08-20;9;comparison;;20-64;Yusuf\n"
    with pytest.raises(errors.BadFigures) as refused:
        actions.upload(boss, idea.pk, "days", "personer.csv", told.encode())
    found = next(one for one in refused.value.findings if one.code == "personal_data")
    assert found.values == {"column": "kommentar", "rows": 1}
    batch = actions.upload(boss, idea.pk, "days", "personer.csv", told.replace("ring 070-123 45 67", "sen").encode())
    assert {one["where"] for one in batch.findings if one["code"] == "column_not_kept"} == {"kommentar", "namn"}
    assert {tuple(one) for one in Point.objects.filter(pilot=idea).values_list("groups", flat=True)} == {("age",)}


@pytest.mark.parametrize("written", ["19850101-1232", "850101-1232", "karin@example.org", "+46 70 123 45 67"])
def test_an_area_is_not_named_after_someone(written):
    areas = replace(CARD, design=Design.COMPARISON, unit="district")
    read = reading.read_bytes(f"unit,day,value\n{written},2026-08-20,1\n".encode(), "a.csv", outcome="days")
    assert [one.code for one in incoming.personal(read.outcomes["days"], areas)] == ["personal_data"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"unit,day,value\n1,2026-08-20,many\n2,2026-08-20,9\n", "not_numbers"),
        (b"unit,day,value\n1,2026-12-20,4\n", "future_dates"),
        (b"unit,day,value\n1,2026-08-20,4\n1,2026-08-20,5\n", "duplicates_differ"),
        (b"unit,day,value,unit_of_measure\n1,2026-08-20,4,veckor\n", "other_unit"),
        (b"hello", "no_table"),
    ],
)
def test_a_file_is_taken_whole_or_refused_whole(boss, idea, data, code):
    with pytest.raises(errors.BadFigures) as refused:
        actions.upload(boss, idea.pk, "days", "fel.csv", data)
    assert code in [one.code for one in refused.value.findings]
    assert not Point.objects.filter(pilot=idea).exists()


def test_figures_that_come_late_are_noted_where_they_are_listed(boss, running, at):
    came(running, effect=-4.0)
    at("2026-09-21T02:00+02:00")
    actions.look(running.pk)
    came(running, effect=-4.5)
    at("2026-09-28T02:00+02:00")
    actions.look(running.pk)
    codes = [one["code"] for batch in queries.trial(running.slug).batches for one in batch.findings]
    assert "late" in codes


def test_the_nightly_job_looks_on_the_days_of_the_rule(running, at):
    from stadig.pilots import tasks

    came(running, effect=-4.0)
    at("2026-09-13T03:40+02:00")
    tasks.look(running.pk)
    assert not Look.objects.exists(), "the first week is not whole yet"
    for moment in ("2026-09-14T03:40+02:00", "2026-09-16T03:40+02:00", "2026-09-21T03:40+02:00"):
        at(moment)
        tasks.look(running.pk)
    assert [one.through.isoformat() for one in Look.objects.order_by("through")] == ["2026-09-13", "2026-09-20"]


def test_the_owner_is_told_before_on_and_after_the_last_day(boss, running, at):
    told = []
    for day in range(10, 40):
        moment = dt.datetime(2026, 10, 1, 6, 20, tzinfo=clock.STOCKHOLM) + dt.timedelta(days=day)
        at(moment.isoformat())
        if what := actions.remind(running.pk):
            told.append((moment.date().isoformat(), what))
    assert told == [("2026-10-18", "soon"), ("2026-11-01", "today"), ("2026-11-08", "late")]
    assert "1 november" in boss.notices.latest("pk").text


def test_what_waits_for_a_decision_is_on_the_start_page(boss, running, someone, at):
    from stadig.pilots import inbox

    assert inbox.cards(boss) == []
    at("2026-11-05T09:00+01:00")
    (card,) = inbox.cards(boss)
    assert card.title == "Ett försök väntar på beslut" and CARD.title in card.text
    assert inbox.cards(someone(Role.CASE_WORKER)) == []


def test_rooms_above_and_beside_are_told(boss, running, at, monkeypatch):
    told = []
    monkeypatch.setattr("stadig.city.outbox.announce", lambda name, **ids: told.append((name, ids["pilot"])))
    actions.decide(boss, running.pk, "withdraw", body="Nämnden", day=clock.today(), reason="Leverantören slutar.")
    actions.add_lesson(boss, running.pk, worked=False, title="Avtalet", text="Leverantören kunde sluta med en månads varsel.")
    actions.close(boss, running.pk)
    assert [name for name, pilot in told if pilot == running.pk] == ["pilot.decided", "pilot.closed"]


def test_what_was_kept_stays_as_it_is(boss, running, at):
    at("2026-11-05T09:00+01:00")
    actions.decide(boss, running.pk, "keep", body="Nämnden", day=dt.date(2026, 11, 4), reason="Billigt att ha kvar.")
    actions.add_lesson(boss, running.pk, worked=False, title="Få svar", text="Vi fick för få svar.")
    before = rollout.setting(running.switch)
    actions.close(boss, running.pk)
    assert rollout.setting(running.switch) == before
    with pytest.raises(errors.WrongState, match="redan avslutat"):
        actions.reopen(boss, running.pk, "Mer tid")


def test_another_municipality_that_tries_the_same_is_one_copy(boss, running):
    actions.record_copy(boss, running.pk, "Grannköping", digest="d" * 64)
    actions.record_copy(boss, running.pk, "Grannköping", digest="d" * 64, estimate=-3.0, standard_error=0.8, outcome="scale_up")
    (copy,) = queries.trial(running.slug).copies
    assert (copy.municipality, copy.estimate, copy.outcome) == ("Grannköping", -3.0, "scale_up")


def test_one_trial_with_all_that_its_page_shows_is_one_question(boss, running, at, django_assert_num_queries):
    came(running, effect=-4.0)
    at("2026-09-28T02:00+02:00")
    actions.look(running.pk)
    actions.record_cost(boss, running.pk, day=dt.date(2026, 9, 8), amount_kr=4_000.0, what="Sms")
    with django_assert_num_queries(1):
        shown = queries.trial(running.slug)
    assert (shown.spent_kr, shown.edition, len(shown.looks), shown.next_look) == (4_000.0, 1, 1, dt.date(2026, 10, 4))
    assert {one.outcome for one in shown.batches} == {"days", "helped"}
    with django_assert_num_queries(1):
        assert [one.title for one in queries.listed(words="påminn")] == [CARD.title]
    assert queries.listed(words="100 %") == []
    assert queries.trial("finns-inte") is None
    assert queries.result_of(shown.looks[0].id) == shown.result
