"""The eight entities over HTTP: made, read, linked, changed and deleted as the standard says."""

from __future__ import annotations

import pytest

from stadig.sensing.sta.tests.conftest import LAMP


def test_the_root_lists_the_entity_sets_and_what_is_conformed_to(sta):
    root = sta.get()
    assert len(root["value"]) == 8
    assert {"name": "Things", "url": "http://localhost:8180/sta/v1.1/Things"} in root["value"]
    assert "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/thing" in root["serverSettings"]["conformance"]


def test_a_deep_insert_makes_all_that_belongs_together(sta, lamp):
    assert lamp["shown"]["phenomenonTime"] == "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z"
    assert lamp["shown"]["observedArea"] == {"type": "Point", "coordinates": [17.1, 59.3]}
    found = sta.get(
        f"Things({lamp['thing']})",
        expand="Locations/HistoricalLocations,Datastreams($expand=Sensor,ObservedProperty,Observations($expand=FeatureOfInterest))",
    )
    assert found["name"] == "Lampa 7"
    [location] = found["Locations"]
    assert len(location["HistoricalLocations"]) == 1
    [stream] = found["Datastreams"]
    assert stream["Sensor"]["metadata"] == "en mätare"
    assert [o["result"] for o in stream["Observations"]] == [3, 4.5]
    assert stream["Observations"][0]["FeatureOfInterest"]["feature"]["coordinates"] == [17.1, 59.3]


@pytest.mark.parametrize("part", ["name", "description"])
def test_what_is_required_must_be_there(sta, part):
    body = {key: value for key, value in LAMP.items() if key != part}
    reply = sta.request("POST", "Things", body)
    assert reply.status == 400
    assert reply.json["message"] == f"Missing required property '{part}' of Thing."
    assert sta.values("Things") == []


def test_a_deep_insert_that_fails_inside_leaves_nothing(sta):
    body = LAMP | {"Datastreams": [{"name": "halv"}]}
    assert sta.request("POST", "Things", body).status == 400
    assert sta.values("Things") == sta.values("Locations") == []


def test_paths_lead_from_entity_to_entity(sta, lamp):
    thing, stream = lamp["thing"], lamp["stream"]
    observation = sta.values(f"Things({thing})/Datastreams({stream})/Observations")[0]
    path = f"Observations('{observation['@iot.id']}')"
    assert sta.get(f"{path}/Datastream/Thing")["@iot.id"] == thing
    assert sta.get(f"{path}/result") == {"result": 3}
    assert sta.request("GET", f"{path}/result/$value").body == b"3"
    assert sta.request("GET", f"Things({thing})/name/$value").body == b"Lampa 7"
    assert sta.get(f"Things({thing})/properties/inre/a") == {"a": [1, 2, {"b": "djup"}]}
    assert sta.values("Things/$ref") == [{"@iot.selfLink": f"http://localhost:8180/sta/v1.1/Things({thing})"}]
    assert sta.get(observation["@iot.selfLink"])["result"] == 3
    assert sta.values(observation["Datastream@iot.navigationLink"] + "/Observations")[1]["result"] == 4.5


@pytest.mark.parametrize(
    "path",
    ["Bins", "Things(999)", "Things(x)", "Things(1)/Bins", "Things/Datastreams", "Things(999)/Datastreams", "Things(99999999999)",
     "Observations('1')", "Observations(7)", "Things(999)/Datastreams(1)/Observations", "Datastreams(1)/Thing(1)"],
)  # fmt: skip
def test_what_does_not_exist_is_404(sta, path):
    reply = sta.request("GET", path)
    assert reply.status == 404
    assert reply.json["code"] == 404


def test_pages_follow_each_other(sta):
    for number in range(7):
        sta.post("Things", {"name": f"sak {number}", "description": ""})
    first = sta.get("Things", top=3, count="true", orderby="name desc", filter="startswith(name,'sak')")
    assert first["@iot.count"] == 7
    assert [thing["name"] for thing in first["value"]] == ["sak 6", "sak 5", "sak 4"]
    names = []
    link = first["@iot.nextLink"]
    while link:
        page = sta.get(link)
        names += [thing["name"] for thing in page["value"]]
        link = page.get("@iot.nextLink")
    assert names == ["sak 3", "sak 2", "sak 1", "sak 0"]


def test_expanded_sets_have_pages_of_their_own(sta, lamp):
    found = sta.get("Datastreams", expand="Observations($top=1;$orderby=phenomenonTime desc;$count=true;$select=result)")
    [stream] = found["value"]
    assert stream["Observations"] == [{"result": 4.5}]
    assert stream["Observations@iot.count"] == 2
    assert sta.values(stream["Observations@iot.nextLink"]) == [{"result": 3}]


def test_merge_patch_changes_what_it_names(sta, lamp):
    path = f"Things({lamp['thing']})"
    assert sta.request("PATCH", path, {"description": "Ny"}).status == 200
    found = sta.get(path)
    assert (found["name"], found["description"], found["properties"]["effekt"]) == ("Lampa 7", "Ny", 40)
    assert sta.request("PATCH", path, {"Datastreams": [{"name": "x"}]}).status == 400
    assert sta.request("PATCH", path, {"name": None}).status == 400
    assert sta.request("PATCH", path, {"nam": "x"}).status == 400


def test_put_replaces_all(sta, lamp):
    path = f"Things({lamp['thing']})"
    assert sta.request("PUT", path, {"name": "Ny"}).status == 400
    assert sta.request("PUT", path, {"name": "Ny", "description": "d"}).status == 200
    assert "properties" not in sta.get(path)


def test_json_patch_changes_one_place(sta, lamp):
    path = f"Things({lamp['thing']})"
    kind = {"content-type": "application/json-patch+json"}
    good = [{"op": "replace", "path": "/properties/effekt", "value": 25}, {"op": "remove", "path": "/properties/märke"}]
    assert sta.request("PATCH", path, good, headers=kind).status == 200
    assert sta.get(path)["properties"] == {"effekt": 25, "inre": {"a": [1, 2, {"b": "djup"}]}}
    for bad in ([{"op": "test", "path": "/name", "value": "x"}], {"op": "x"}, [{"op": "remove", "path": "/name"}], [1]):
        assert sta.request("PATCH", path, bad, headers=kind).status == 400


def test_a_thing_that_moves_leaves_a_history_and_gets_a_new_feature(sta, lamp):
    other = sta.post(
        "Locations",
        {
            "name": "Ån",
            "description": "",
            "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [17.2, 59.4]},
        },
    ).id
    assert sta.request("PATCH", f"Things({lamp['thing']})", {"Locations": [{"@iot.id": int(other)}]}).status == 200
    assert [place["name"] for place in sta.values(f"Things({lamp['thing']})/Locations")] == ["Ån"]
    assert len(sta.values(f"Things({lamp['thing']})/HistoricalLocations")) == 2
    made = sta.post(f"Datastreams({lamp['stream']})/Observations", {"phenomenonTime": "2026-03-03T00:00:00Z", "result": 5})
    assert sta.get(made.path + "/FeatureOfInterest")["name"] == "Ån"
    assert sta.get(f"Datastreams({lamp['stream']})")["observedArea"]["type"] == "Polygon"


def test_deleting_a_thing_deletes_its_series_but_not_what_is_shared(sta, lamp):
    assert sta.request("DELETE", f"Things({lamp['thing']})").status == 200
    assert sta.request("DELETE", f"Things({lamp['thing']})").status == 404
    for name in ("Things", "Datastreams", "Observations", "HistoricalLocations"):
        assert sta.values(name) == []
    for name in ("Sensors", "ObservedProperties", "Locations", "FeaturesOfInterest"):
        assert len(sta.values(name)) == 1


def test_deleting_a_sensor_or_a_feature_takes_what_hangs_on_it(sta, lamp):
    feature = sta.values("FeaturesOfInterest")[0]["@iot.id"]
    assert sta.request("DELETE", f"FeaturesOfInterest({feature})").status == 200
    assert sta.values("Observations") == []
    sensor = sta.values("Sensors")[0]["@iot.id"]
    assert sta.request("DELETE", f"Sensors({sensor})").status == 200
    assert sta.values("Datastreams") == []


def test_one_observation_is_sent_twice_and_stored_once(sta, lamp):
    body = {"phenomenonTime": "2026-03-03T12:00:00+01:00", "result": 7, "Datastream": {"@iot.id": lamp["stream"]}}
    first = sta.post("Observations", body)
    assert sta.post("Observations", body).path == first.path
    assert sta.request("POST", "Observations", body | {"result": 8}).status == 409
    second = sta.post("Observations", body | {"result": 8, "@stadig.seq": 1})
    assert second.path == first.path.replace("')", ":1')")
    assert sta.get(second.path)["result"] == 8
    assert len(sta.values("Observations")) == 4


def test_an_observation_is_changed_moved_and_deleted(sta, lamp):
    [first, second] = sta.values("Observations")
    path = f"Observations('{first['@iot.id']}')"
    assert sta.request("PATCH", path, {"result": 99, "parameters": {"k": 1}}).status == 200
    assert sta.get(path)["result"] == 99
    moved = sta.request("PATCH", path, {"phenomenonTime": "2015-07-01T00:40:00Z"})
    assert sta.request("GET", path).status == 404
    assert sta.get(moved.path)["phenomenonTime"] == "2015-07-01T00:40:00Z"
    assert sta.request("PATCH", moved.path, {"phenomenonTime": second["phenomenonTime"]}).status == 409
    assert sta.request("DELETE", moved.path).status == 200
    assert sta.get(f"Datastreams({lamp['stream']})")["phenomenonTime"] == "2026-03-02T00:00:00Z/2026-03-02T00:00:00Z"


def test_intervals_result_times_and_other_results(sta, lamp):
    kind = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_"
    cases = (
        ("TruthObservation", True, 1),
        ("CategoryObservation", "öppen", 1),
        ("CountObservation", 12345678901234567890, 1.5),
        ("Observation", {"a": [1, None]}, None),
        ("Measurement", -1.5e300, "hög"),
    )
    for number, (name, good, bad) in enumerate(cases):
        sta.request("PATCH", f"Datastreams({lamp['stream']})", {"observationType": kind + name})
        body = {
            "phenomenonTime": "2026-04-01T00:00:00Z/2026-04-02T00:00:00Z",
            "resultTime": "2026-04-02T01:00:00Z",
            "validTime": "2026-04-02T00:00:00Z/2026-05-02T00:00:00Z",
            "resultQuality": {"nilReason": "ok"},
            "result": good,
            "@stadig.seq": number,
        }
        made = sta.post(f"Datastreams({lamp['stream']})/Observations", body)
        found = sta.get(made.path)
        assert {key: found[key] for key in body if key != "@stadig.seq"} == {k: v for k, v in body.items() if k != "@stadig.seq"}
        if bad is not None:
            assert sta.request("POST", f"Datastreams({lamp['stream']})/Observations", body | {"result": bad}).status == 400
    stream = sta.get(f"Datastreams({lamp['stream']})")
    assert stream["phenomenonTime"] == "2026-03-01T00:00:00Z/2026-04-02T00:00:00Z"
    assert stream["resultTime"] == "2026-04-02T01:00:00Z/2026-04-02T01:00:00Z"


def test_an_observation_needs_a_feature_or_a_place(sta):
    body = {key: value for key, value in LAMP.items() if key != "Locations"} | {"Datastreams": [dict(LAMP["Datastreams"][0])]}
    body["Datastreams"][0].pop("Observations")
    thing = sta.post("Things", body).id
    stream = sta.values(f"Things({thing})/Datastreams")[0]["@iot.id"]
    value = {"phenomenonTime": "2026-03-01T00:00:00Z", "result": 1}
    assert sta.request("POST", f"Datastreams({stream})/Observations", value).status == 400
    feature = {
        "name": "f",
        "description": "",
        "encodingType": "application/geo+json",
        "feature": {"type": "Point", "coordinates": [1, 2]},
    }
    assert sta.request("POST", f"Datastreams({stream})/Observations", value | {"FeatureOfInterest": feature}).status == 201
    [again] = sta.values("FeaturesOfInterest")
    assert [o["result"] for o in sta.values(f"FeaturesOfInterest({again['@iot.id']})/Observations")] == [1]


def test_many_observations_in_one_request(sta, lamp):
    body = [
        {
            "Datastream": {"@iot.id": lamp["stream"]},
            "components": ["phenomenonTime", "result"],
            "dataArray@iot.count": 3,
            "dataArray": [["2026-03-05T00:00:00Z", 1], ["2026-03-05T00:00:01.5Z", 2.5], ["2026-03-05T00:00:00Z", 1]],
        }
    ]
    for _ in range(2):
        urls = sta.post("CreateObservations", body).json
        assert [sta.get(url)["result"] for url in urls] == [1, 2.5, 1]
    assert len(sta.values("Observations")) == 4
    rows = sta.values(f"Datastreams({lamp['stream']})/Observations", resultFormat="dataArray")
    assert rows[0]["components"] == ["id", "phenomenonTime", "result", "resultTime"]
    assert rows[0]["dataArray@iot.count"] == 4


def test_rows_that_make_no_sense_are_errors_and_the_rest_is_stored(sta, lamp):
    good, stream = ["2026-03-05T00:00:00Z", 1], {"@iot.id": lamp["stream"]}
    rows = [good, ["2026-03-05T00:00:00Z", 2], ["i går", 1], ["2026-03-06T00:00:00Z", "hög"], ["2099-01-01T00:00:00Z", 1], [1], None,
            ["2026-03-07T00:00:00", 1], ["1900-01-01T00:00:00Z", 1], ["0001-01-01T00:00:00Z", -0.0]]  # fmt: skip
    body = [
        {"Datastream": stream, "components": ["phenomenonTime", "result"], "dataArray": rows},
        {"Datastream": {"@iot.id": 999999}, "components": ["result"], "dataArray": [[1]]},
        {
            "Datastream": stream,
            "components": ["result", "phenomenonTime", "parameters"],
            "dataArray": [[9, "2026-03-09T00:00:00Z", {"p": 1}]],
        },
    ]
    reply = sta.post("CreateObservations", body)
    assert [url != "error" for url in reply.json] == [True] + [False] * 7 + [True, True, False, True]
    assert reply.headers["x-stadig-refused"] == "conflict=1,future=1,malformed=6"
    assert sta.get(reply.json[8])["phenomenonTime"] == "1900-01-01T00:00:00Z"
    assert sta.get(reply.json[-1])["parameters"] == {"p": 1}
