"""Maps drawn on the server."""

from dataclasses import dataclass

from stadig.ui import maps


@dataclass
class Window:
    width: float = 480
    height: float = 230
    metres_per_unit: float = 2.0

    def xy(self, lon, lat):
        return round(lon * 100, 1), round(lat * 100, 1)


@dataclass
class Shape:
    kind: str
    name: str = ""
    d: str = "M0 0L1 1"
    x: float = 10
    y: float = 10
    width: float = 200


BASE = [Shape("land"), Shape("district", "Hamnen <b>"), Shape("street-main", "Storgatan")]


def test_a_map_is_told_in_words_and_drawn_without_styles():
    svg = maps.svg(Window(), BASE, [maps.Mark(1, 1, "full"), maps.Mark(2, 1, "stop", "7")], label='Karta över "Hamnen"')
    assert 'role="img" aria-label="Karta över &quot;Hamnen&quot;"' in svg
    assert "Hamnen &lt;b&gt;" in svg
    assert "style=" not in svg
    assert '<circle class="m-dot-full" cx="100" cy="100" r="8"/>' in svg
    assert ">7</text>" in svg


def test_a_full_bin_differs_by_size_and_not_by_colour_alone():
    assert maps.RADIUS["full"] > maps.RADIUS["nearly"] > maps.RADIUS["room"] > maps.RADIUS["unknown"]


def test_two_routes_differ_by_their_lines():
    svg = maps.svg(Window(), [], ways=[maps.Way("M0 0L9 9"), maps.Way("M1 0L9 9", 2)], label="Rutter")
    assert 'class="m-route" d="M0 0L9 9"' in svg
    assert 'class="m-route b" d="M1 0L9 9"' in svg


def test_a_third_route_has_a_line_of_its_own():
    svg = maps.svg(Window(), [], [maps.Mark(1, 1, "stop", "3", 3)], [maps.Way("M0 0L9 9", 3)], label="Rutter")
    assert 'class="m-route c" d="M0 0L9 9"' in svg
    assert 'class="m-stop c"' in svg


def test_shapes_of_a_kind_are_drawn_as_one():
    svg = maps.svg(Window(), [Shape("street-main"), Shape("street-main"), Shape("land"), Shape("island")], label="Gator")
    assert svg.count('class="m-s"') == 1
    assert svg.count('class="m-land"') == 1
