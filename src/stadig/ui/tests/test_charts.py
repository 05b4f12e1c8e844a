"""Charts: every point lies within its drawing, ticks rise and are round, gaps stay gaps, nothing is said by colour alone."""

import itertools
import math
import re
from datetime import UTC, datetime, timedelta

from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.ui import charts, formatting
from stadig.ui.charts import frame, scale

numbers = st.floats(-1e12, 1e12, allow_nan=False, allow_infinity=False)
holes = st.one_of(numbers, st.none(), st.just(math.nan))
START = datetime(2026, 11, 1, tzinfo=UTC)


@given(numbers, numbers, st.integers(2, 10))
def test_ticks_rise_and_hold_the_values(a, b, wanted):
    low, high = min(a, b), max(a, b)
    if 0 < high - low < 1e-6 * max(abs(low), abs(high)):
        return
    marks = scale.ticks(low, high, wanted)
    assert all(one < two for one, two in itertools.pairwise(marks))
    assert len(marks) <= wanted + 3
    room = (marks[-1] - marks[0]) * 1e-6
    assert marks[0] <= low + room
    assert marks[-1] >= high - room


@given(st.integers(0, 3 * 10**9), st.floats(60, 3e9))
def test_time_ticks_rise_within_the_span(low, span):
    moments, _ = scale.time_ticks(float(low), low + span)
    assert all(one < two for one, two in itertools.pairwise(moments))
    assert all(low <= moment.timestamp() <= low + span for moment in moments)
    assert len(moments) <= 12


def test_time_ticks_stay_at_whole_hours_when_the_clocks_change():
    spring = datetime(2026, 3, 28, 22, tzinfo=UTC).timestamp()
    moments, unit = scale.time_ticks(spring, spring + 86400, 6)
    assert unit == "hour"
    assert [moment.hour % 6 for moment in moments] == [0] * len(moments)


def places(svg):
    for path in re.findall(r'\sd="([^"]+)"', svg):
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path):
            yield float(x), float(y)
    for x, y in re.findall(r'cx="(-?[\d.]+)" cy="(-?[\d.]+)"', svg):
        yield float(x), float(y)


@settings(max_examples=60, deadline=None)
@given(st.lists(holes, min_size=1, max_size=40), st.lists(st.floats(-1e6, 1e6), max_size=2))
def test_every_point_of_a_line_lies_within_the_drawing(values, limits):
    times = [START + timedelta(hours=hour) for hour in range(len(values))]
    chart = charts.Line(
        title="T",
        series=(charts.Series("A", times, values, low=values, high=values),),
        thresholds=tuple(charts.Threshold(limit, "gräns") for limit in limits),
    )
    if chart.empty():
        assert "Här finns inga mätvärden än" in chart.html()
        return
    for width in (720, 358):
        svg = chart.draw(width).html("", "")
        assert "nan" not in svg
        assert "inf" not in svg
        for x, y in places(svg):
            assert 0 <= x <= width
            assert 0 <= y <= 300


def test_a_missing_reading_is_a_gap_and_not_a_zero():
    times = [START + timedelta(hours=hour) for hour in range(5)]
    chart = charts.Line(title="T", series=(charts.Series("A", times, [10, 20, None, 30, 40]),))
    line = re.search(r'class="l1" d="([^"]+)"', chart.draw(720).html("", "")).group(1)
    assert line.count("M") == 2


def test_a_long_series_keeps_its_peaks():
    values = [1.0] * 5000
    values[2345] = 99.0
    kept = scale.thin(values, 400)
    assert 2345 in kept
    assert len(kept) < 600


def test_the_title_and_the_numbers_are_told_to_those_who_do_not_see():
    times = [START + timedelta(hours=hour) for hour in range(3)]
    chart = charts.Line(title="Korgen fylls", unit="%", series=(charts.Series("Fyllnad", times, [10, 50, 83]),))
    html = chart.html("?format=csv")
    assert 'aria-label="Korgen fylls. Fyllnad: lägst 10\xa0%, högst 83\xa0%, sist 83\xa0%."' in html
    assert html.count("<svg") == 2
    assert "?format=csv" in html
    assert "<script" not in html
    assert "style=" not in html


def week(middle: float = 50.0, title: str = "Korgen") -> charts.Line:
    times = [START + timedelta(hours=hour) for hour in range(24 * 7)]
    values = [middle + 20 * math.sin(hour / 7) for hour in range(len(times))]
    return charts.Line(title=title, unit="%", series=(charts.Series("Fyllnad", times, values, values, [math.nan] * len(times)),))


def test_a_chart_is_drawn_once_for_the_same_values_and_language(monkeypatch):
    drawn = []
    real = charts.Line.draw
    monkeypatch.setattr(charts.Line, "draw", lambda self, width: drawn.append(width) or real(self, width))
    frame._figure.cache_clear()
    swedish = week().html("?format=csv")
    assert week().html("?format=csv") == swedish
    assert drawn == [frame.WIDE, frame.NARROW], "the same values, given anew, with gaps in them"
    assert week(51).html("?format=csv") != swedish
    with translation.override("en"):
        assert week().html("?format=csv") != swedish
    assert week().html("?format=xlsx") != swedish
    assert len(drawn) == 8


def test_days_of_a_remembered_chart_get_their_year_when_it_has_passed(monkeypatch):
    monkeypatch.setattr(formatting, "_now", [lambda: START + timedelta(days=20)])
    assert "1 november 2026" not in week().html()
    monkeypatch.setattr(formatting, "_now", [lambda: START + timedelta(days=70)])
    assert "1 november 2026" in week().html()


def test_a_long_table_shows_every_third_row_and_the_last():
    _, rows = week().table()
    assert len(rows) == 56
    assert rows[-1][0] == "8 november 00.00"
    assert [rows[0][0], rows[1][0]] == ["1 november 03.00", "1 november 06.00"]
    assert [len(frame.evenly(count)) for count in (0, 1, 60, 61, 120, 1000)] == [0, 1, 60, 31, 60, 59]


def test_series_that_lie_beside_one_another_share_a_table():
    times = [START, START + timedelta(hours=1)]
    one = charts.Series("A", times, [1, 2], [0, 1], [2, 3])
    other = charts.Series("B", [times[1], times[1] + timedelta(hours=1)], [5, 6])
    head, rows = charts.Line(title="T", series=(one, other)).table()
    assert head == ["Tid", "A", "Lägst", "Högst", "B"]
    assert [row[1:] for row in rows] == [["1", "0", "2", "–"], ["2", "1", "3", "5"], ["–", "–", "–", "6"]]


def test_names_are_escaped_also_such_as_were_marked_as_safe():
    assert "<i>" not in week(title=mark_safe("<i>")).html(mark_safe('"><i>'))
    bars = charts.Bars(title="<b>", bars=(charts.Bar("<script>alert(1)</script>", 3),))
    assert "<script" not in bars.html()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(numbers, st.none()), min_size=1, max_size=12))
def test_bars_stay_within_the_drawing(values):
    bars = charts.Bars(title="T", bars=tuple(charts.Bar(f"Grupp {i}", value) for i, value in enumerate(values)))
    for width in (720, 358):
        svg = bars.draw(width).html("", "")
        for x, length in re.findall(r'<rect class="bar." x="([-\d.]+)" y="[-\d.]+" width="([\d.]+)"', svg):
            assert float(x) >= 0
            assert float(x) + float(length) <= width + 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=6))
def test_dots_stay_within_the_drawing(rows):
    dots = tuple(charts.Dot(f"Område {i}", sorted(row)[1], min(row), max(row)) for i, row in enumerate(rows))
    chart = charts.Dots(title="T", dots=dots, reference=-20)
    for width in (720, 358):
        assert all(0 <= x <= width for x, _ in places(chart.draw(width).html("", "")))


def test_words_of_a_limit_stand_above_a_narrow_drawing_where_no_curve_runs():
    line = charts.Line(
        title="Nivå",
        unit="%",
        series=(charts.Series("Nivå", [START, START + timedelta(hours=1)], [20.0, 100.0]),),
        thresholds=(charts.Threshold(85, "85 %", "Full korg", "limit"),),
    )
    svg = line.draw(frame.NARROW).html("", "")
    words = float(re.search(r'y="([\d.]+)" class="lref2 sm">85 %: Full korg', svg)[1])
    assert words < min(y for _, y in places(svg))
