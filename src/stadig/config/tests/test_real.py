"""A city of real readings is read at run time, arranged the same way each time, and says what we arranged."""

import gzip
import sys
from datetime import UTC, datetime

import pytest

from stadig.config import real
from stadig.geo.tests.test_matrix import grid
from stadig.sensing import queries as sensing

TUESDAY = datetime(2026, 11, 24, 6, tzinfo=UTC)


def test_an_emptying_gives_a_level_before_and_one_after(tmp_path):
    path = tmp_path / "edinburgh.csv.gz"
    path.write_bytes(
        gzip.compress(
            b"site,site_name,collected_at,fill_before,fill_after\n7,York Place,2016-06-10 07:42:32,62,0\n7,York Place,x,1,1\n"
        )
    )
    source = real.edinburgh(path)
    assert source.names == {"7": "York Place"}
    assert [level for _, level in source.readings["7"]] == [62, 0]
    assert source.emptied["7"] == [(datetime(2016, 6, 10, 6, 42, 32, tzinfo=UTC).timestamp(), 62)]


def test_a_fault_is_no_level_and_a_fall_is_an_emptying(tmp_path):
    levels, containers = tmp_path / "levels.csv", tmp_path / "containers.csv"
    rows = [
        "15-08-2018,6,FULLNESS",
        "16-08-2018,8,FULLNESS",
        "17-08-2018,0,NOT_READY",
        "18-08-2018,0,ALERT",
        "19-08-2018,4,NOT_READY",
    ]
    levels.write_text(
        "Bin ID,Fullness,fullnessThreshold,timestamp,reason\n"
        + "".join(f"9,{r.split(',')[1]},8,{r.split(',')[0]},{r.split(',')[2]}\n" for r in rows)
    )
    containers.write_text("serial,description,latitude,longitude\n9,Aldi,-37.8,144.7\n")
    source = real.wyndham(levels, containers)
    assert [level for _, level in source.readings["9"]] == [60, 80, 0, 40]
    assert [before for _, before in source.emptied["9"]] == [80]


def test_a_bin_is_drawn_to_the_same_place_each_time():
    streets = grid(9)
    assert real.place("E7", streets) == real.place("E7", streets) != real.place("E8", streets)


def test_a_folder_without_the_data_names_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="edinburgh_collections"):
        real.seed(tmp_path)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_city_of_real_readings_plans_its_day(reference_data, settings):
    from stadig.city.models import Municipality
    from stadig.waste.models import Bin, Emptying, Plan, PlanState

    said: list[str] = []
    real.seed(
        reference_data("operations/osm/stockholm_inner_osmnx_2020.tar.gz").parents[1], said.append, now=TUESDAY, iterations=60
    )
    assert Bin.objects.count() == 334 + 32
    assert Bin.objects.exclude(access_note__contains="lottat").count() == 0
    assert Emptying.objects.count() > 10_000
    assert Municipality.objects.get().made_up
    last = sensing.latest(Bin.objects.values_list("fill_datastream", flat=True))
    assert TUESDAY.timestamp() - 7 * 86400 < max(one.time.timestamp() for one in last.values()) <= TUESDAY.timestamp()
    plan = Plan.objects.get()
    assert plan.state == PlanState.READY
    assert plan.bins_chosen > 0
    sys.stdout.write(
        f"Real readings: {plan.bins_chosen} of {plan.bins_total} bins, {plan.distance_m / 1000:.0f} km; fixed rounds "
        f"{plan.fixed_emptyings} bins, {plan.fixed_distance_m / 1000:.0f} km; {plan.overflow_h:.0f} against {plan.fixed_overflow_h:.0f} full hours\n"
    )
    assert {"code": "no_fixed_round"} not in plan.notes
    assert any("lottat" in line for line in said)
