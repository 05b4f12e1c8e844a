"""Each agency's own codes: what states something, what states nothing, and what is no evidence at all."""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal

import pytest

from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import PERSON, answer, of, question, skv, value
from stadig.exchange.outcomes import Outcome, together
from stadig.exchange.terms import AF, AGENCIES, CSN, MIV, SKV, SO, TNS, Block, Deduction, Kind

TEN = open_contract("ssbtek-10", folder=None)
ELEVEN = open_contract("ssbtek-11", folder=None)
OTHER = PERSON[:-1] + "5"


def tag(name: str, inner: object = "", **attributes: str) -> str:
    said = "".join(f' {key}="{text}"' for key, text in attributes.items())
    return f"<{name}{said}>{inner}</{name}>"


def ask(agency: str, inner: str, **kwargs: object) -> tuple[Block, ...]:
    return TEN.read(answer(f"<b:{agency}><b:data>{inner}</b:data></b:{agency}>"), question(agency, **kwargs))  # type: ignore[arg-type]


# Arbetsförmedlingen


def af(info: str = "", *, code: str = "0", secret: str = "", more: str = "", person: str = PERSON) -> tuple[Block, ...]:
    return ask(
        AF,
        tag(
            "Svar",
            tag("IdentitetsbeteckningFysiskPerson", person)
            + (tag("Sekretessmarkering", secret) if secret else "")
            + (tag("ArbetssokandeInfo", info) if info else "")
            + more
            + tag("StatusSokandeinformationKod", code),
        ),
    )


def test_someone_who_is_not_a_job_seeker_is_stated_not_to_be() -> None:
    (block,) = af(tag("Arbetssokande", "false") + tag("ArbetssokandeAvaktualiserad", "2026-08-31"))
    assert block.outcome == Outcome.DATA
    assert (value(block.facts[0], "registered"), block.facts[0].period_to) == ("false", dt.date(2026, 8, 31))


def test_a_status_code_that_is_not_zero_is_no_evidence_whatever_came_with_it() -> None:
    (block,) = af(tag("Arbetssokande", "true"), code="3")
    assert (block.outcome, block.error_code, block.unknown) == (Outcome.UNKNOWN_CODE, "3", ("StatusSokandeinformationKod=3",))


def test_an_answer_that_is_well_and_holds_nothing_does_not_say_that_there_is_nothing() -> None:
    (block,) = af()
    assert (block.outcome, block.error_code) == (Outcome.UNKNOWN_CODE, "empty_answer")


@pytest.mark.parametrize("secret", ["true", "1", "J", "okänd"])
def test_a_mark_of_secrecy_protects_and_keeps_nothing(secret: str) -> None:
    (block,) = af(tag("Arbetssokande", "true"), secret=secret)
    assert (block.outcome, block.facts) == (Outcome.PROTECTED, ())


@pytest.mark.parametrize(("code", "said"), [("200", "in"), ("500", "not_in_programme"), ("501", "not_handed_in")])
def test_the_activity_reports_codes(code: str, said: str) -> None:
    report = tag("AktivitetsRapportMeddelande", f"{code} text") + tag("SenasteAktivitetsRapportDatum", "2026-11-03")
    block = of(af(tag("Arbetssokande", "true") + tag("AktivetetsRapportDatum", report)), AF, "aktivitetsrapport")
    (fact,) = block.facts
    assert (block.outcome, fact.benefit, value(fact, "report"), value(fact, "latest")) == (
        Outcome.DATA,
        "AKTIVITETSRAPPORT",
        said,
        "2026-11-03",
    )


@pytest.mark.parametrize(("code", "outcome"), [("502", Outcome.ERROR), ("777", Outcome.UNKNOWN_CODE)])
def test_an_activity_report_that_could_not_be_had_is_a_part_that_is_missing(code: str, outcome: Outcome) -> None:
    report = tag("AktivetetsRapportDatum", tag("AktivitetsRapportMeddelande", code))
    blocks = af(tag("Arbetssokande", "true") + report)
    assert of(blocks, AF).outcome == Outcome.DATA
    assert of(blocks, AF, "aktivitetsrapport").outcome == outcome
    assert together(block.outcome for block in blocks) == Outcome.PARTIAL


def test_a_programme_is_a_decision_with_its_period() -> None:
    decision = (
        tag("ErsattningTyp", "Aktivitetsstöd")
        + tag("Omfattning", 75)
        + tag("BeslutFrom", "2026-09-01")
        + tag("BeslutTom", "2026-12-31")
    )
    (block,) = af(more=tag("BeslutInfo", tag("EkonomiskaBeslut", tag("Beslut", decision))))
    (fact,) = block.facts
    assert (fact.kind, fact.benefit, fact.period_from, fact.period_to) == (
        Kind.DECISION,
        "Aktivitetsstöd",
        dt.date(2026, 9, 1),
        dt.date(2026, 12, 31),
    )


# CSN


def csn(
    person: str = "", *, code: str = "0", number: str = PERSON[2:], sekel: str = PERSON[:2], **attributes: str
) -> tuple[Block, ...]:
    document = tag(
        "CSNSvar",
        tag("GemensamtSvarEkbistand", tag("Resultat", tag("ResultatKod", code) + tag("ResultatText", "text")))
        + tag("Personer", tag("Person", person, personnummer=number, sekel=sekel, **attributes)),
        xmlns="http://schema.csn.se/v4.0/kommunfraga",
        schemaVersion="4.0",
    )
    return ask(CSN, tag("b:svar", base64.b64encode(document.encode()).decode()))


LISTS = ("studiemedel", "studiehjalp", "hemutrustningslan", "studiestartsstod", "omstallningsstudiestod")
NONE = tag("Studiestodstypforteckning", "".join(tag(name, 0) for name in LISTS))


def study(case: str, count: int = 1) -> str:
    listed = tag("Studiestodstypforteckning", tag("studiemedel", count) + "".join(tag(name, 0) for name in LISTS[1:]))
    return listed + tag("Studiemedel", tag("Arenden", tag("Arende", case, lopnummer="1")))


GRANT = tag("stodform", "GRUND") + tag("klartext", "Studiemedel") + tag("status", "BESLUTAD")


def paid(status: str, total: str, *rows: tuple[str, str]) -> str:
    amounts = "".join(tag("Belopp", tag("beloppstyp", kind) + tag("totbelopp", amount)) for kind, amount in rows)
    time = tag("startvecka", "202640") + tag("slutvecka", "202644") + tag("Beloppen", amounts)
    return tag(
        "Utbetalning",
        tag("utbetdatum", "20261023")
        + tag("utbetstatus", status)
        + tag("Utbetaldatider", tag("Utbetaldtid", time))
        + tag("totbelopp", total),
    )


def test_csn_says_by_its_counts_that_it_has_nothing() -> None:
    (block,) = csn(NONE, Status=" " * 10, sekretess="  ")
    assert block.outcome == Outcome.NOTHING_STATED


def test_csn_without_its_counts_has_not_said_so() -> None:
    (block,) = csn()
    assert block.outcome == Outcome.UNKNOWN_CODE


def test_csn_that_counts_a_case_and_shows_none_contradicts_itself() -> None:
    (block,) = csn(NONE.replace("<studiemedel>0", "<studiemedel>1"))
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("studiemedel=1",))


def test_csn_does_not_know_the_person() -> None:
    (block,) = csn(NONE, Status="Ej träff")
    assert block.outcome == Outcome.NO_MATCH


def test_csn_protects_the_person_and_nothing_is_kept() -> None:
    (block,) = csn(study(GRANT), sekretess="J")
    assert (block.outcome, block.facts) == (Outcome.PROTECTED, ())


@pytest.mark.parametrize("mark", ["N", "NE", "0", "S", "X ", "??"])
def test_a_mark_of_secrecy_that_we_do_not_know_keeps_nothing_and_is_no_evidence(mark: str) -> None:
    (block,) = csn(study(GRANT), sekretess=mark)
    assert (block.outcome, block.facts) == (Outcome.UNKNOWN_CODE, ())
    assert block.unknown == (f"sekretess={'?' if mark == '??' else mark.strip()}",)


@pytest.mark.parametrize("code", ["1", "", "OK"])
def test_a_result_code_we_do_not_know_is_no_evidence(code: str) -> None:
    (block,) = csn(NONE, code=code)
    assert (block.outcome, block.error_text) == (Outcome.UNKNOWN_CODE, "text")


def test_a_payments_net_is_its_total_though_its_rows_sum_to_something_else() -> None:
    (block,) = csn(study(GRANT + tag("UtbetalningsPlan", paid("Utbetald", "11500", ("GRUNDB", "4000"), ("GRUNDL", "8000")))))
    fact = block.facts[-1]
    assert (fact.kind, fact.benefit, fact.net, fact.planned) == (Kind.PAYMENT, "GRUND", Decimal(11500), False)
    assert (value(fact, "GRUNDB"), value(fact, "GRUNDL")) == ("4000", "8000")
    assert (fact.pay_date, fact.period_from, fact.period_to) == (
        dt.date(2026, 10, 23),
        dt.date(2026, 9, 28),
        dt.date(2026, 11, 1),
    )


@pytest.mark.parametrize(("status", "planned"), [("Planerad", True), ("UTBETALAD", False), ("Utbetald", False)])
def test_a_payment_is_planned_or_made(status: str, planned: bool) -> None:
    (block,) = csn(study(GRANT + tag("UtbetalningsPlan", paid(status, "100"))))
    assert (block.outcome, block.facts[-1].planned) == (Outcome.DATA, planned)


def test_a_payments_status_that_we_do_not_know_is_no_evidence() -> None:
    (block,) = csn(study(GRANT + tag("UtbetalningsPlan", paid("Stoppad", "100"))))
    assert (block.outcome, block.unknown) == (Outcome.UNKNOWN_CODE, ("utbetstatus=Stoppad",))


def test_a_form_of_support_that_csn_does_not_list_is_no_evidence() -> None:
    (block,) = csn(study(GRANT.replace("GRUND", "NYTT")))
    assert block.outcome == Outcome.UNKNOWN_CODE


def test_an_application_that_waits_is_one_and_a_grant_is_a_decision() -> None:
    sought = tag(
        "soktaTider", tag("soktTid", tag("soktfrom", "20260831") + tag("sokttom", "20270117") + tag("soktomfattning", 100))
    )
    (waiting,) = csn(study(GRANT.replace("BESLUTAD", "INITIERAD") + sought))
    assert [(fact.kind, fact.period_from) for fact in waiting.facts] == [(Kind.APPLICATION, dt.date(2026, 8, 31))]
    time = tag("starttid", "202636") + tag("sluttid", "202702") + tag("takt", 100) + tag("Beloppen") + tag("totbelopp", 61000)
    (granted,) = csn(study(GRANT + tag("BeviljadeTider", tag("BeviljadTid", time))))
    (fact,) = granted.facts
    assert (fact.kind, fact.gross, fact.period_from, fact.period_to, value(fact, "extent")) == (
        Kind.DECISION,
        Decimal(61000),
        dt.date(2026, 8, 31),
        dt.date(2027, 1, 17),
        "100",
    )


# Skatteverket


def test_skatteverkets_own_faults_are_faults_with_its_code() -> None:
    document = tag("Exception", tag("MeddelandeKod", 9071005) + tag("MeddelandeText", "Ej behörig"))
    (block,) = ask(SKV, f"<svar><![CDATA[{document}]]></svar>")
    assert (block.outcome, block.error_code, block.error_source, block.error_text) == (
        Outcome.ERROR,
        "9071005",
        "agency",
        "Ej behörig",
    )


def capital(
    status: str, year: str = tag("Kapitaluppgift", tag("Taxeringsar", 2025) + tag("SummaIntakterPaKapital", 50))
) -> tuple[Block, ...]:
    person = tag("IdentitetsbeteckningFysiskPerson", PERSON) + tag("StatusPersonuppgiftKod", status) + year
    document = tag("Svar", tag("PersonuppgiftLista", tag("Personuppgift", person)))
    return ask(SKV, f"<svar><![CDATA[{document}]]></svar>")


def test_capital_with_the_status_that_is_known_is_data_and_with_another_is_not() -> None:
    assert of(capital("999"), SKV).outcome == Outcome.DATA
    assert of(capital("417"), SKV).unknown == ("StatusPersonuppgiftKod=417",)


def test_no_capital_is_not_stated_by_leaving_it_out() -> None:
    assert of(capital("999", ""), SKV).outcome == Outcome.UNKNOWN_CODE


def parts(*several: str, **kwargs: object) -> tuple[Block, ...]:
    return ELEVEN.read(answer(f"<b:SKV>{''.join(several)}</b:SKV>", "11"), question(SKV, **kwargs))  # type: ignore[arg-type]


def test_what_employers_have_reported_is_income_month_by_month() -> None:
    rows = [
        {
            "redovisningsperiod": "202609",
            "arbetsgivare": "Lindhamns bageri",
            "betalningsmottagarId": PERSON,
            "kontantErsattningUlagAG": 21000,
            "avdrPrelSkatt": 5200,
        }
    ]
    block = of(parts(skv("individuppgifter", {"identitet": PERSON, "individuppgifter": rows})), SKV, "individuppgifter")
    (fact,) = block.facts
    assert (fact.kind, fact.benefit, fact.gross, fact.net) == (Kind.INCOME, "AGI", Decimal(21000), Decimal(15800))
    assert (fact.period_from, fact.period_to) == (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
    assert fact.deductions == (Deduction("PS", "preliminär skatt", Decimal(5200)),)
    assert fact.path.endswith("/individuppgifter/data#/individuppgifter/0")


def test_an_empty_list_of_employers_reports_is_nothing_and_an_empty_answer_is_not() -> None:
    said = parts(skv("individuppgifter", {"identitet": PERSON, "individuppgifter": []}))
    assert of(said, SKV, "individuppgifter").outcome == Outcome.NOTHING_STATED
    for document in ({}, [], {"individuppgifter": [{"nytt": 1}]}, {"uppgifter": []}, None, "hej", 5):
        found = of(parts(skv("individuppgifter", document)), SKV, "individuppgifter")
        assert found.outcome == Outcome.UNKNOWN_CODE, document


def test_a_part_that_was_asked_for_and_is_not_there_is_a_fault() -> None:
    found = of(parts(skv("skattekonto", {"kontohavare": PERSON, "saldo": 0})), SKV, "individuppgifter")
    assert (found.outcome, found.error_code) == (Outcome.ERROR, "no_answer")


def test_a_tax_account_without_a_refund_is_nothing_that_the_law_gives() -> None:
    lawful = {SKV: frozenset({"identity", "capital", "tax_refund", "employer_declaration"})}
    blocks = parts(skv("skattekonto", {"kontohavare": PERSON, "saldo": -682, "utbetaltBelopp": 0}), keep=lawful)
    found = of(blocks, SKV, "skattekonto")
    assert (found.outcome, found.facts, found.dropped) == (Outcome.NOTHING_STATED, (), ("status:SKATTEKONTO",))


@pytest.mark.parametrize(
    "account", [{"saldo": 0}, {"saldo": 1, "utbetaltBelopp": None}, {"saldo": 0, "utbetalningBelopp": 5000, "utbetaltBelopp": 0}]
)
def test_a_tax_account_that_does_not_speak_of_refunds_is_no_evidence_that_there_are_none(account: dict[str, object]) -> None:
    for keep in ({}, {SKV: frozenset({"tax_refund"})}):
        found = of(parts(skv("skattekonto", {"kontohavare": PERSON, **account}), keep=keep), SKV, "skattekonto")
        assert found.outcome == Outcome.UNKNOWN_CODE


def test_a_year_without_a_figure_for_capital_is_no_evidence_that_there_is_none() -> None:
    for document in (
        {"beslutadeSkatteuppgifter": [{"uppgifter": {"rantor": 5000}}]},
        {"beslutadeSkatteuppgifter": [], "fel": "x"},
        {"beslutadeSkatteuppgifter": "x"},
    ):
        keep = {SKV: frozenset({"capital"})}
        found = of(parts(skv("skatteuppgifter", {"identitet": PERSON, **document}), keep=keep), SKV, "skatteuppgifter")
        assert found.outcome == Outcome.UNKNOWN_CODE, document


def reported(*statements: dict[str, object], **more: object) -> Block:
    common = {"redovisningsperiod": "202610", "arbetsgivare": "Lindhamns bageri"}
    document = {"identitet": PERSON, "individuppgifter": [common | one for one in statements], **more}
    return of(parts(skv("individuppgifter", document)), SKV, "individuppgifter")


def test_all_pay_of_a_statement_counts_together_and_each_statement_is_a_fact() -> None:
    block = reported({"kontantErsattningUlagAG": 0, "kontantErsattningEjUlagSJ": 8000}, {"kontantErsattningUlagAG": 1000})
    assert (block.outcome, [fact.gross for fact in block.facts]) == (Outcome.DATA, [Decimal(8000), Decimal(1000)])


def test_a_statement_without_any_pay_that_can_be_read_states_no_figure() -> None:
    (fact,) = reported({"kontantErsattningUlagAG": None}).facts
    assert (fact.gross, fact.net) == (None, None)


@pytest.mark.parametrize(
    ("statements", "more"),
    [
        ([{"kontantErsattningUlagAG": 1000}, {"nyErsattning": 8000}], {}),
        ([{"kontantErsattningUlagAG": 1000, "skatteplBilformanUlagAG": 5000}], {}),
        ([{"kontantErsattningUlagAG": 20000, "borttagen": True}], {}),
        ([{"kontantErsattningUlagAG": None}], {}),
        ([{"kontantErsattningUlagAG": {"belopp": 5000}}], {}),
        ([], {"uppgifter": [{"belopp": 12000}]}),
        ([], {"felkod": "500", "meddelande": "Tjänsten otillgänglig"}),
    ],
)
def test_a_statement_that_is_not_understood_to_the_last_field_is_no_evidence(
    statements: list[dict[str, object]], more: dict[str, object]
) -> None:
    block = reported(*statements, **more)
    assert block.outcome == Outcome.UNKNOWN_CODE
    assert block.unknown


def test_a_refund_that_we_have_no_right_to_is_not_told_as_nothing() -> None:
    document = {"kontohavare": PERSON, "utbetaltBelopp": 900, "bokforingsdag": "2026-10-02"}
    found = of(parts(skv("skattekonto", document), keep={SKV: frozenset({"tax_account"})}), SKV, "skattekonto")
    assert (found.outcome, found.error_code) == (Outcome.NOT_ENTITLED, "beyond_law")


def test_a_part_that_the_ground_at_hand_keeps_us_from_is_told_as_not_asked() -> None:
    blocks = parts(
        skv("skattekonto", {"kontohavare": PERSON, "saldo": 0}), keep={SKV: frozenset({"identity", "capital", "tax_refund"})}
    )
    assert of(blocks, SKV, "individuppgifter").outcome == Outcome.NOT_ASKED, "wages nobody asked about are not no wages"
    assert not any(one.part == "foretagsinformation" for one in blocks), "the law gives nothing of it at all"


def test_only_the_parts_that_the_law_gives_something_of_are_asked_for() -> None:
    lawful = {SKV: frozenset({"identity", "capital", "tax_refund"})}
    body = ELEVEN.request(question(SKV, keep=lawful), "https://x.example").body.decode()
    assert "<ssbt:individuppgifter>false<" in body
    assert "<ssbt:foretagsinformation>false<" in body
    assert "<ssbt:skattekonto>true<" in body
    assert "<ssbt:skatteuppgifter>true<" in body


# The unemployment funds


def fund(name: str, status: str, inner: str = "") -> str:
    return tag("Arbetsloshetsersattning", tag("SvarandeOrganisation", name) + tag("StatusSvarandeOrganisation", status) + inner)


def so(*funds: str, person: str = PERSON) -> tuple[Block, ...]:
    return ask(SO, tag("IdentificationNumber", person) + tag("ArbetsloshetsersattningLista", "".join(funds)))


PAYMENT = tag(
    "Utbetalningar",
    tag("Utbetalningsdatum", "2026-10-30")
    + tag("NettoEfterSkatt", "9000.50")
    + tag("NettoEfterAvdrag", "8500.50")
    + tag("Ersattningsdagar", "12.5")
    + tag("AvserFrom", "2026-09-01")
    + tag("AvserTom", "2026-09-30"),
)


def test_each_fund_is_a_block_and_one_without_payments_has_none() -> None:
    blocks = so(fund("Kassan A", "all clear", PAYMENT), fund("Kassan B", "All Clear"), fund("Kassan C", "Tekniskt fel"))
    assert [(block.part, block.outcome) for block in blocks] == [
        ("Kassan A", Outcome.DATA),
        ("Kassan B", Outcome.NOTHING_STATED),
        ("Kassan C", Outcome.UNKNOWN_CODE),
    ]
    assert blocks[2].unknown == ("StatusSvarandeOrganisation=Tekniskt fel",)
    assert (blocks[0].facts[0].net, value(blocks[0].facts[0], "after_tax")) == (Decimal("8500.50"), "9000.50")
    assert together(block.outcome for block in blocks) == Outcome.PARTIAL


def test_no_fund_at_all_is_not_a_fund_that_says_nothing() -> None:
    (block,) = so()
    assert (block.outcome, block.error_code) == (Outcome.UNKNOWN_CODE, "empty_answer")


def test_two_answers_of_one_fund_are_two_parts() -> None:
    assert [block.part for block in so(fund("Kassan", "all clear"), fund("Kassan", "all clear"))] == ["Kassan", "Kassan (2)"]


def test_a_suspension_and_an_application_are_facts() -> None:
    more = tag("Avstangningar", tag("AvstangdFrom", "2026-09-01") + tag("AvstangdTom", "2026-10-15"))
    more += tag(
        "AnsoktOmErsattning", tag("BeslutOmRattTillErsattning", "2026-10-01") + tag("AnsokanOmUtbetalningInlamnad", "true")
    )
    (block,) = so(fund("Kassan", "all clear", more))
    assert [(fact.kind, fact.benefit) for fact in block.facts] == [(Kind.STATUS, "AVSTANGD"), (Kind.APPLICATION, "AKASSA")]
    assert (value(block.facts[1], "right_decided"), value(block.facts[1], "payment_applied")) == ("2026-10-01", "true")


# Transportstyrelsen and Migrationsverket


def test_transportstyrelsens_empty_list_is_nothing_and_its_fault_is_a_fault() -> None:
    assert of(ask(TNS, tag("resultat", "OK") + tag("fordonsinnehav")), TNS).outcome == Outcome.NOTHING_STATED
    assert of(ask(TNS, tag("resultat", "OK")), TNS).outcome == Outcome.UNKNOWN_CODE
    assert of(ask(TNS, tag("resultat", "KANSKE") + tag("fordonsinnehav")), TNS).unknown == ("resultat=KANSKE",)
    fault = of(ask(TNS, tag("resultat", "FEL") + tag("felresultat", tag("felkod", 17) + tag("feltext", "Fel"))), TNS)
    assert (fault.outcome, fault.error_code, fault.error_text) == (Outcome.ERROR, "17", "Fel")


def test_migrationsverkets_empty_collection_is_nothing_and_a_missing_one_is_not() -> None:
    about = tag("personnummer", PERSON)
    assert of(ask(MIV, tag("response", about + tag("svarCollection"))), MIV).outcome == Outcome.NOTHING_STATED
    assert of(ask(MIV, tag("response", about)), MIV).outcome == Outcome.UNKNOWN_CODE
    assert of(ask(MIV, ""), MIV).outcome == Outcome.UNKNOWN_CODE


def test_migrationsverkets_fault_is_a_fault() -> None:
    fault = tag("SSBTEKSoapException", tag("faultCode", "E1") + tag("faultString", "Fel"))
    assert (of(ask(MIV, fault), MIV).outcome, of(ask(MIV, fault), MIV).error_code) == (Outcome.ERROR, "E1")


def test_an_element_that_we_do_not_know_in_an_otherwise_empty_answer_is_not_nothing() -> None:
    new = tag("Ny", tag("belopp", 5))
    found = [
        *csn(NONE + new),
        *csn(NONE + tag("Studiemedel", new)),
        *so(fund("Kassan", "all clear", new)),
        *so(new),
        *ask(TNS, tag("resultat", "OK") + tag("fordonsinnehav", new)),
        *ask(MIV, tag("response", tag("personnummer", PERSON) + tag("svarCollection", new))),
    ]
    assert {block.outcome for block in found} == {Outcome.UNKNOWN_CODE}


def test_an_answer_that_names_no_one_is_no_evidence_about_anyone() -> None:
    nameless = [
        *af(tag("Arbetssokande", "true"), person=""),
        *csn(NONE, number="", sekel=""),
        *so(fund("Kassan", "all clear"), fund("Andra", "all clear", PAYMENT), person=""),
        *ask(MIV, tag("response", tag("svarCollection"))),
        *ask(
            SKV,
            f"<svar><![CDATA[{tag('S', tag('PersonuppgiftLista', tag('Personuppgift', tag('StatusPersonuppgiftKod', 999))))}]]></svar>",
        ),
        of(parts(skv("skattekonto", {"utbetaltBelopp": 0})), SKV, "skattekonto"),
        of(parts(skv("individuppgifter", {"individuppgifter": []})), SKV, "individuppgifter"),
        of(parts(skv("skatteuppgifter", {"beslutadeSkatteuppgifter": []})), SKV, "skatteuppgifter"),
    ]
    assert {block.outcome for block in nameless} == {Outcome.UNKNOWN_CODE}


# All of them


def test_an_agencys_error_is_never_an_empty_answer_and_its_words_are_kept() -> None:
    error = tag(
        "b:error",
        tag("b:kalla", "SSBT") + tag("b:felkod", "TIMEOUT") + tag("b:felmeddelande", "Svarade") + tag("b:felmeddelande", "inte"),
    )
    inner = "".join(tag(f"b:{element}", error) for element in ("AF", "CSN", "FK", "SKV", "SO", "TNS", "MIV"))
    blocks = TEN.read(answer(inner), question())
    assert {(block.agency, block.outcome, block.error_source, block.error_code, block.error_text) for block in blocks} == {
        (agency, Outcome.ERROR, "composite", "TIMEOUT", "Svarade inte") for agency in AGENCIES
    }


@pytest.mark.parametrize(
    "blocks",
    [
        af(tag("Arbetssokande", "true"), person=OTHER),
        csn(NONE, number=OTHER[2:]),
        csn(NONE, sekel="20"),
        so(fund("Kassan", "all clear", PAYMENT), person=OTHER),
        ask(MIV, tag("response", tag("personnummer", OTHER) + tag("svarCollection"))),
        ask(
            SKV,
            f"<svar><![CDATA[{tag('S', tag('PersonuppgiftLista', tag('Personuppgift', tag('IdentitetsbeteckningFysiskPerson', OTHER))))}]]></svar>",
        ),
        parts(skv("skattekonto", {"kontohavare": OTHER, "utbetaltBelopp": 5, "bokforingsdag": "2026-10-01"})),
        parts(skv("individuppgifter", {"individuppgifter": [{"betalningsmottagarId": OTHER, "bruttolon": 5}]})),
    ],
    ids=["AF", "CSN", "CSN another century", "SO", "MIV", "SKV", "SKV account", "SKV employers"],
)
def test_an_answer_about_someone_else_is_one_block_that_raises_the_alarm_and_holds_nothing(blocks: tuple[Block, ...]) -> None:
    (block,) = blocks
    assert (block.outcome, block.alarm, block.error_code, block.facts) == (Outcome.ERROR, "wrong_person", "wrong_person", ())
    assert OTHER not in repr(block)


def test_a_question_echoed_about_someone_else_raises_the_alarm_for_all() -> None:
    echo = tag("b:fraga", tag("b:generellaFrageparametrar", tag("b:personidentitet", OTHER)))
    blocks = TEN.read(answer("", before=echo), question())
    assert [(block.agency, block.alarm) for block in blocks] == [(agency, "wrong_person") for agency in AGENCIES]


def test_what_stands_in_a_code_never_carries_a_persons_number() -> None:
    (block,) = so(fund(f"Kassan {PERSON}", f"fel för {PERSON[2:8]}-{PERSON[8:]}"))
    assert PERSON not in block.part
    assert block.unknown == ("StatusSvarandeOrganisation=?",)
    error = tag("b:error", tag("b:kalla", "BT") + tag("b:felkod", f"E{PERSON}"))
    assert of(TEN.read(answer(tag("b:AF", error)), question(AF)), AF).error_code == "E…"


def test_a_ground_with_a_name_that_does_not_exist_makes_no_evidence() -> None:
    blocks = so_kept(frozenset({"amount", "belopp"}))
    assert [(block.outcome, block.unknown) for block in blocks] == [(Outcome.UNKNOWN_CODE, ("LegalBasis.fields=belopp",))]


def so_kept(groups: frozenset[str]) -> tuple[Block, ...]:
    inner = tag("IdentificationNumber", PERSON) + tag("ArbetsloshetsersattningLista", fund("Kassan", "all clear", PAYMENT))
    return ask(SO, inner, keep={SO: groups})


def test_asking_again_for_a_part_answers_that_part_and_touches_no_other() -> None:
    report = tag("AktivetetsRapportDatum", tag("AktivitetsRapportMeddelande", "200"))
    person = tag("IdentitetsbeteckningFysiskPerson", PERSON) + tag("StatusSokandeinformationKod", 0)
    answered = tag("Svar", person + tag("ArbetssokandeInfo", tag("Arbetssokande", "true") + report))
    asked = {AF: ("aktivitetsrapport",)}
    assert [(block.part, block.outcome) for block in ask(AF, answered, parts=asked)] == [("aktivitetsrapport", Outcome.DATA)]
    silent = ask(AF, tag("Svar", person + tag("ArbetssokandeInfo", tag("Arbetssokande", "true"))), parts=asked)
    assert [(block.part, block.outcome, block.error_code) for block in silent] == [
        ("aktivitetsrapport", Outcome.ERROR, "no_answer")
    ]
    funds = tag("IdentificationNumber", PERSON) + tag(
        "ArbetsloshetsersattningLista", fund("A", "all clear") + fund("B", "all clear", PAYMENT)
    )
    assert [(block.part, block.outcome) for block in ask(SO, funds, parts={SO: ("B",)})] == [("B", Outcome.DATA)]


def test_a_fault_of_the_whole_is_a_fault_of_each_part_that_was_asked_for_again() -> None:
    error = tag("b:SO", tag("b:error", tag("b:kalla", "SSBT") + tag("b:felkod", "TIMEOUT")))
    blocks = TEN.read(answer(error), question(SO, parts={SO: ("A", "B")}))
    assert [(block.part, block.outcome, block.error_code) for block in blocks] == [
        ("A", Outcome.ERROR, "TIMEOUT"),
        ("B", Outcome.ERROR, "TIMEOUT"),
    ]


def test_a_person_who_has_become_protected_is_so_for_the_whole_agency() -> None:
    inner = tag("Svar", tag("IdentitetsbeteckningFysiskPerson", PERSON) + tag("Sekretessmarkering", "true"))
    assert [(block.part, block.outcome) for block in ask(AF, inner, parts={AF: ("aktivitetsrapport",)})] == [
        ("", Outcome.PROTECTED)
    ]
