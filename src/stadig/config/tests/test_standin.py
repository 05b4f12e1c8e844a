"""The demo's made-up case system: it takes a case once, whatever its mood, and says where the case stands."""

from __future__ import annotations

import contextlib
import json
import threading
from ipaddress import ip_network

import pytest

from stadig.config import standin
from stadig.eservices.handing import declaration
from stadig.post import declared, outside


@pytest.fixture
def system(settings, tmp_path):
    """The system on a port of its own, in its best mood."""
    settings.INNER_NETWORKS, settings.OUTSIDE_KEYS = (ip_network("127.0.0.0/8"),), tmp_path
    (tmp_path / standin.SECRET).write_text("hemligt")
    found = standin.System("hemligt", path=tmp_path / "standin.json")
    found.moods = ["well"]
    found.mood = lambda: found.moods.pop(0) if len(found.moods) > 1 else found.moods[0]
    server = standin.server(found, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.port = server.server_port
    yield found
    server.shutdown()
    server.server_close()


def call_of(system):
    return declaration.read(standin.declaration(system.port), {"received", "assessing", "registered"}).call


VALUES = {
    "case": {"number": "MHN 2026/00001"},
    "answers": {"kind": "cafe", "company": {}, "premises_name": "X"},
    "receipt": {},
    "files": [],
}


def test_it_gives_a_number_to_one_who_knows_the_secret(system, settings, tmp_path):
    assert outside.do(call_of(system), VALUES, key="k1") == "LIV-0001"
    (tmp_path / standin.SECRET).write_text("gissat")
    with pytest.raises(outside.Refused):
        outside.do(call_of(system), VALUES, key="k2")
    assert len(system.cases) == 1


@pytest.mark.parametrize("mood", ["slow", "forgetful", "busy"])
def test_in_every_mood_a_case_is_one_case(system, mood, monkeypatch):
    monkeypatch.setattr(standin, "SLOW_S", standin.WAIT_S + 0.5)
    system.moods = [mood, "well"]
    with pytest.raises(OSError):
        outside.do(call_of(system), VALUES, key="k1")
    assert outside.do(call_of(system), VALUES, key="k1") == "LIV-0001"
    assert len(system.cases) == 1


def test_the_same_seed_feels_the_same():
    first, second = (standin.System("x", seed=7) for _ in range(2))
    moods = [first.mood() for _ in range(200)]
    assert moods == [second.mood() for _ in range(200)]
    assert set(moods) == set(standin.MOODS)


def test_time_passes_and_each_status_is_said_until_it_is_heard(system):
    kept = system.take("k1", {"reference": "MHN 2026/00001"})
    assert not system.move(kept.since + 1)
    assert system.move(kept.since + 30) == [kept]
    assert system.move(kept.since + 300) == [kept]
    assert kept.status == "inspection"
    system.said(kept)
    assert system.move(kept.since + 300)[0].status == "done"


def test_it_remembers_after_a_restart(system):
    system.take("k1", {"reference": "MHN 2026/00001"})
    assert standin.System("hemligt", path=system.path).cases == system.cases


def test_its_page_lists_what_it_got_and_no_person(system):
    system.take("k1", {"reference": "MHN 2026/00001", "kind": "<b>cafe", "company": {"name": "Bo Ek"}})
    answer = outside.call("GET", f"http://127.0.0.1:{system.port}/", headers={})
    page = answer.body.decode()
    assert "MHN 2026/00001" in page
    assert "&lt;b&gt;cafe" in page
    assert "Bo Ek" not in page


def test_it_does_nothing_outside_a_demo_town(settings):
    settings.DEMO = False
    with pytest.raises(SystemExit), contextlib.suppress(OSError):
        standin.main()


def test_its_declaration_fits_the_service_it_handles():
    from stadig.eservices import reading
    from stadig.eservices.tests.conftest import PACKAGES

    package = reading.load(PACKAGES / standin.SERVICE)
    how = declaration.read(standin.declaration(9), {status.id for status in package.case.statuses})
    assert how.call is not None
    asked = {
        word.partition(".")[2].partition(".")[0]
        for word in declared.WORD.findall(json.dumps(how.body))
        if word.startswith("answers.")
    }
    assert asked <= set(package.schema["properties"])
