"""Figures from the ledger, the cases and the answers are one table: who, when, how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection, transaction

from stadig.cases.definition import Definition, Status, to_data
from stadig.cases.models import Case, CaseType, Completion, Series
from stadig.city import clock, effects, rollout, services
from stadig.city.models import District, Effect, Factor, Organisation, Person, Service
from stadig.city.roles import Role
from stadig.pilots import actions, errors, extract, figures, finding_words, gained, package, public, queries, saved, transfer
from stadig.pilots import card as cards
from stadig.pilots.models import Batch, Point
from stadig.pilots.statistics.terms import Design, Direction, Scale
from stadig.pilots.tests.test_life import CARD
from stadig.pilots.views.desk_running import told

FIRST = dt.date(2026, 5, 4)
KM = cards.Outcome("km_per_bin", "Kilometer per korg", "km", Direction.LESS, "effects", "km", each="subjects")
CALLED = cards.Outcome("called", "Behövde ringa", "%", Direction.LESS)
CO2 = cards.Outcome("co2", "Utsläpp", "kg CO2e", Direction.LESS, "derived", factor="co2-truck-km", of="km_per_bin")
AREAS = replace(
    CARD,
    title="Papperskorgar som säger till",
    service="papperskorgar",
    unit="district",
    lever="equipment",
    design=Design.AREAS,
    primary=KM,
    scale=Scale.RELATIVE,
    worthwhile=0.2,
    harm=0.15,
    guardrails=(cards.Guardrail(CALLED, 2.0, inclusion=True),),
    benefits=(),
    begins=FIRST,
    ends=dt.date(2026, 11, 30),
    equal=replace(CARD.equal, decided_on=dt.date(2026, 4, 15)),
    baseline_days=56,
)


@pytest.fixture
def town(db):
    """Eight districts with two bins each, and the ledger's measures."""
    services.sync()
    square = {"type": "Polygon", "coordinates": [[[11, 57], [12, 57], [12, 58], [11, 57]]]}
    return [
        District.objects.create(code=f"d{n}", name=f"Område {n}", geometry=square, population={"20-64": 500}) for n in range(8)
    ]


@pytest.fixture
def boss(someone):
    return someone(Role.DIRECTOR)


@pytest.fixture
def pilot(boss, town, at):
    at("2026-04-20T09:00+02:00")
    made = actions.create(boss, AREAS.title, "papperskorgar")
    actions.save_card(boss, made.pk, AREAS, seen=1)
    actions.set_units(boss, made.pk, [actions.NewUnit(one.code, one.name, one.pk) for one in town])
    return made


def drive(town, weeks: range, km) -> None:
    """Each bin's kilometres, every Tuesday of the weeks since the trial's first day; ``km(district, week)`` per bin."""
    for week in weeks:
        at = clock.midnight(FIRST + dt.timedelta(days=7 * week + 1)) + dt.timedelta(hours=9)
        for district in town:
            for bin_ in (1, 2):
                effects.record(
                    *("papperskorgar", "km", km(district, week), "km", at),
                    subject=("bin", f"{district.code}-{bin_}"),
                    district=district,
                    key=f"{district.code}-{bin_}-{week}",
                )


def test_the_ledger_is_summed_per_area_and_week_and_divided_by_its_bins(pilot, town, at):
    drive(town, range(-2, 3), lambda district, week: 3.0 if week < 0 else 2.0)
    at("2026-05-20T09:00+02:00")
    figures.gather(pilot, AREAS, until=dt.date(2026, 5, 19))
    days = sorted(set(Point.objects.filter(pilot=pilot).values_list("day", flat=True)))
    assert days == [FIRST + dt.timedelta(days=7 * week) for week in (-2, -1, 0, 1)], (
        "a week that is not whole is left for the next look"
    )
    point = Point.objects.get(pilot=pilot, unit="d0", day=FIRST)
    assert (point.value, point.weight) == (2.0, 2.0)
    assert figures.gather(pilot, AREAS, until=dt.date(2026, 5, 19)) == [], "read again unchanged, nothing new has come"


def test_a_week_without_rows_is_a_zero_only_where_others_have_some(pilot, town, at):
    drive(town[1:], range(1), lambda district, week: 2.0)
    drive(town[:1], range(-1, 0), lambda district, week: 2.0)
    at("2026-05-20T09:00+02:00")
    figures.gather(pilot, AREAS, until=dt.date(2026, 5, 19))
    assert Point.objects.get(pilot=pilot, unit="d0", day=FIRST).value == 0.0
    assert not Point.objects.filter(pilot=pilot, day__gt=FIRST).exists()


def test_a_week_in_which_nothing_happened_anywhere_is_a_zero_where_the_service_has_other_figures(pilot, town, at):
    drive(town, range(4), lambda district, week: 2.0)
    said = replace(AREAS, primary=replace(KM, slug="said", metric="reports", each=""))
    for week in (0, 3):
        when = clock.midnight(FIRST + dt.timedelta(days=7 * week + 2))
        effects.record(
            "papperskorgar", "reports", 1, "count", when, subject=("bin", "d3-1"), district=town[3], key=f"said-{week}"
        )
    at("2026-06-01T09:00+02:00")
    figures.gather(pilot, said, until=dt.date(2026, 5, 31))
    own = dict(Point.objects.filter(pilot=pilot, outcome="said", unit="d3").values_list("day", "value"))
    assert list(own.values()) == [1.0, 0.0, 0.0, 1.0]
    assert Point.objects.filter(pilot=pilot, outcome="said", unit="d0", value=0.0).count() == 4


def test_a_derived_outcome_says_which_factor_it_was_reckoned_with(pilot, town, at):
    factor = Factor.objects.all()[0]
    card = replace(AREAS, benefits=(replace(CO2, factor=factor.slug),))
    drive(town, range(1), lambda district, week: 2.0)
    at("2026-05-20T09:00+02:00")
    figures.gather(pilot, card, until=dt.date(2026, 5, 19))
    assert Point.objects.get(pilot=pilot, outcome="co2", unit="d0").value == pytest.approx(2.0 * factor.value)
    (finding,) = Batch.objects.get(pilot=pilot, outcome="co2").findings
    assert (finding["code"], finding["values"]["source"]) == ("derived", factor.source)


def test_areas_are_drawn_started_and_scaled_up(boss, pilot, town, at):
    with pytest.raises(errors.NotReady) as refused:
        actions.start(boss, pilot.pk)
    assert "allocation" in {one.where for one in refused.value.problems}
    actions.draw(boss, pilot.pk, method="complete", seed="Lindhamn 2026-04-20")
    with pytest.raises(errors.AlreadyDrawn):
        actions.draw(boss, pilot.pk, method="complete", seed="Ett bättre ord")
    shown = queries.trial(pilot.pk)
    allocation = shown.card.allocation
    assert len(allocation.treated) == 4 and allocation.admissible == 70 and len(allocation.admissible_sha256) == 64
    actions.start(boss, pilot.pk)
    pilot.refresh_from_db()
    assert {one.arm for one in queries.trial(pilot.pk).units} == {"pilot", "comparison"}
    with_it = set(allocation.treated)
    drive(
        town,
        range(-8, 30),
        lambda one, week: 2.0 + int(one.code[1]) / 50 + week % 3 / 20 - 0.8 * (week >= 0 and one.code in with_it),
    )
    weeks = [(one.code, FIRST + dt.timedelta(days=7 * week), 0.5 + week % 3 / 10) for one in town for week in range(-8, 30)]
    lines = "".join(f"{code},{day},{value}\n" for code, day, value in weeks)
    at("2026-12-01T02:00+01:00")
    actions.upload(boss, pilot.pk, "called", "samtal.csv", b"unit,day,value\n" + lines.encode())
    seen = actions.look_if_due(pilot.pk)
    shown = queries.trial(pilot.pk)
    assert seen.verdict == "scale_up"
    assert shown.result.primary.value == pytest.approx(-0.37, abs=0.05)
    (gain,) = shown.gained
    assert gain.unit == "km" and gain.kind == "measured" and 0 < gain.low < gain.quantity
    kept = extract.read(extract.expanded(bytes(seen.data)))[shown.card.primary.slug]
    whole = saved.total(shown.version.rule, kept, shown.result.primary)
    assert gain.quantity == pytest.approx(whole.value) and gain.low == pytest.approx(whole.low)
    rows = Effect.objects.filter(subject_kind="pilot", replaced_by=None)
    assert rows.count() == len(gained.months(shown.card.begins, seen.through)) > 1
    words = finding_words.because(shown.result.because, shown.card)
    assert words.startswith("Minst 3") and words.endswith("kravet var 20\u00a0%")


@pytest.fixture
def street(db):
    """Twelve districts in a row: each borders on the one before and the one after, drawn a few metres apart."""
    services.sync()
    made = []
    for n in range(12):
        west, east = 11 + n / 100 + 0.0001, 11 + (n + 1) / 100
        square = {"type": "Polygon", "coordinates": [[[west, 57], [east, 57], [east, 57.01], [west, 57.01], [west, 57]]]}
        made.append(District.objects.create(code=f"g{n:02}", name=f"Kvarter {n}", geometry=square, population={"20-64": 500}))
    return made


def test_neighbours_that_change_with_the_trial_are_named_and_frozen_with_the_look(boss, street, at):
    at("2026-04-20T09:00+02:00")
    pilot = actions.create(boss, "Spiller över", "papperskorgar")
    actions.save_card(boss, pilot.pk, replace(AREAS, title="Spiller över"), seen=1)
    actions.set_units(boss, pilot.pk, [actions.NewUnit(one.code, one.name, one.pk) for one in street])
    actions.draw(boss, pilot.pk, method="complete", chosen=3, seed="Lindhamn 2026-04-20")
    actions.start(boss, pilot.pk)
    with_it = set(queries.trial(pilot.pk).card.allocation.treated)
    numbers = {int(code[1:]) for code in with_it}
    beside = {f"g{n:02}" for n in range(12) if {n - 1, n + 1} & numbers} - with_it
    assert len(beside) >= 3
    less = {one.code: 0.8 if one.code in with_it else 0.5 if one.code in beside else 0.0 for one in street}
    drive(street, range(-8, 8), lambda one, week: 2.0 + int(one.code[1:]) / 50 + week % 3 / 20 - less[one.code] * (week >= 0))
    at("2026-06-30T02:00+02:00")
    actions.look_if_due(pilot.pk)
    shown = queries.trial(pilot.pk)
    assert ("g00", "g01") in shown.result.beside and ("g00", "g02") not in shown.result.beside
    (found,) = [one for one in shown.result.findings if one.code == "spill_over"]
    assert set(found.values["units"]) == beside
    said = finding_words.finding(found, shown.card, {one.ref: one.name for one in shown.units})
    assert all(f"Kvarter {int(code[1:])}" in said for code in beside) and "g0" not in said
    assert said in {one.said for one in told(shown).findings}, "the staff's page says it by the names that people use"
    row = public.one(shown.slug)
    assert row is not None
    exported = package.read(package.write(transfer.bundle(row, "result")))
    assert package.differences(exported) == []


def test_too_few_areas_are_refused_before_the_start(boss, town, at):
    at("2026-04-20T09:00+02:00")
    pilot = actions.create(boss, "Fyra områden", "papperskorgar")
    actions.save_card(boss, pilot.pk, replace(AREAS, title="Fyra områden"), seen=1)
    actions.set_units(boss, pilot.pk, [actions.NewUnit(one.code, one.name, one.pk) for one in town[:4]])
    actions.draw(boss, pilot.pk, method="complete", seed="Lindhamn")
    with pytest.raises(errors.NotReady) as refused:
        actions.start(boss, pilot.pk)
    assert [one.code for one in refused.value.findings] == ["areas_too_few"]


def test_other_units_throw_the_draw_away_only_with_a_reason(boss, pilot, town):
    actions.draw(boss, pilot.pk, method="complete", seed="Lindhamn")
    fewer = [actions.NewUnit(one.code, one.name, one.pk) for one in town[:6]]
    with pytest.raises(errors.AlreadyDrawn):
        actions.set_units(boss, pilot.pk, fewer)
    actions.set_units(boss, pilot.pk, fewer, why="Två områden byggs om.")
    shown = queries.trial(pilot.pk)
    assert shown.card.allocation is None and shown.version.why == "Två områden byggs om."
    with pytest.raises(errors.BadUnits):
        actions.set_units(boss, pilot.pk, [*fewer, fewer[0]])


HANDLED = to_data(Definition("open", (Status("open", "open"),), ()))


@pytest.fixture
def permits(db, at):
    """A kind of case, with a unit that handles it."""
    at("2026-09-01T09:00+02:00")
    committee = Organisation.objects.create(name="Nämnden", kind="committee")
    unit = Organisation.objects.create(name="Tillstånd", kind="unit", parent=committee)
    Service.objects.create(slug="parkering", title="Parkeringstillstånd", owner=unit)
    return CaseType.objects.create(
        slug="parkering",
        digest="p" * 64,
        series="GPN",
        committee=committee,
        unit=unit,
        definition=HANDLED,
        defined_at=clock.now(),
    )


def case_of(type_: CaseType, number: int, day: dt.date, **fields) -> Case:
    series, _ = Series.objects.get_or_create(committee=type_.committee, code="GPN", year=2026)
    at = clock.midnight(day) + dt.timedelta(hours=10)
    values = {"group": "open", "status": "open", "channel": "web", "status_since": at} | fields
    return Case.objects.create(
        type=type_, series=series, sequence=number, number=f"GPN 2026/{number:05}", title="Ansökan", committee=type_.committee,
        unit=type_.unit, registered_at=at, **values,
    )  # fmt: skip


ASSISTED = cards.Outcome("assisted", "Behövde hjälp", "%", Direction.LESS, "cases", "assisted")
IN_TIME = cards.Outcome("in_time", "Kompletterade i tid", "%", Direction.MORE, "cases", "completed_in_time")
EASY = cards.Outcome("easy", "Hur lätt det var", "1–5", Direction.MORE, "ratings")


@pytest.fixture
def reminders(boss, permits):
    card = replace(
        CARD, primary=IN_TIME, worthwhile=5.0, guardrails=(cards.Guardrail(ASSISTED, 20.0, inclusion=True),), benefits=(EASY,)
    )
    pilot = actions.create(boss, card.title, "parkering")
    actions.save_card(boss, pilot.pk, card, seen=1)
    return actions.start(boss, pilot.pk), card


def test_cases_are_figures_of_people_no_one_can_find(reminders, permits, someone, at):
    pilot, card = reminders
    day = dt.date(2026, 9, 10)
    for number in range(1, 31):
        one = case_of(permits, number, day, channel="assisted" if number % 5 == 0 else "web")
        answered = clock.midnight(dt.date(2026, 9, 18 if number % 3 else 25))
        Completion.objects.create(
            case=one, paths=["certificate"], text="Vi behöver intyget.", asked_at=clock.now(), asked_by=someone(Role.CASE_WORKER),
            due_on=dt.date(2026, 9, 20), answered_at=answered,
        )  # fmt: skip
    at("2026-09-22T02:00+02:00")
    figures.gather(pilot, card, until=dt.date(2026, 9, 21))
    late = Point.objects.filter(pilot=pilot, outcome="in_time")
    assert late.count() == 30 and {one.day for one in late} == {dt.date(2026, 9, 20)}
    assert sum(one.value for one in late) == 100.0 * 20
    assert {one.arm for one in late} == {"pilot", "comparison"}
    assert sum(one.value for one in Point.objects.filter(pilot=pilot, outcome="assisted")) == 100.0 * 6
    assert not any(str(n) == one.unit for n in range(1, 31) for one in late), "the number of a case is not its name here"


def test_the_cases_of_one_person_count_as_one(reminders, permits, someone, at):
    from stadig.cases.models import Party

    pilot, card = reminders
    for number, (who, channel) in enumerate(
        [("karin", "web"), ("karin", "assisted"), ("karin", "assisted"), ("yusuf", "web")], 1
    ):
        one = case_of(permits, number, dt.date(2026, 9, 10 + number // 3), channel=channel)
        person, _ = Person.objects.get_or_create(given_name=who, family_name="Ek")
        Party.objects.create(case=one, role="applicant", person=person)
    at("2026-09-22T02:00+02:00")
    figures.gather(pilot, card, until=dt.date(2026, 9, 21))
    found = Point.objects.filter(pilot=pilot, outcome="assisted")
    assert len({one.unit for one in found}) == 2, "the lot is drawn for a person, and the cases of one are alike"
    assert sorted((one.day.day, one.value, one.weight) for one in found) == [(10, 50.0, 2.0), (11, 0.0, 1.0), (11, 100.0, 1.0)]


def test_a_question_taken_back_after_its_last_day_was_not_met_in_time(reminders, permits, someone, at):
    pilot, card = reminders
    for number, taken_back in enumerate((dt.date(2026, 9, 12), dt.date(2026, 9, 28)), 1):
        Completion.objects.create(
            case=case_of(permits, number, dt.date(2026, 9, 10)), paths=["certificate"], text="Vi behöver intyget.",
            asked_at=clock.now(), asked_by=someone(Role.CASE_WORKER), due_on=dt.date(2026, 9, 20),
            withdrawn_at=clock.midnight(taken_back),
        )  # fmt: skip
    at("2026-09-29T02:00+02:00")
    figures.gather(pilot, card, until=dt.date(2026, 9, 28))
    assert [one.value for one in Point.objects.filter(pilot=pilot, outcome="in_time")] == [0.0]


def test_an_answer_is_counted_in_the_arm_of_the_one_who_gave_it(reminders, permits, someone, at):
    from stadig.cases import rating
    from stadig.cases.models import Party
    from stadig.city import rollout

    pilot, _ = reminders
    karin = someone(Role.RESIDENT)
    at("2026-09-15T10:00+02:00")
    one = case_of(permits, 1, dt.date(2026, 9, 10), group="closed", closed_at=clock.now())
    Party.objects.create(case=one, role="applicant", person=karin.person)
    rating.rate(karin, one.pk, 4)
    point = Point.objects.get(pilot=pilot, outcome="easy")
    assert (point.value, point.arm) == (4.0, rollout.arm(pilot.switch, karin.person))
    rating.rate(karin, one.pk, 2)
    assert Point.objects.filter(pilot=pilot, outcome="easy").count() == 1


def test_the_arm_is_written_when_the_case_is_registered_and_a_later_change_of_the_switch_moves_no_one(reminders, permits, at):
    from stadig.cases import actions as register
    from stadig.cases import numbering
    from stadig.city import actions as city
    from stadig.city.models import Assignment

    pilot, card = reminders
    at("2026-09-10T10:00+02:00")
    people = [Person.objects.create(given_name=f"Person {n}", family_name="Ek") for n in range(20)]
    for person in [*people, None]:
        known = [register.NewParty("applicant", person=person)] if person else []
        with transaction.atomic():
            numbering.give(register.begin(None, permits, title="Ansökan", parties=known))
    before = {one.pk: rollout.arm(pilot.switch, one) for one in people}
    assert set(before.values()) == {"pilot", "comparison"} and Assignment.objects.count() == 21
    city.set_rollout(None, pilot.switch, percent=100, trial="persons")
    assert {one.pk: rollout.arm(pilot.switch, one) for one in people} == before
    city.set_rollout(None, pilot.switch)
    arm = rollout.arms(pilot.switch)
    assert {one.pk: arm(one) for one in people} == before, "what was written is read whatever the switch says now"
    figures.gather(pilot, card, until=dt.date(2026, 9, 11))
    counted = Point.objects.filter(pilot=pilot, outcome="assisted").values_list("arm", flat=True)
    case = Case.objects.get(parties=None)
    assert sorted(counted) == sorted([*before.values(), arm(("cases.case", case.pk))])


def test_a_fault_among_the_trials_never_costs_anyone_their_application(reminders, permits, at, monkeypatch, caplog):
    from stadig.cases import actions as register
    from stadig.cases import drawing, numbering

    def broken(_service: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM pilots_pilot")
        return []

    monkeypatch.setattr(drawing, "_switches", [broken])
    with transaction.atomic():
        numbering.give(register.begin(None, permits, title="Ansökan"))
    assert Case.objects.count() == 1
    assert "was not written" in caplog.text


def test_sensors_in_an_area_are_its_mean_of_whole_days(boss, pilot, town, at):
    from django.db import connection

    from stadig.sensing.models import Datastream, ObservedProperty, Sensor, Thing

    first = town[0]
    first.geometry = {"type": "Polygon", "coordinates": [[[11.0, 57.0], [11.1, 57.0], [11.1, 57.1], [11.0, 57.1], [11.0, 57.0]]]}
    first.save()
    town[1].geometry = {
        "type": "Polygon",
        "coordinates": [[[13.0, 57.0], [13.1, 57.0], [13.1, 57.1], [13.0, 57.1], [13.0, 57.0]]],
    }
    town[1].save()
    fill = ObservedProperty.objects.create(name="Fyllnadsgrad", definition="urn:fill")
    by = Sensor.objects.create(name="Givare")
    for number, (lon, value) in enumerate(((11.05, 40.0), (11.06, 60.0), (13.05, 10.0))):
        box = {"west": lon, "east": lon, "south": 57.05, "north": 57.05}
        stream = Datastream.objects.create(
            thing=Thing.objects.create(name=f"Korg {number}"), sensor=by, observed_property=fill, name=f"Korg {number}", **box
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sensing_observation (datastream_id, phenomenon_time, result) VALUES (%s, %s, %s)",
                [stream.pk, clock.midnight(FIRST), value],
            )
    card = replace(AREAS, primary=replace(KM, source="observations", metric="urn:fill", unit="%", each=""), every_days=7)
    at("2026-05-20T09:00+02:00")
    figures.gather(pilot, card, until=dt.date(2026, 5, 12))
    found = {(one.unit, one.day): (one.value, one.weight) for one in Point.objects.filter(pilot=pilot)}
    assert found[("d0", FIRST)] == (50.0, 14.0)
    assert found[("d1", FIRST)][0] == 10.0
    assert ("d0", FIRST + dt.timedelta(days=7)) not in found, "a week that is not whole waits"


def test_an_outcome_that_no_source_knows_is_named_before_the_start(boss, reminders, permits):
    _, card = reminders
    wrong = replace(card, title="Fel mått", primary=replace(IN_TIME, metric="happiness"))
    pilot = actions.create(boss, "Fel mått", "parkering")
    actions.save_card(boss, pilot.pk, wrong, seen=1)
    with pytest.raises(errors.NotReady) as refused:
        actions.start(boss, pilot.pk)
    assert [(one.code, one.values["slug"]) for one in refused.value.problems] == [("unknown_measure", "Kompletterade i tid")]
