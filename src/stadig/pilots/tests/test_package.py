"""A trial as one file: what goes out, what comes back, and that its figures come out the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import subprocess
import sys
import zipfile

import msgspec
import numpy as np
import pytest

from stadig.eservices import packing
from stadig.pilots import extract, package, small_cells
from stadig.pilots.card import Guardrail, Outcome, rule_of
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import analysis
from stadig.pilots.statistics.series import chosen
from stadig.pilots.statistics.terms import Allocation, Design, Direction, Finding, Series, Verdict
from stadig.pilots.tests import examples


def test_what_is_written_is_read_and_the_same_trial_gives_the_same_bytes() -> None:
    before = examples.bundle(service={"service.yaml": b"name: x\n"})
    data = package.write(before)
    after = package.read(data)
    assert package.write(after) == data
    assert after.card == before.card
    assert after.result == before.result
    assert after.service == {"service.yaml": b"name: x\n"}
    assert after.digest == before.digest


def test_the_digest_is_of_what_is_tried_and_not_of_what_came_out() -> None:
    whole = examples.bundle()
    assert examples.bundle(lessons=(), plan=None, result=None, series=b"").digest == whole.digest
    assert examples.bundle(service={"service.yaml": b"name: y\n"}).digest != whole.digest
    assert whole.card is not None
    assert examples.bundle(card=dataclasses.replace(whole.card, worthwhile=0.3)).digest != whole.digest


def test_the_card_leaves_days_places_and_local_decisions_behind() -> None:
    allocation = Allocation(("hamnen", "sågen"), ("hamnen",), seed="inför publik")
    ours = examples.card(design=Design.AREAS, unit="district", allocation=allocation)
    theirs = package.for_others(ours)
    assert (theirs.begins, theirs.ends, theirs.allocation, theirs.owner) == (None, None, None, "")
    assert theirs.equal.decided_on is None
    assert theirs.equal.reason == ours.equal.reason
    assert theirs.primary == ours.primary
    assert b"hamnen" not in msgspec.json.encode(theirs)
    drawn = package.drawn_of(ours)
    assert (drawn.method, drawn.units, drawn.treated) == ("complete", 2, 1)
    assert b"hamnen" not in msgspec.json.encode(drawn)


def test_persons_are_renumbered_and_their_groups_are_taken_away() -> None:
    _card, plan, _result, figures = examples.analysed()
    shown, reduced = package.for_publication(plan, figures)
    assert reduced
    assert b"group:" not in shown
    assert b"h00" not in shown
    before, after = extract.read(figures)["days"], extract.read(shown)["days"]
    assert np.array_equal(before.value, after.value)
    assert len(set(after.unit.tolist())) == 800


def test_the_figures_come_out_the_same_from_the_file() -> None:
    kept = package.read(package.write(examples.bundle()))
    assert kept.result is not None
    assert kept.result.verdict is Verdict.SCALE_UP
    assert package.differences(kept) == []


def test_a_trial_with_areas_comes_out_the_same_with_the_places_as_they_are_called() -> None:
    random = np.random.default_rng(20261122)
    units = tuple(f"omrade-{number}" for number in range(8))
    drawn = lots.draw(units, 4, "inför publik 20 april")
    card = examples.card(
        design=Design.AREAS, unit="district", allocation=drawn, guardrails=(), benefits=(), every_days=28, baseline_days=140
    )
    weeks = [examples.BEGINS + dt.timedelta(7 * number) for number in range(-20, 20)]
    rows = [(week, unit) for week in weeks for unit in units]
    gone = [0.6 if week >= examples.BEGINS and unit in drawn.treated else 1.0 for week, unit in rows]
    values = random.normal(6.0, 0.3, len(rows)) * np.array(gone)
    series = Series(
        "days", np.array([unit for _w, unit in rows]), np.array([week for week, _u in rows], dtype="datetime64[D]"), values,
        np.ones(len(rows)), np.full(len(rows), "effects"), None, {"district": np.array([unit for _w, unit in rows])},
    )  # fmt: skip
    plan = rule_of(card)
    result = analysis.analyse(plan, {"days": series}, through=weeks[-1], code_version="test")
    figures, reduced = package.for_publication(plan, analysis.canonical({"days": series}))
    assert not reduced
    info = package.Info(package.FORMAT, "result", package.Origin("Lindhamn", "1399", "korgar", "Korgar"))
    kept = package.read(package.write(package.Bundle(info, plan=plan, result=result, series=figures)))
    assert result.primary is not None and result.primary.value < -0.3
    assert package.differences(kept) == []


def test_a_figure_that_was_changed_is_named() -> None:
    whole = examples.bundle()
    assert whole.result is not None
    last = whole.result.looks[-1]
    assert last.estimate is not None
    better = dataclasses.replace(last, estimate=dataclasses.replace(last.estimate, value=-0.9))
    forged = dataclasses.replace(whole.result, looks=(*whole.result.looks[:-1], better))
    found = package.differences(examples.bundle(result=forged))
    assert len(found) == 1
    assert str(found[0]).startswith(f"looks.{len(forged.looks)}.estimate.value: -0.9, now -0.")
    assert str(found[0]).endswith(f"({last.estimate.value + 0.9:+.3g})"), "it is said by how much"
    assert found[0].effect and not found[0].remark


def test_figures_that_were_changed_are_named() -> None:
    whole = examples.bundle()
    rows = whole.series.decode().splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith("days,") and row.endswith(",pilot"))
    cells = rows[at].split(",")
    rows[at] = ",".join([*cells[:3], "900.0", *cells[4:]])
    found = package.differences(examples.bundle(series="\n".join(rows).encode() + b"\n"))
    assert any(".estimate.value: " in str(one) for one in found)


def test_a_remark_that_is_no_longer_made_is_told_apart_from_figures() -> None:
    whole = examples.bundle()
    assert whole.result is not None
    noisy = dataclasses.replace(whole.result, findings=(*whole.result.findings, Finding("level_shift", "warning", "days", {})))
    found = package.differences(examples.bundle(result=noisy))
    assert [(str(one), one.remark, one.effect) for one in found] == [
        ("findings.level_shift days: said 1 times, now 0 times", True, False)
    ]


def test_rows_about_people_in_an_area_are_put_together_until_no_one_is_known_by_them() -> None:
    random = np.random.default_rng(1)
    units = tuple(f"omrade-{number}" for number in range(8))
    card = examples.card(
        design=Design.AREAS, unit="district", allocation=lots.draw(units, 4, "inför publik"), baseline_days=140, every_days=28,
        primary=Outcome("emptied", "Tömningar", "st", Direction.LESS, "effects", "emptyings", each="subjects"),
        guardrails=(Guardrail(Outcome("rings", "Ringer", "%", Direction.LESS, "effects", "assisted", each="reports"), 35.0),),
        benefits=(),
    )  # fmt: skip
    plan, day = rule_of(card), np.datetime64(examples.BEGINS) + np.arange(-100, 140)
    count = len(units) * len(day)
    unit, days = np.repeat(units, len(day)), np.tile(day, len(units))
    few = random.integers(1, 4, count).astype(np.float64)
    rings = Series("rings", unit, days, 100 * random.binomial(few.astype(int), 0.2) / few, few, np.full(count, "effects"))
    gone = np.where(np.isin(unit, plan.allocation.treated if plan.allocation else ()) & (days >= day[100]), 0.6, 1.0)
    emptied = Series("emptied", unit, days, random.normal(6, 0.3, count) * gone, np.full(count, 20.0), np.full(count, "effects"))
    whole = {"emptied": emptied, "rings": rings}
    people = small_cells.about_people(card)
    assert people == {"rings"}
    result = analysis.analyse(plan, whole, through=dt.date.fromisoformat(str(day[-1])), code_version="test")
    shown, reduced = package.for_publication(plan, analysis.canonical(whole), people)
    after = extract.read(shown)
    assert reduced and after["rings"].weight.min() >= 5 and len(after["emptied"].value) == count
    assert np.average(after["rings"].value, weights=after["rings"].weight) == pytest.approx(
        np.average(rings.value, weights=rings.weight), abs=0.5
    )
    earlier = extract.read(
        package.for_publication(plan, analysis.canonical({"rings": chosen(rings, days < day[200])}), people)[0]
    )
    rows = {(u, str(d), v, w) for u, d, v, w in _rows(after["rings"])}
    assert rows >= {(u, str(d), v, w) for u, d, v, w in _rows(earlier["rings"])}, (
        "two files beside each other show no smaller rows"
    )
    info = package.Info(
        package.FORMAT, "result", package.Origin("Lindhamn", "1399", "korgar", "Korgar"), reduced=True, folded=("rings",)
    )
    kept = package.read(package.write(package.Bundle(info, plan=plan, result=result, series=shown)))
    assert package.differences(kept) == [], "the outcome that decides is computed again all the same"
    with pytest.raises(package.BadPackage, match="cannot be computed again"):
        package.differences(dataclasses.replace(kept, info=dataclasses.replace(info, folded=("emptied",))))


def _rows(series: Series) -> list[tuple[str, str, float, float]]:
    return list(zip(series.unit.tolist(), map(str, series.day), series.value.tolist(), series.weight.tolist(), strict=True))


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"nothing like it", "no zip archive|not a zip"),
        (_zip({"other.txt": b"x", "more.txt": b"y"}), "There is no pilot.json"),
        (_zip({"pilot.json": b"{"}), "pilot.json: "),
        (_zip({"pilot.json": b"{}", "../../evil.txt": b"x"}), "evil.txt: is no place within"),
        (
            _zip(
                {
                    "pilot.json": b'{"format":"stadig-pilot/9","kind":"package","trial":{"municipality":"","code":"","slug":"","title":""}}'
                }
            ),
            "this Stadig reads",
        ),
        (
            _zip(
                {
                    "pilot.json": b'{"format":"stadig-pilot/1","kind":"package","trial":{"municipality":"","code":"","slug":"","title":""}}'
                }
            ),
            "must hold card.json",
        ),
    ],
)
def test_what_is_no_package_is_named(data: bytes, said: str) -> None:
    with pytest.raises(package.BadPackage, match=said):
        package.read(data)


def test_a_package_without_a_result_says_so_when_it_is_to_be_computed_again() -> None:
    with pytest.raises(package.BadPackage, match="had not been looked at"):
        package.differences(examples.bundle(plan=None, result=None))


def test_a_file_whose_unpacked_size_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_BYTES", 1000)
    with pytest.raises(package.BadPackage, match="the archive"):
        package.read(package.write(examples.bundle()))


def test_reading_and_computing_again_needs_neither_django_nor_the_database() -> None:
    code = "import sys; from stadig.pilots import package; from stadig.pilots.statistics import analysis; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_plain_zip_program_can_open_it() -> None:
    names = set(packing.unpack(package.write(examples.bundle())))
    assert names == {
        "pilot.json", "card.json", "design.json", "factors.json", "lessons.json",
        "result/plan.json", "result/result.json", "result/series.csv",
    }  # fmt: skip
    assert dt.date.fromisoformat(examples.BEGINS.isoformat()) == examples.BEGINS
