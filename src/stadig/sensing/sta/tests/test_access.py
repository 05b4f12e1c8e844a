"""Nothing but open data is read without a token, and a token may do what its scopes and things say."""

from __future__ import annotations

import psycopg
import pytest

from stadig.sensing import actions
from stadig.sensing.sta import tokens
from stadig.sensing.sta.doors import DOORS
from stadig.sensing.sta.tests.client import Client
from stadig.sensing.sta.tests.conftest import LAMP, committed

VALUE = {"phenomenonTime": "2026-05-01T00:00:00Z", "result": 1}
SETS = [
    "Things",
    "Locations",
    "HistoricalLocations",
    "Datastreams",
    "Sensors",
    "ObservedProperties",
    "Observations",
    "FeaturesOfInterest",
]


@pytest.fixture
def anyone(runner, database):
    return Client(runner)


def test_without_a_token_nothing_is_seen_and_nothing_written(anyone, sta, lamp):
    for name in SETS:
        assert anyone.values(name, count="true") == []
        assert len(sta.values(name)) > 0
    assert anyone.request("GET", f"Things({lamp['thing']})").status == 404
    assert anyone.request("GET", f"Things({lamp['thing']})/Datastreams").status == 404
    for door in DOORS:
        if not door.public:
            reply = anyone.request(door.method, "Things", {"name": "x", "description": ""})
            assert reply.status == 401
            assert reply.headers["www-authenticate"].startswith("Bearer")


def test_open_data_are_read_by_anyone_and_no_filter_reaches_the_rest(anyone, sta, lamp):
    hidden = sta.post("Things", LAMP | {"name": "hemlig"}).id
    committed(lambda: actions.set_open(lamp["thing"], True))
    for name in SETS:
        assert 0 < len(anyone.values(name)) < len(sta.values(name)) or name in ("Observations",)
    assert len(anyone.values("Observations")) == 2
    assert anyone.values("Sensors", filter="Datastreams/Thing/name eq 'hemlig'") == []
    assert anyone.get(f"Things({lamp['thing']})", expand="Datastreams/Observations")["Datastreams"][0]["Observations"] != []
    stream = sta.values(f"Things({hidden})/Datastreams")[0]["@iot.id"]
    assert anyone.request("GET", f"Datastreams({stream})/Observations").status == 404
    assert anyone.request("POST", f"Datastreams({lamp['stream']})/Observations", VALUE).status == 401


def test_each_scope_opens_its_own_door(runner, make_token, sta, lamp):
    path = f"Datastreams({lamp['stream']})"
    for scope, method, address, body in (
        ("create", "POST", f"{path}/Observations", VALUE),
        ("update", "PATCH", path, {"description": "x"}),
        ("delete", "DELETE", path, None),
    ):
        others = [one for one in ("read", "create", "update", "delete") if one != scope]
        assert Client(runner, make_token(*others)).request(method, address, body).status == 403
        assert Client(runner, make_token("read", scope)).request(method, address, body).status in (200, 201)


def test_a_token_for_some_things_stays_with_them(runner, make_token, sta, lamp):
    other = int(sta.post("Things", LAMP | {"name": "annan"}).id)
    foreign = sta.values(f"Things({other})/Datastreams")[0]["@iot.id"]
    mine = Client(runner, make_token("read", "create", "update", "delete", things=[lamp["thing"]]))
    assert [thing["@iot.id"] for thing in mine.values("Things")] == [lamp["thing"]]
    assert mine.request("POST", f"Datastreams({lamp['stream']})/Observations", VALUE).status == 201
    assert mine.request("POST", "Observations", VALUE | {"Datastream": {"@iot.id": foreign}}).status == 403
    array = [
        {
            "Datastream": {"@iot.id": foreign},
            "components": ["phenomenonTime", "result"],
            "dataArray": [["2026-05-01T00:00:00Z", 1]],
        }
    ]
    assert mine.post("CreateObservations", array).json == ["error"]
    assert mine.request("POST", "Things", {"name": "ny", "description": ""}).status == 403
    assert mine.request("PATCH", f"Datastreams({lamp['stream']})", {"Thing": {"@iot.id": other}}).status == 403
    assert mine.request("DELETE", f"Things({other})").status == 404
    sensor = mine.values("Sensors")[0]["@iot.id"]
    assert mine.request("PATCH", f"Sensors({sensor})", {"name": "x"}).status == 403
    assert mine.request("DELETE", f"Things({lamp['thing']})").status == 200
    assert [thing["name"] for thing in sta.values("Things")] == ["annan"]


def test_a_revoked_or_made_up_token_is_refused_and_use_is_noted(runner, database, make_token, lamp):
    token = make_token("read")
    client = Client(runner, token)
    assert client.values("Things") != []
    with psycopg.connect(**database) as connection:
        used = connection.execute(
            "SELECT last_used_on, octet_length(hash) FROM sensing_statoken WHERE hash = %s", [tokens.hashed(token)]
        )
        assert used.fetchone()[0] is not None
        connection.execute("UPDATE sensing_statoken SET revoked_at = now()")
    tokens.forget()
    assert client.request("GET", "Things").status == 401
    assert Client(runner, "påhittad").request("GET", "Things").status == 401
    assert client.request("GET", "Things", token=None, headers={"authorization": "Basic x"}).status == 401
