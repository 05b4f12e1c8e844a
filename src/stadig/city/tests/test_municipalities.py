"""Sweden's municipalities, all of them."""

from __future__ import annotations

import json

import pytest
import shapely

from stadig.city import municipalities
from stadig.city.municipalities import NoSuchMunicipality


def test_there_are_290() -> None:
    assert len(municipalities.names()) == 290
    assert municipalities.names()["0180"] == "Stockholm"


def test_each_has_a_code_and_a_whole_border_in_sweden() -> None:
    for code, name in municipalities.names().items():
        found = municipalities.find(name)
        shape = shapely.from_geojson(json.dumps(found.border))
        assert (found.code, found.name) == (code, name)
        assert found.border["type"] == "MultiPolygon"
        assert shape.is_valid
        assert shape.area > 0
        west, south, east, north = shape.bounds
        assert 10 < west < east < 25
        assert 55 < south < north < 70


@pytest.mark.parametrize(
    "wanted",
    ["Västerås", "västerås", "Västerås kommun", "Västerås stad", "vasteras", "1980", " VÄSTERÅS ", "Va\u0308stera\u030as"],
)
def test_a_name_is_found_as_people_write_it(wanted: str) -> None:
    assert municipalities.find(wanted).name == "Västerås"


def test_the_genitive_is_a_name_too() -> None:
    assert municipalities.find("Malmö stads kommun".replace("stads ", "")).name == "Malmö"
    assert municipalities.find("Luleås kommun").name == "Luleå"
    assert municipalities.find("Stockholms stad").name == "Stockholm"
    assert municipalities.find("Borås stad").name == "Borås"


@pytest.mark.parametrize(
    ("wanted", "near"), [("Västeras", None), ("Vesterås", "Västerås"), ("Götborg", "Göteborg"), ("Sundsval", "Sundsvall")]
)
def test_a_misspelling_names_what_it_may_mean(wanted: str, near: str | None) -> None:
    if near is None:
        assert municipalities.find(wanted).name == "Västerås"
        return
    with pytest.raises(NoSuchMunicipality) as raised:
        municipalities.find(wanted)
    assert near in raised.value.near
    assert near in str(raised.value)


def test_habo_and_habo_with_a_ring_are_told_apart() -> None:
    assert municipalities.find("Habo").code == "0643"
    assert municipalities.find("Håbo").code == "0305"


def test_the_demo_town_is_none_of_them() -> None:
    with pytest.raises(NoSuchMunicipality):
        municipalities.find("Lindhamn")
