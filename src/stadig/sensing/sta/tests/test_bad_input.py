"""What comes in wrong is answered with what is wrong; what is right beside it is stored."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"\xff\xfe{}", 400), (b'{"name": NaN, "description": ""}', 400), (b"[" * 100_000, 400),
     (b'{"name": "\\u0000", "description": ""}', 400), (b'{"name": "\\ud800", "description": ""}', 400), (b'{"name": 1, "description": ""}', 400),
     ('{"name": "blåsväder", "description": ""}'.encode("latin-1"), 400), (b'{"name": "' + b"x" * 300 + b'", "description": ""}', 400),
     ('{"name": "blåsväder", "description": ""}'.encode(), 201), (b'{"name": "a", "description": "", "properties": {"x": "\\u0000"}}', 400)],
)  # fmt: skip
def test_bodies_that_are_not_what_they_should_be(sta, body, status):
    reply = sta.request("POST", "Things", body=body, headers={"content-type": "application/json"})
    assert reply.status == status, reply.body
    if status == 400:
        assert reply.json["type"] == "error"


def test_a_body_too_large_is_refused_before_it_is_read(sta):
    read = 0

    def chunks():
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 2**20

    declared = sta.request(
        "POST", "Things", body=b"x", headers={"content-length": str(100 * 2**20), "content-type": "application/json"}
    )
    assert declared.status == 413
    assert sta.request("POST", "Things", body=chunks(), headers={"content-type": "application/json"}).status == 413


def test_other_types_methods_and_encodings_are_named(sta, lamp):
    assert sta.request("POST", "Things", body=b"a=b", headers={"content-type": "application/x-www-form-urlencoded"}).status == 415
    assert sta.request("POST", "Things", body=b"x", headers={"content-encoding": "gzip"}).status == 415
    assert sta.request("PUT", "Things", {}).headers["allow"] == "GET, HEAD, POST"
    assert sta.request("POST", f"Things({lamp['thing']})", {}).status == 405
    assert sta.request("BREW", "Things").status == 405
    assert sta.request("OPTIONS", "Things").status == 204
    assert sta.request("HEAD", "Things").body == b""
    assert sta.request("GET", "Things?$top=" + "1" * 20_000).status == 414


@pytest.mark.parametrize(
    "change",
    [{"result": "12,5"}, {"result": [1]}, {"phenomenonTime": "2026-03-09"}, {"phenomenonTime": "2026-03-09T00:00:00"}, {"phenomenonTime": 1234567890},
     {"phenomenonTime": "2026-03-09T00:00:00Z/2026-03-08T00:00:00Z"}, {"phenomenonTime": "2126-03-09T00:00:00Z"}, {"Datastream": {"@iot.id": 999999}},
     {"Datastream": {"@iot.id": -1}}, {"Datastream": {}}, {"Datastream": 1}, {"resulttime": "x"}, {"FeatureOfInterest": {"@iot.id": 999999}},
     {"resultTime": "i går"}, {"parameters": 5}, {"@stadig.seq": -1}, {"@stadig.seq": 40000}, {"phenomenonTime": "10000-01-01T00:00:00Z"}],
)  # fmt: skip
def test_an_observation_that_makes_no_sense_is_refused(sta, lamp, change):
    good = {"phenomenonTime": "2026-03-09T00:00:00Z", "result": 12.5, "Datastream": {"@iot.id": lamp["stream"]}}
    assert sta.request("POST", "Observations", good | change).status == 400
    assert len(sta.values("Observations")) == 2
    assert sta.request("POST", "Observations", good).status == 201


@pytest.mark.parametrize(
    "time", ["1900-01-01T00:00:00Z", "1780-05-01T12:00:00.123456Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z"]
)
def test_old_times_are_stored_and_found(sta, lamp, time):
    made = sta.post(f"Datastreams({lamp['stream']})/Observations", {"phenomenonTime": time, "result": -40})
    assert sta.get(made.path)["phenomenonTime"] == time
    [found] = sta.values("Observations", filter=f"phenomenonTime le {time}")
    assert found["result"] == -40


def test_what_arrives_out_of_order_and_again_is_in_order_and_once(sta, lamp):
    times = [f"2026-03-{day:02}T00:00:00Z" for day in (20, 12, 15, 12, 20, 10)]
    array = [
        {
            "Datastream": {"@iot.id": lamp["stream"]},
            "components": ["phenomenonTime", "result"],
            "dataArray": [[t, 1] for t in times],
        }
    ]
    for _ in range(3):
        assert "error" not in sta.post("CreateObservations", array).json
    found = [
        o["phenomenonTime"][8:10] for o in sta.values(f"Datastreams({lamp['stream']})/Observations", orderby="phenomenonTime")
    ]
    assert found == ["01", "02", "10", "12", "15", "20"]


@pytest.mark.parametrize(
    ("text", "count"),
    [("result gt 3.5", 1), ("result eq 3 or result eq 4.5", 2), ("not (result eq 3)", 1), ("result mul 2 eq 9", 1), ("result div 0 eq 1", 0),
     ("(result sub 1) mod 2 eq 0", 1), ("phenomenonTime ge 2026-03-02T00:00:00Z", 1), ("year(phenomenonTime) eq 2026 and day(phenomenonTime) eq 1", 1),
     ("Datastream/Thing/name eq 'Lampa 7'", 2), ("Datastream/Thing/properties/effekt gt 39", 2), ("Datastream/Thing/properties/inre/a[2]/b eq 'djup'", 2),
     ("startswith(Datastream/name,'Ljus')", 2), ("substringof('flöd',Datastream/name)", 2), ("length(Datastream/name) eq 9", 2),
     ("phenomenonTime lt now() sub duration'P1D'", 2), ("during(phenomenonTime,2026-03-01T00:00:00Z/2026-03-01T12:00:00Z)", 1), ("result in (3,7)", 1),
     ("geo.distance(FeatureOfInterest/feature,geography'POINT(17.1 59.3)') lt 0.01", 2), ("round(result) eq 5", 1), ("ceiling(result) eq 5 and floor(result) eq 4", 1),
     ("st_within(FeatureOfInterest/feature,geography'POLYGON((17 59,18 59,18 60,17 60,17 59))')", 2), ("result eq null", 0), ("resultTime eq null", 2),
     ("geo.intersects(FeatureOfInterest/feature,geography'POLYGON((0 0,1 0,1 1,0 0))')", 0), ("tolower(Datastream/name) eq 'ljusflöde'", 2),
     ("date(phenomenonTime) eq 2026-03-02", 1), ("concat(Datastream/name,'x') ne 'x'", 2), ("indexof(Datastream/name,'flöde') eq 4", 2)],
)  # fmt: skip
def test_filters_find_what_they_say(sta, lamp, text, count):
    assert len(sta.values("Observations", filter=text)) == count
