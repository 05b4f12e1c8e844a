"""Försäkringskassan's and Pensionsmyndigheten's answer: what each silence means, and what a payment is."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stadig.exchange.contracts.errors import FaultyDeclaration
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import PERSON, incoming, lefi, of, question, value
from stadig.exchange.outcomes import Outcome, is_evidence, together
from stadig.exchange.terms import FK, PM, Block, Deduction, Kind

TEN = open_contract("ssbtek-10", folder=None)
DIRECT = open_contract("lefi-9", folder=None)
UP = [
    {"utlamnare": {"kod": "FK", "namn": "Försäkringskassan"}, "tillstand": {"kod": "OK"}},
    {"utlamnare": {"kod": "PM", "namn": "Pensionsmyndigheten"}, "tillstand": {"kod": "OK"}},
]


def read(*agencies: str, parts: dict[str, tuple[str, ...]] | None = None, **document: Any) -> tuple[Block, ...]:
    return TEN.read(lefi({"utlamnare": UP, **document}), question(*(agencies or (FK, PM)), parts=parts))


def payment(**other: Any) -> dict[str, Any]:
    return {
        "foretag": {"id": 1001},
        "formansfamilj": {"id": "SJP", "beskrivning": "Sjukpenning"},
        "datum": "2026-10-26",
        "period": {"fran": "2026-10-01", "till": "2026-10-31"},
        "bruttobelopp": {"summa": 11000.0, "valuta": "SEK"},
        "nettobelopp": {"summa": 7450.5, "valuta": "SEK"},
        "utbetalningsdetalj": [
            {"beloppstyp": {"id": "SJP"}, "dagar": 20, "bruttobelopp": {"summa": 9000}},
            {"beloppstyp": {"id": "SJP"}, "dagar": 11, "bruttobelopp": {"summa": 2000}},
            {"beloppstyp": {"id": "PS", "beskrivning": "Preliminär skatt"}, "skattebelopp": {"summa": 3049.5}},
            {"beloppstyp": {"id": "INF", "beskrivning": "Utmätning"}, "avdragsbelopp": {"summa": 500}},
        ],
        **other,
    }


def test_a_payments_net_is_its_own_total_and_never_the_sum_of_its_rows() -> None:
    block = of(read(FK, formansinformation={"utbetalningsuppgift": [payment()]}), FK, "utbetalningar")
    (paid,) = block.facts
    assert block.outcome == Outcome.DATA
    assert (paid.kind, paid.benefit, paid.net, paid.gross) == (Kind.PAYMENT, "SJP", Decimal("7450.5"), Decimal("11000.0"))
    assert paid.deductions == (
        Deduction("PS", "Preliminär skatt", Decimal("3049.5")),
        Deduction("INF", "Utmätning", Decimal(500)),
    )
    assert (paid.pay_date, paid.period_from, paid.period_to) == (
        dt.date(2026, 10, 26),
        dt.date(2026, 10, 1),
        dt.date(2026, 10, 31),
    )
    assert (paid.days, paid.planned) == (Decimal(31), False)


def test_a_preliminary_payment_is_planned() -> None:
    block = of(read(FK, formansinformation={"preliminarautbetalningar": [payment()]}), FK, "preliminaraUtbetalningar")
    assert [fact.planned for fact in block.facts] == [True]


def test_a_list_that_is_there_and_empty_is_the_agencys_word_that_it_has_nothing() -> None:
    blocks = read(FK, formansinformation={"utbetalningsuppgift": [], "preliminarautbetalningar": []})
    assert of(blocks, FK, "utbetalningar").outcome == Outcome.NOTHING_STATED
    assert of(blocks, FK, "preliminaraUtbetalningar").outcome == Outcome.NOTHING_STATED


def test_what_was_asked_for_and_is_simply_not_there_states_nothing_about_anyone() -> None:
    blocks = read(FK, formansinformation={"utbetalningsuppgift": []})
    silent = of(blocks, FK, "preliminaraUtbetalningar")
    assert (silent.outcome, silent.error_code) == (Outcome.NOT_ENTITLED, "not_answered")
    assert together(block.outcome for block in blocks) == Outcome.PARTIAL


def test_decisions_of_some_groups_and_silence_about_others_are_parts_of_an_answer() -> None:
    block = of(read(FK, formansinformation={"sjukpenningarende": []}), FK, "formansinformation")
    assert (block.outcome, block.error_code) == (Outcome.PARTIAL, "not_answered")
    assert "FK:ABB" in block.error_text
    assert "FK:SJP" not in block.error_text


def test_only_what_the_agencys_own_list_names_is_asked_for_and_silence_about_it_is_still_silence(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds.json"
    kinds.write_text(json.dumps({"utbetalningar": [{"kod": "FK:SJP", "beskrivning": "Sjukpenning"}]}), encoding="utf-8")
    known = open_contract("lefi-9", folder=None, declaration=kinds)
    sent = json.loads(known.request(question(FK, PM), "https://fk.example/v9").body)
    assert {name for name in sent if isinstance(sent[name], list)} == {"utbetalningar"}
    for silent in ({}, {"formansinformation": None}, {"formansinformation": {"utbetalningsuppgift": None}}):
        body = json.dumps({"utlamnare": UP, **silent})
        (block,) = known.read(incoming(body, content_type="application/json"), question(FK))
        assert (block.part, block.outcome, block.error_code) == ("utbetalningar", Outcome.NOT_ENTITLED, "not_answered")


def test_a_section_that_is_no_list_is_not_understood() -> None:
    misshapen = {"utbetalningsuppgift": {"poster": [payment()]}, "preliminarautbetalningar": "x"}
    blocks = read(FK, formansinformation=misshapen)
    assert of(blocks, FK, "utbetalningar").unknown == ("utbetalningsuppgift=",)
    assert of(blocks, FK, "preliminaraUtbetalningar").outcome == Outcome.UNKNOWN_CODE
    assert not any(is_evidence(block.outcome) for block in read(formansinformation=[], utbetalningar={}))


EMPTY = {"utbetalningsuppgift": [], "preliminarautbetalningar": [], "sjukpenningarende": []}
FAULT = {"formansgrupp": {"kod": "FK:SJP"}, "avvikelse": {"kod": "INTERNT_FEL"}}


@pytest.mark.parametrize(
    "deviations",
    [
        [FAULT],
        {"utbetalningar": [{"avvikelse": {"kod": "INTERNT_FEL"}}]},
        {"utbetalningsuppgift": [FAULT]},
        {"utbetalningar": FAULT},
        {"utbetalningar": ["FK:SJP"]},
        {"utbetalningar": [{"formansgrupp": {"kod": "FK:NYTT"}, "avvikelse": {"kod": "INTERNT_FEL"}}]},
        "INTERNT_FEL",
    ],
)
def test_a_deviation_that_is_not_understood_to_the_letter_may_be_about_anything(deviations: Any) -> None:
    for block in read(FK, avvikelser=deviations, formansinformation=EMPTY):
        assert not is_evidence(block.outcome)


@pytest.mark.parametrize("none", [None, [], {}, {"utbetalningar": []}])
def test_no_deviations_may_be_written_in_several_ways(none: Any) -> None:
    assert of(read(FK, avvikelser=none, formansinformation=EMPTY), FK, "utbetalningar").outcome == Outcome.NOTHING_STATED


def test_content_in_a_place_that_we_do_not_know_is_no_evidence_of_anything() -> None:
    strange = [
        {"utbetalningar2": [{"nettobelopp": 5}]},
        {"utbetalningar": [{"nettobelopp": 5000, "utbetalningsrader": [{"formansgrupp": {"kod": "FK:SJP"}}]}]},
        {"utbetalningar": [{"nettobelopp": 5000}]},
        {"beslut": [{"formansgrupp": {"kod": "PM:AP"}}]},
    ]
    for more in strange:
        assert not any(is_evidence(block.outcome) for block in read(FK, formansinformation=EMPTY, **more)), more
    none = {section: [] for section in ("ansprak", "beslut", "utbetalningar", "preliminaraUtbetalningar")}
    assert {block.outcome for block in read(PM, **none)} == {Outcome.NOTHING_STATED}
    assert {block.outcome for block in read(PM, formansinformation={"utbetalningsuppgift": [payment()]}, **none)} == {
        Outcome.UNKNOWN_CODE
    }


def test_an_agency_that_is_said_to_be_both_up_and_down_is_not_understood() -> None:
    both = [{"utlamnare": {"kod": "FK"}, "tillstand": {"kod": state}} for state in ("FELANDE", "OK")]
    (block,) = TEN.read(lefi({"utlamnare": both, "formansinformation": EMPTY}), question(FK))
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("tillstand=?",))


def test_a_list_of_what_may_be_asked_for_that_is_none_is_refused_with_the_way_out(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds.json"
    kinds.write_text("{}", encoding="utf-8")
    with pytest.raises(FaultyDeclaration, match="it is no answer of tillgangligaInformationstyper"):
        open_contract("lefi-9", folder=None, declaration=kinds)


def test_deviations_are_blocks_of_their_own_and_the_rest_is_delivered() -> None:
    deviations = {
        "utbetalningar": [
            {"avvikelse": {"kod": "INTERNT_FEL"}, "formansgrupp": {"kod": "FK:BOB", "beskrivning": ""}},
            {"avvikelse": {"kod": "OBEHORIG"}, "formansgrupp": {"kod": "FK:VB", "beskrivning": ""}},
            {"avvikelse": {"kod": "NYTT"}, "formansgrupp": {"kod": "FK:YL", "beskrivning": ""}},
        ]
    }
    blocks = read(FK, avvikelser=deviations, formansinformation={"utbetalningsuppgift": [payment()]})
    assert of(blocks, FK, "utbetalningar").outcome == Outcome.DATA
    assert of(blocks, FK, "utbetalningar FK:BOB").outcome == Outcome.ERROR
    assert of(blocks, FK, "utbetalningar FK:VB").outcome == Outcome.NOT_ENTITLED
    assert of(blocks, FK, "utbetalningar FK:YL").unknown == ("avvikelse=NYTT",)


def test_only_the_part_that_failed_is_asked_for_again() -> None:
    parts = {FK: ("utbetalningar FK:BOB",)}
    body = json.loads(DIRECT.request(question(FK, parts=parts), "https://fk.example/v9").body)
    assert {name: codes for name, codes in body.items() if name not in {"personnummer", "period", "ovrigInformation"}} == {
        "utbetalningar": ["FK:BOB"]
    }
    (block,) = read(FK, parts=parts, formansinformation={"utbetalningsuppgift": []})
    assert (block.part, block.outcome) == ("utbetalningar FK:BOB", Outcome.NOTHING_STATED)
    housing = payment(formansfamilj={"id": "BOB"})
    (block,) = read(FK, parts=parts, formansinformation={"utbetalningsuppgift": [housing]})
    assert (block.part, block.outcome, [fact.benefit for fact in block.facts]) == ("utbetalningar FK:BOB", Outcome.DATA, ["BOB"])
    (block,) = read(FK, parts=parts, formansinformation={"utbetalningsuppgift": [payment()]})
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("utbetalningar=FK:SJP",))


@pytest.mark.parametrize("state", ["FELANDE", "OTILLGANGLIG"])
def test_an_agency_that_is_down_is_a_fault_and_the_other_answers(state: str) -> None:
    down = [UP[0], {"utlamnare": {"kod": "PM"}, "tillstand": {"kod": state}}]
    blocks = TEN.read(lefi({"utlamnare": down, "formansinformation": {"utbetalningsuppgift": []}}), question(FK, PM))
    block = of(blocks, PM)
    assert (block.outcome, block.error_code, block.error_source) == (Outcome.ERROR, state, "agency")
    assert of(blocks, FK, "utbetalningar").outcome == Outcome.NOTHING_STATED


def test_a_state_we_do_not_know_is_no_evidence() -> None:
    (block,) = TEN.read(lefi({"utlamnare": [{"utlamnare": {"kod": "FK"}, "tillstand": {"kod": "NY"}}]}), question(FK))
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("tillstand=NY",))


def test_a_protected_person_is_protected_at_both_agencies_and_nothing_is_kept() -> None:
    about = {"personnummer": PERSON, "skyddad": True, "adress": [{"postort": "Ort"}]}
    blocks = read(formansinformation={"generellPersoninformation": [about], "utbetalningsuppgift": [payment()]})
    assert {(block.agency, block.outcome, block.facts) for block in blocks} == {
        (FK, Outcome.PROTECTED, ()),
        (PM, Outcome.PROTECTED, ()),
    }


def test_the_address_that_came_along_is_named_as_dropped_and_kept_nowhere() -> None:
    about = {"personnummer": PERSON, "skyddad": False, "adress": [{"postort": "Ort"}], "civilstand": {"id": 1}}
    blocks = read(FK, formansinformation={"generellPersoninformation": [about], "utbetalningsuppgift": []})
    assert blocks[0].dropped == ("generellPersoninformation.adress", "generellPersoninformation.civilstand")
    assert "Ort" not in repr(blocks)


def test_an_answer_about_someone_else_raises_the_alarm_and_keeps_nothing() -> None:
    about = {"personnummer": PERSON[:-1] + "5", "skyddad": False}
    blocks = read(formansinformation={"generellPersoninformation": [about], "utbetalningsuppgift": [payment()]})
    assert [(block.agency, block.alarm, block.facts) for block in blocks] == [(FK, "wrong_person", ()), (PM, "wrong_person", ())]


def test_ten_digits_are_the_same_person() -> None:
    about = {"personnummer": PERSON[2:], "skyddad": False}
    blocks = read(FK, formansinformation={"generellPersoninformation": [about], "utbetalningsuppgift": []})
    assert of(blocks, FK, "utbetalningar").outcome == Outcome.NOTHING_STATED


def test_a_benefit_that_lefi_does_not_list_is_shown_and_is_no_evidence() -> None:
    new = payment(formansfamilj={"id": "QZX", "beskrivning": "Ny förmån"})
    block = of(read(FK, formansinformation={"utbetalningsuppgift": [new]}), FK, "utbetalningar")
    assert (block.outcome, block.unknown, len(block.facts)) == (Outcome.UNKNOWN_CODE, ("formansfamilj=QZX",), 1)


def test_a_payment_whose_amount_was_left_out_is_no_evidence() -> None:
    block = of(read(FK, formansinformation={"utbetalningsuppgift": [payment(nettobelopp=None)]}), FK, "utbetalningar")
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("nettobelopp=?",))


def test_another_currency_is_not_read_as_kronor() -> None:
    euro = payment(nettobelopp={"summa": 700, "valuta": "EUR"})
    block = of(read(FK, formansinformation={"utbetalningsuppgift": [euro]}), FK, "utbetalningar")
    assert block.outcome == Outcome.UNKNOWN_CODE
    assert block.facts[0].net is None


def test_a_name_in_the_answer_that_we_do_not_know_is_no_evidence() -> None:
    block = of(read(FK, formansinformation={"nyttarende": [{}]}), FK, "formansinformation")
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("formansinformation=nyttarende",))


def test_the_specifications_own_example_states_a_decision(reference_data: Callable[[str], Path]) -> None:
    body = reference_data("exchange/lefi-v9-example-svar.json").read_bytes()
    person = json.loads(body)["formansinformation"]["generellPersoninformation"][0]["personnummer"]
    asked = question(FK, person=person, parts={FK: ("formansinformation FK:SJP",)})
    block = of(DIRECT.read(incoming(body, content_type="application/json"), asked), FK, "formansinformation FK:SJP")
    (decision,) = block.facts
    assert (block.outcome, decision.kind, decision.benefit, decision.final) == (Outcome.DATA, Kind.DECISION, "SJP", True)
    assert (decision.period_from, decision.period_to, decision.days) == (dt.date(2023, 8, 7), dt.date(2023, 8, 12), Decimal(6))
    assert (value(decision, "decided"), value(decision, "extent")) == ("2023-06-30", "100")


def test_a_case_without_a_decision_is_an_application_that_waits() -> None:
    case = {"startades": "2026-10-02", "aktivt": True, "avslaget": False, "beslut": []}
    block = of(read(FK, formansinformation={"bostadsbidragsarende": [case]}), FK, "formansinformation")
    assert [(fact.kind, fact.benefit, value(fact, "applied")) for fact in block.facts] == [
        (Kind.APPLICATION, "BOB", "2026-10-02")
    ]


def test_a_month_in_a_period_is_the_whole_month() -> None:
    month = payment(period={"fran": "2026-02", "till": "2026-02"})
    (paid,) = of(read(FK, formansinformation={"utbetalningsuppgift": [month]}), FK, "utbetalningar").facts
    assert (paid.period_from, paid.period_to) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))


def test_pensionsmyndighetens_claims_decisions_and_payments() -> None:
    group = {"kod": "PM:AP", "beskrivning": "Allmän pension"}
    blocks = read(
        PM,
        ansprak=[{"ankomstdatum": "2026-08-01", "formansgrupp": group, "yrkadPeriod": {"from": "2026-09-01"}}],
        beslut=[
            {
                "beslutsdatum": "2026-08-20",
                "formansgrupp": group,
                "beslutsstatus": {"kod": "SLUTLIGT"},
                "beslutsutfall": {"kod": "BIFALL"},
                "beslutadErsattning": [
                    {
                        "beslutatBelopp": {"belopp": 9100, "beloppsfrekvens": {"kod": "MANAD"}},
                        "period": {"from": "2026-09-01"},
                        "ersattningstyp": {"kod": "PM:GARP", "beskrivning": "Garantipension"},
                    }
                ],
            }
        ],
        utbetalningar=[
            {
                "utbetalningsdatum": "2026-10-19",
                "utbetalningsperiod": {"from": "2026-10-01", "tom": "2026-10-31"},
                "bruttobelopp": 9100,
                "nettobelopp": 8300,
                "avdrag": [{"belopp": 800, "avdragstyp": {"kod": "PM:PS", "beskrivning": "Preliminär skatt"}}],
                "utbetalningsrader": [{"formansgrupp": group, "belopp": 9100, "beloppstyp": {"kod": "PM:GARP"}}],
            }
        ],
        preliminaraUtbetalningar=[],
    )
    claim, decision, paid = (of(blocks, PM, part).facts[0] for part in ("ansprak", "beslut", "utbetalningar"))
    assert (claim.kind, claim.benefit, value(claim, "applied")) == (Kind.APPLICATION, "PM:AP", "2026-08-01")
    assert (decision.gross, decision.final, value(decision, "sub"), value(decision, "frequency")) == (
        9100,
        True,
        "PM:GARP",
        "MANAD",
    )
    assert (paid.net, paid.gross, paid.deductions, paid.planned) == (
        8300,
        9100,
        (Deduction("PM:PS", "Preliminär skatt", Decimal(800)),),
        False,
    )
    assert together(block.outcome for block in blocks) == Outcome.DATA


def test_a_refused_claim_says_that_it_was_refused() -> None:
    refused = {"beslutsstatus": {"kod": "SLUTLIGT"}, "beslutsutfall": {"kod": "AVSLAG"}, "formansgrupp": {"kod": "PM:BTI"}}
    (fact,) = of(read(PM, beslut=[refused]), PM, "beslut").facts
    assert value(fact, "refused") == "true"


@pytest.mark.parametrize(
    ("status", "outcome", "code", "source"),
    [
        (400, Outcome.ERROR, "http_refused", "self"),
        (401, Outcome.ERROR, "http_unauthorised", "self"),
        (403, Outcome.NOT_ENTITLED, "http_unauthorised", "agency"),
        (404, Outcome.ERROR, "http_not_found", "agency"),
        (429, Outcome.ERROR, "http_too_many", "agency"),
        (500, Outcome.ERROR, "http_failed", "agency"),
        (503, Outcome.ERROR, "http_unavailable", "agency"),
    ],
)
def test_an_http_status_is_never_an_empty_answer(status: int, outcome: Outcome, code: str, source: str) -> None:
    for body in (b"", b"<html>Sorry</html>", b'{"meddelande": "Fel", "timestamp": "2026-11-23T12:00:00Z"}'):
        for block in DIRECT.read(incoming(body, status, "application/json"), question(FK, PM)):
            assert (block.outcome, block.error_code, block.error_source) == (outcome, code, source)


def test_the_question_goes_to_the_committees_own_address_and_the_person_stands_in_the_body_alone() -> None:
    sent = DIRECT.request(question(FK), "https://fk.example/lefi-extern-formansinformation/v9/")
    assert sent.url == "https://fk.example/lefi-extern-formansinformation/v9/aktorer/026-51/formansinformation/fraga"
    assert PERSON not in sent.url + repr(sent.headers) + repr(sent)
    assert json.loads(sent.body)["personnummer"] == PERSON


def test_the_composite_services_question_holds_the_same_lefi_question() -> None:
    asked = question(FK, PM)
    outer = etree.fromstring(TEN.request(asked, "https://ssbtek.example").body)
    inner = base64.b64decode(outer.findtext(".//{*}lefiJsonFraga"))
    assert json.loads(inner) == json.loads(DIRECT.request(asked, "https://fk.example/v9").body)


def test_the_probe_of_what_may_be_asked_for_is_about_no_one() -> None:
    probe = DIRECT.probe(question().asker, (FK, PM), "https://fk.example/v9")
    assert (probe.method, probe.url, probe.body) == (
        "GET",
        "https://fk.example/v9/aktorer/026-51/tillgangligaInformationstyper",
        b"",
    )
    said = DIRECT.read_probe(incoming(json.dumps({"utlamnare": UP[:1]}), content_type="application/json"))
    assert [(one.agency, one.reached, one.error_code) for one in said] == [(FK, True, ""), (PM, False, "no_answer")]
