"""The stand-in for the agencies: a real process that answers over mutual TLS, holds a question against its contract and has dials."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time

import pytest
from lxml import etree

from stadig.config.agencies import certificates, dials, lives
from stadig.config.agencies.testing import running
from stadig.config.tests.agencies_asking import EVERYTHING, KARIN, ORDER, PERIOD, SAMIRA, YUSUF, ask, lefi, question, send


def test_yusufs_agencies_tell_what_the_picture_shows(agencies):
    paid = lefi(ask(agencies, ["FK"]))["formansinformation"]["utbetalningsuppgift"]
    amounts = {(one["formansfamilj"]["id"], one["datum"][:7]): one["nettobelopp"]["summa"] for one in paid}
    assert [amounts["BOB", f"2026-{month}"] for month in ("09", "10", "11")] == [1900, 1900, 1900]
    assert [amounts["SJP", f"2026-{month}"] for month in ("09", "10", "11")] == [7020, 7020, 4212]
    seeker = ask(agencies, ["AF"]).find(".//{*}ArbetssokandeInfo")
    assert seeker.findtext("{*}ArbetssokandeRegistrerad") == "2026-08-03"
    assert seeker.findtext(".//{*}SenasteAktivitetsRapportDatum") == "2026-11-12"
    reported = json.loads(base64.b64decode(ask(agencies, ["SKV"]).findtext(".//{*}individuppgifter/{*}data")))["individuppgifter"]
    assert [(one["redovisningsperiod"], one["kontantErsattningUlagAG"] - one["avdrPrelSkatt"]) for one in reported] == [
        ("202609", 6180),
        ("202610", 6208),
    ]
    assert ask(agencies, ["MIV"]).findtext(".//{*}felkod") == "SEKRETESS"


def test_a_month_keeps_its_amounts_when_a_later_one_is_asked_about(tmp_path):
    with running(tmp_path, plain=True, present="2026-11-24") as agencies:
        said = lefi(ask(agencies, ["FK"], period=("2026-08-01", "2026-10-31"), at="2026-10-20T09:00:00+02:00"))
    paid = {
        one["datum"][:7]: one["nettobelopp"]["summa"]
        for one in said["formansinformation"]["utbetalningsuppgift"]
        if one["formansfamilj"]["id"] == "SJP"
    }
    assert paid == {"2026-08": 7020, "2026-09": 7020, "2026-10": 7020}


def test_what_is_not_paid_yet_is_planned(agencies):
    said = lefi(ask(agencies, ["FK"], at="2026-11-10T09:00:00+01:00"))["formansinformation"]
    assert [one["datum"] for one in said["preliminarautbetalningar"]] == ["2026-11-18", "2026-11-18"]


def test_only_the_agencies_asked_answer_and_the_journal_says_so(agencies):
    answer = ask(agencies, ["AF", "SO"])
    assert [etree.QName(one).localname for one in answer] == ["AF", "SO"]
    ask(agencies, ["SO"])
    arrived = agencies.journal()
    assert [one["agencies"] for one in arrived] == [["AF", "SO"], ["SO"]]
    assert arrived[0]["correlation"] == "c-1"
    assert arrived[0]["path"] == "/ssbtek/v11"
    assert YUSUF not in json.dumps(arrived)


def test_the_same_question_to_fk_and_pm_is_two_agencies_in_one_element(agencies):
    said = lefi(ask(agencies, ["FK"], KARIN))
    assert [one["utlamnare"]["kod"] for one in said["utlamnare"]] == ["FK", "PM"]
    assert {one["nettobelopp"] for one in said["utbetalningar"]} == {12480, 2340}
    assert agencies.journal()[0]["agencies"] == ["FK", "PM"]


@pytest.mark.parametrize("field", ["namn", "handlaggare", "arendeidentitet", "syfte", "lagtext", "organisationsnummer"])
def test_a_question_without_a_needed_field_is_a_fault(agencies, field):
    status, _, body = send(agencies, "/ssbtek/v11", question(["AF"], **{field: ""}))
    assert status == 500
    assert f"{field} saknas." in body.decode()
    assert agencies.journal()[0]["moods"] == {"": "refused"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (question(["AF"], version="10"), "NAMNRYMD"),
        (question(["AF"], personidentitet="12"), "FRAGA"),
        (question([]), "FRAGA"),
        (b"<a/>", "SOAP"),
        (b"nothing", "XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML"),
    ],
    ids=["another version", "half a number", "nobody asked", "no envelope", "no XML", "a document type"],
)
def test_a_wrong_question_is_a_fault_with_its_code(agencies, body, code):
    status, media, answer = send(agencies, "/ssbtek/v11", body)
    assert (status, media) == (500, "text/xml; charset=utf-8")
    assert etree.fromstring(answer).findtext(".//{*}felkod") == code


def test_a_lefi_question_about_someone_else_is_refused_for_fk_alone(agencies):
    other = json.dumps({"personnummer": KARIN} | EVERYTHING)
    answer = ask(agencies, ["AF", "FK"], lefi=other)
    assert answer.findtext("{*}FK/{*}error/{*}felkod") == "LEFI-FRAGA"
    assert answer.find("{*}AF/{*}data") is not None


def lefi_rest(agencies, said, path="formansinformation/fraga"):
    body = None if said is None else json.dumps(said).encode()
    status, _, answer = send(agencies, f"/lefi/v9/aktorer/999-01/{path}", body, media="application/json")
    return status, json.loads(answer)


def test_lefi_answers_over_rest_and_refuses_as_its_contract_says(agencies):
    period = {"from": PERIOD[0], "tom": PERIOD[1]}
    status, said = lefi_rest(agencies, {"personnummer": YUSUF, "period": period, "utbetalningar": ["FK:BOB"]})
    assert status == 200
    assert {one["nettobelopp"]["summa"] for one in said["formansinformation"]["utbetalningsuppgift"]} == {1900}
    for wrong in ({}, {"utbetalningar": []}, {"utbetalningar": ["FK:XX"]}, {"beslut": ["FK:BOB"]}, {"annat": 1}):
        status, said = lefi_rest(agencies, {"personnummer": YUSUF} | wrong)
        assert status == 400
        assert set(said) == {"meddelande", "timestamp"}
    long = {"from": "2020-01-01", "tom": "2026-01-01"}
    assert lefi_rest(agencies, {"personnummer": YUSUF, "period": long, "utbetalningar": ["FK:BOB"]})[0] == 400
    status, kinds = lefi_rest(agencies, None, "tillgangligaInformationstyper")
    assert status == 200
    assert {"kod": "FK:BOB", "beskrivning": "Bostadsbidrag"} in kinds["utbetalningar"]


def test_the_rest_agency_answers_who_says_why(agencies):
    said = {"person": KARIN, "from": PERIOD[0], "to": PERIOD[1], "case": "1", "purpose": "x", "law": "y", "worker": "petra"}
    status, _, body = send(agencies, "/rest/fragor", json.dumps(said).encode(), media="application/json")
    assert status == 200
    assert json.loads(body)["status"] == "OK"
    status, _, _ = send(agencies, "/rest/fragor", json.dumps(said | {"law": ""}).encode(), media="application/json")
    assert status == 400


def test_nobody_without_a_certificate_is_let_in(agencies):
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        send(agencies, "/ssbtek/v11", question(["AF"]), certificate="")


@pytest.mark.parametrize("make", [certificates.expired_client, certificates.early_client])
def test_a_certificate_out_of_its_time_is_refused(agencies, make):
    name = make(agencies.folder).stem
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        send(agencies, "/ssbtek/v11", question(["AF"]), certificate=name)


def test_keys_are_the_owners_alone_and_certificates_that_hold_are_kept(tmp_path):
    certificates.prepare(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}
    before = (tmp_path / "client.pem").read_bytes()
    certificates.prepare(tmp_path)
    assert (tmp_path / "client.pem").read_bytes() == before


def test_certificates_that_soon_expire_are_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "HOLDS_DAYS", certificates.RENEW_DAYS - 1)
    certificates.prepare(tmp_path)
    before = (tmp_path / "client.pem").read_bytes()
    monkeypatch.undo()
    certificates.prepare(tmp_path)
    assert (tmp_path / "client.pem").read_bytes() != before


def test_a_silent_agency_never_answers_alone_but_is_an_error_among_others(agencies):
    agencies.turn(SO={"hang": 1})
    with pytest.raises(TimeoutError):
        send(agencies, "/ssbtek/v11", question(["SO"]), timeout=0.7)
    begun = time.monotonic()
    answer = ask(agencies, ["AF", "SO"])
    assert 3.9 < time.monotonic() - begun < 5.5
    assert answer.findtext("{*}SO/{*}error/{*}kalla") == "SSBT"
    assert answer.find("{*}AF/{*}data") is not None


@pytest.mark.parametrize(
    ("dial", "seen"),
    [
        ("http_503", lambda status, _media, _body: status == 503),
        ("fault", lambda status, _media, body: status == 500 and b"Fault" in body),
        ("bt_error", lambda _status, _media, body: b"<ssbt:kalla>BT<" in body),
        ("ssbt_error", lambda _status, _media, body: b"<ssbt:kalla>SSBT<" in body),
        ("truncated", lambda _status, media, body: media.startswith("multipart/related") and not body.rstrip().endswith(b"--")),
        ("huge", lambda _status, _media, body: len(body) >= 10 * 2**20),
        ("bomb", lambda _status, _media, body: b"<!ENTITY" in body),
        ("wrong_person", lambda _status, _media, body: YUSUF.encode() not in body),
        ("not_entitled", lambda _status, _media, body: b"OBEHORIG" in body),
        ("no_match", lambda _status, _media, body: b">404<" in body),
        ("protected", lambda _status, _media, body: b"Sekretessmarkering>true<" in body),
        ("unknown_code", lambda _status, _media, body: b"SokandeinformationKod>77<" in body),
    ],
)
def test_each_dial_goes_wrong_in_its_own_way(agencies, dial, seen):
    agencies.turn(AF={dial: 1})
    assert seen(*send(agencies, "/ssbtek/v11", question(["AF"])))
    agencies.calm()
    assert send(agencies, "/ssbtek/v11", question(["AF"]))[0] == 200


def test_an_answer_in_the_wrong_charset_is_no_utf_8(agencies):
    agencies.turn(AF={"wrong_charset": 1})
    _, _, body = send(agencies, "/ssbtek/v11", question(["AF"]))
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_a_connection_closed_in_the_middle_is_half_an_answer(agencies):
    agencies.turn(AF={"closed": 1})
    with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
        send(agencies, "/ssbtek/v11", question(["AF"]))


def test_a_late_answer_comes_late(agencies):
    agencies.turn(AF={"late": 1, "late_s": 0.6})
    begun = time.monotonic()
    assert send(agencies, "/ssbtek/v11", question(["AF"]))[0] == 200
    assert time.monotonic() - begun >= 0.6


def test_a_dial_may_hold_in_one_contract_alone(agencies):
    agencies.turn(**{"AF@ssbtek-10": {"http_503": 1}})
    assert send(agencies, "/ssbtek/v10", question(["AF"], version="10"))[0] == 503
    assert send(agencies, "/ssbtek/v11", question(["AF"]))[0] == 200


def test_the_probe_says_which_agency_does_not_answer(agencies):
    agencies.turn(FK={"hang": 1})
    probe = question(["AF"]).split(b"<hamta")[0] + (
        b'<testaBastjanstInformation xmlns="http://schema.forsakringskassan.se/integration/ssbt/11"/></s:Body></s:Envelope>'
    )
    said = etree.fromstring(send(agencies, "/ssbtek/v11", probe)[2])
    assert {etree.QName(one.getparent()).localname: one.text for one in said.iterfind(".//{*}anropad")} == {
        agency: "false" if agency == "FK" else "true" for agency in ORDER
    }


def test_the_same_seed_draws_the_same():
    def draws(seed):
        board = dials.load("rough", seed=seed)
        return [board.draw("AF", "ssbtek-11") for _ in range(400)]

    assert draws(3) == draws(3)
    assert draws(3) != draws(4)
    moods = [one.mood for one in draws(3)]
    assert 0.01 < sum(mood in dials.FAILING for mood in moods) / 400 < 0.05
    assert 0.15 < sorted(one.latency_s for one in draws(3))[200] < 0.35


@pytest.mark.parametrize(("name", "wrong"), [("calm", 0.0), ("town", 0.0), ("rough", 0.03), ("storm", 0.33)])
def test_a_profile_goes_wrong_as_often_as_it_says(name, wrong):
    shares = dials.load(name).dial("AF", "ssbtek-11").shares
    assert sum(share for _, share in shares) == pytest.approx(wrong)


def test_a_silent_profile_is_calm_but_for_those_it_names():
    board = dials.load("silent:AF,SO")
    assert {agency: board.draw(agency, "ssbtek-11").mood for agency in ("AF", "SO", "FK")} == {
        "AF": "hang",
        "SO": "hang",
        "FK": "",
    }


@pytest.mark.parametrize("said", [{"AF": {"gone": 1}}, {"AF": {"hang": -1}}, {"AF": {"hang": 0.6, "late": 0.6}}, {"AF": 1}])
def test_a_wrong_dial_is_named_and_nothing_turns(said):
    board = dials.load("calm")
    with pytest.raises(dials.BadProfile):
        board.turn({"SO": {"hang": 1}} | said)
    assert not board.own


def test_a_profile_that_does_not_exist_is_named():
    with pytest.raises(dials.BadProfile, match="calm, rough, storm, town"):
        dials.load("mild")


def test_a_life_is_the_same_each_time_and_most_have_an_income(reference_data):
    numbers = json.loads(reference_data("exchange/personnummer-meta/allPins.json").read_text())[:3000]
    people = [lives.life("".join(filter(str.isdigit, str(number)))) for number in numbers]
    assert people == [lives.life("".join(filter(str.isdigit, str(number)))) for number in numbers]
    some = sum(bool(one.fk or one.pm or one.csn or one.salaries or one.funds) for one in people) / len(people)
    assert 0.7 < some < 0.85
    assert 0.01 < sum("protected" in one.states.values() for one in people) / len(people) < 0.06


def test_a_story_says_who_is_silent_about_whom_where_the_profile_lets_it():
    board = dials.load("town")
    moods = lives.life(YUSUF).moods["SO"]
    first = [board.about("SO", YUSUF, moods, board.draw("SO", "ssbtek-11")).mood for _ in range(3)]
    assert first == ["hang", "hang", ""]
    assert dials.load("calm").about("SO", YUSUF, moods, dials.Draw(0.0)).mood == ""


def test_samira_began_to_study_when_her_parental_benefit_ended():
    one = lives.life(SAMIRA)
    assert max(flow.months[1] for flow in one.fk if flow.benefit == "FP") == -1
    assert one.csn[0].months[0] == 0
