"""A case's calculation from the database: what is asked, set, kept and shown, and what each costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from stadig.assistance import calculation, entries, gathering, kept, models, proposing, setting
from stadig.assistance.household import AtHome, Composition
from stadig.assistance.norm import Living
from stadig.assistance.setting import NORM
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.test_norm import TOML
from stadig.assistance.tests.world import World
from stadig.cases.models import Case, Completion
from stadig.city.models import AuditEntry
from stadig.city.roles import Role
from stadig.exchange import names
from stadig.exchange.outcomes import EVIDENCE, Outcome

pytestmark = pytest.mark.django_db
NOON = "2026-12-14T12:00+01:00"


@pytest.fixture
def world(at):
    at(NOON)
    return World()


@pytest.fixture
def petra(world):
    client = Client()
    client.force_login(world.petra)
    return client


def shown(world, **more):
    return calculation.shown(world.case.pk, None, world.petra, **more)


def row(made, head):
    return next(one for one in made.rows if one.head == head)


def test_a_proposal_of_norm_costs_and_what_the_agencies_stated(world, django_assert_num_queries):
    world.answered(FK=[paid("FK:BOB", 1900, 11), paid("FK:SJP", 4212, 11)])
    with django_assert_num_queries(4):
        made = shown(world)
    assert made.total == "6\u00a0258" or made.total.replace("\u202f", " ").replace("\u00a0", " ") == "6 258"
    assert (made.missing, made.total_label, made.tag) == (0, "Att betala ut, enligt förslaget", "Ta ställning till 2 rader")
    assert made.month == "december"
    link = row(made, "Bostadsbidrag").links[0]
    assert (link.label, link.sha256, link.contract) == ("Försäkringskassan", "ab" * 32, "SSBTEK v11")
    assert link.path
    assert {one.name for one in made.nothing} >= {"Pensionsmyndigheten", "Skatteverket"}


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - EVIDENCE))
def test_no_page_ever_says_no_income_because_an_agency_gave_no_evidence(world, petra, outcome):
    world.answered(SO=outcome, FK=outcome)
    address = reverse("assistance:proposal", args=[world.case.pk])
    for language, ended in (("sv", "finns något för november:"), ("en", "there is nothing for November:")):
        text = petra.get(address, headers={"Accept-Language": language}).content.decode()
        assert text.count("<b>?</b>") == 2
        said = text.partition(ended)[2].partition("</p>")[0]
        with translation.override(language):
            assert names.agency("PM") in said
            assert names.agency("SO") not in said
            assert names.agency("FK") not in said
    with translation.override("sv"):
        made = shown(world)
    assert made.missing == 2
    assert made.total_label == "Högst, om inget mer kommer fram"
    for one in made.rows:
        if one.missing:
            assert one.counts == "?"
            assert all(figure.missing and figure.text == "saknas" for figure in one.figures)
    assert {one.name for one in made.nothing}.isdisjoint({"Försäkringskassan", "A-kassorna"})


def test_before_anyone_has_asked_everything_is_missing(world, petra):
    page = petra.get(reverse("assistance:proposal", args=[world.case.pk])).content.decode()
    assert "Inte komplett: 5 underlag saknas" in page
    assert "Ingen har frågat myndigheterna än." in page
    assert "Förslag. Du beslutar." in page


def test_from_incomplete_to_complete_by_a_persons_stand(world, petra):
    world.answered(SO=Outcome.TIMEOUT)
    made = shown(world)
    gap = next(one for one in made.rows if one.missing)
    address = reverse("assistance:row", args=[world.case.pk, gap.ref])
    assert "ditt namn står vid det" in petra.get(address).content.decode()
    assert petra.post(address, {"amount": "", "why": ""}).status_code == 422
    petra.post(address, {"amount": "1 200,50", "why": "Besked från a-kassan 10 december."})
    made = shown(world)
    assert made.missing == 0
    settled = next(one for one in made.rows if one.entry)
    assert settled.counts == "−1\u00a0200,50" or settled.counts.endswith("200,50")
    assert any("Petra" in note and "a-kassan 10 december" in note for note in settled.notes)
    petra.post(reverse("assistance:undo-entry", args=[world.case.pk, settled.entry]))
    assert shown(world).missing == 1
    history = petra.get(reverse("assistance:entries", args=[world.case.pk])).content.decode()
    assert "Besked från a-kassan 10 december." in history
    did = list(AuditEntry.objects.values_list("did", flat=True))
    assert {"set in a calculation", "took back in a calculation"} <= set(did)


def test_what_is_entered_lies_sealed_and_replaces_what_stood_before(world):
    entries.set_cost(world.petra, world.case.pk, world.month, "cost:rent", amount=Decimal(6000), why="Skälig nivå här.")
    entries.set_cost(world.petra, world.case.pk, world.month, "cost:rent", amount=Decimal(6100), why="Ny avi från värden.")
    assert models.Entry.objects.count() == 2
    assert not any("Skälig".encode() in bytes(one.sealed) or b"6000" in bytes(one.sealed) for one in models.Entry.objects.all())
    assert row(shown(world), "Hyra eller avgift").counts.replace("\u00a0", " ") == "6 100"
    past = gathering.history(world.case.pk)
    assert [one.why for one in past] == ["Ny avi från värden.", "Skälig nivå här."]
    assert past[1].replaced_at is not None


def test_what_makes_no_sense_is_refused_with_words(world):
    case, month = world.case.pk, world.month
    with pytest.raises(ValidationError, match="Skriv varför"):
        entries.set_cost(world.petra, case, month, "cost:rent", amount=Decimal(1), why=" ")
    with pytest.raises(ValidationError, match="från 0 till"):
        entries.set_income(world.petra, case, month, "income:applicant:wage", amount=Decimal(-1), why="Enligt avin.")
    with pytest.raises(ValidationError, match="hur många andra"):
        entries.set_household(world.petra, case, month, Composition(Living.SHARED), "Delar med en vän.")
    with pytest.raises(ValidationError, match="efter månaden"):
        entries.set_stimulus(world.petra, case, month, "applicant", began=dt.date(2027, 1, 1), why="Började arbeta.")
    with pytest.raises(Case.DoesNotExist):
        entries.set_cost(world.amina, case, month, "cost:rent", amount=Decimal(1), why="Annan enhet.")


def test_the_household_incomes_by_hand_and_the_stimulus_are_set_on_their_pages(world, petra):
    world.answered(SKV=[paid("AGI", 5000, 11, label="Lindhamns Bageri AB")])
    case = world.case.pk
    home = {"living": "single", "born0": "2021-04-02", "days0": "15", "school0": "", "why": "Barnet bor här varannan vecka."}
    assert petra.post(reverse("assistance:household", args=[case]), home).status_code == 302
    money = {"who": "applicant", "label": "Swish", "amount": "300", "why": "Kontoutdrag för november."}
    assert petra.post(reverse("assistance:add-income", args=[case]), money).status_code == 302
    cost = {"label": "Resor till SFI", "amount": "640", "why": "Månadskort."}
    assert petra.post(reverse("assistance:add-cost", args=[case]), cost).status_code == 302
    began = {"who": "applicant", "began": "2026-10", "why": "Stöd april till september."}
    assert petra.post(reverse("assistance:stimulus", args=[case]), began).status_code == 302
    assert petra.post(reverse("assistance:accept-costs", args=[case]), {"why": "Enligt avierna."}).status_code == 302
    made = proposing.propose(gathering.gather(case).task)
    found = {one.key: one.counts for one in made.rows}
    assert found["norm"] == 3940 + 1530 + 1280 + 65
    assert found["income:applicant:hand1"] == -300
    assert found["cost:added1"] == 640
    assert found["stimulus:applicant"] == 1250
    assert made.unassessed == ()


def test_what_a_child_earned_earlier_in_the_year_is_set_on_its_page(at):
    at(NOON)
    income = {"kind": "salary", "amount": 9000, "paid_on": "2026-11-25", "whose": "childs", "what": "Butiken"}
    world = World(has_income=True, incomes=[income])
    world.answered()
    client = Client()
    client.force_login(world.petra)
    page, proposal = (reverse(f"assistance:{name}", args=[world.case.pk]) for name in ("youth", "proposal"))
    assert "59 200 kr under 2026" in client.get(page).content.decode().replace("\u00a0", " ")
    before = gathering.gather(world.case.pk)
    assert calculation.proposed(before.task).total == 12_370
    refused = client.post(page, {"amount": "-5", "why": "Lönespecifikationer"})
    assert refused.status_code == 422
    assert refused.context["form"].errors["amount"]
    assert client.post(page, {"amount": "55 200", "why": "Lönespecifikationer januari till oktober"}).url == proposal
    after = gathering.gather(world.case.pk)
    assert after.task.youth_earlier == 55_200
    assert calculation.proposed(after.task).total == 12_370 - 5000
    assert "Lönespecifikationer januari" in client.get(page).content.decode()
    assert reverse("assistance:youth", args=[world.case.pk]) in client.get(proposal).content.decode()


def test_the_request_for_what_is_missing_opens_only_what_is_asked_for(world, petra):
    world.answered(SO=Outcome.TIMEOUT)
    assert shown(world).wanted == ("Besked från a-kassan för november 2026, eller svar att du inte är med i någon",)
    address = reverse("assistance:ask-missing", args=[world.case.pk])
    page = petra.get(address)
    assert "Besked från a-kassan" in page.content.decode()


def test_a_kept_proposal_stands_as_it_was_and_gives_the_same_again(world, petra):
    world.answered(FK=[paid("FK:SJP", 4212, 11)])
    petra.post(reverse("assistance:keep-proposal", args=[world.case.pk]))
    one = models.Proposal.objects.get()
    assert (one.complete, one.missing) == (True, 0)
    assert b"SJP" not in bytes(one.sealed)
    checked = kept.checked(one)
    assert checked.same
    assert checked.content.proposal.total == 5220 + 7150 - 4212
    address = reverse("assistance:kept", args=[world.case.pk, one.pk])
    assert "Samma underlag ger samma resultat." in petra.get(address).content.decode()
    entries.set_cost(world.petra, world.case.pk, world.month, "cost:rent", amount=Decimal(6000), why="Ny hyresavi.")
    later = petra.get(address).content.decode()
    assert "Underlaget har ändrats sedan dess." in later
    assert kept.checked(models.Proposal.objects.get()).content.proposal.total == 8158


def test_a_kept_proposal_says_when_another_norm_holds(world, petra, someone):
    world.answered()
    petra.post(reverse("assistance:keep-proposal", args=[world.case.pk]))
    one = models.Proposal.objects.get()
    henrik, ove = someone(Role.MANAGER), someone(Role.ADMINISTRATOR)
    from stadig.assistance import norm_file

    setting.withdraw(henrik, NORM, one.norm_id)
    other = TOML.replace("2027", "2026")
    setting.confirm(ove, NORM, setting.enter(henrik, norm_file.read("n.toml", other.encode())).pk)
    page = petra.get(reverse("assistance:kept", args=[world.case.pk, one.pk])).content.decode()
    assert "En annan riksnorm gäller för månaden nu." in page
    assert kept.checked(one).same


def settled(world):
    """Nothing is missing: every agency has answered, and the costs are accepted."""
    world.answered()
    for key, amount in (("cost:rent", 6650), ("cost:electricity", 500)):
        entries.set_cost(world.petra, world.case.pk, world.month, key, amount=Decimal(amount), why="Enligt hyresavin.")


def test_a_kept_proposal_is_complete_until_the_file_changes(world, petra):
    settled(world)
    petra.post(reverse("assistance:keep-proposal", args=[world.case.pk]))
    one = models.Proposal.objects.get()
    assert one.complete
    now, then = reverse("assistance:proposal", args=[world.case.pk]), reverse("assistance:kept", args=[world.case.pk, one.pk])
    assert petra.get(now).content.decode().count("Komplett</") == 2
    assert "Komplett</" in petra.get(then).content.decode()
    grown = Composition(Living.SINGLE, (AtHome(dt.date(2007, 3, 1)),))
    entries.set_household(world.petra, world.case.pk, world.month, grown, "Dottern har flyttat hem.")
    page = petra.get(now).content.decode()
    assert "Inte komplett: 1 underlag saknas" in page
    assert "Komplett</" not in page
    assert "Komplett när det sparades" in page
    assert "Underlaget har ändrats sedan dess." in page
    kept_page = petra.get(then).content.decode()
    assert "Komplett</" not in kept_page
    assert "Komplett när det sparades" in kept_page


def test_one_who_changes_a_kept_proposal_is_found_out(world, petra):
    world.answered()
    petra.post(reverse("assistance:keep-proposal", args=[world.case.pk]))
    one = models.Proposal.objects.get()
    content = kept.checked(one).content
    from dataclasses import replace

    from stadig.exchange.sealing import seal

    forged = kept.encode(kept.Content(content.task, replace(content.proposal, total=Decimal(1))))
    one.sealed = seal(forged, f"proposal:{one.case}:{one.month.isoformat()}:{one.sha256}")
    with pytest.raises(kept.Tampered):
        kept.checked(one)


def test_an_income_counted_the_month_before_is_not_carried_over(world, petra):
    november = world.apply(("applicant", world.yusuf), month="2026-11", answers={"month": "2026-11", "household": "single"})
    world.answered(FK=[paid("FK:SJP", 3000, 10)])
    assert any("Räknades den förra månaden?" in note for one in shown(world).rows for note in one.notes)
    task = gathering.gather(november.pk).task
    blocks = gathering.gather(world.case.pk).task.statements
    from dataclasses import replace

    early = replace(task, statements=tuple(replace(one, period_from=dt.date(2026, 9, 1)) for one in blocks))
    kept.keep(world.petra, replace(gathering.gather(november.pk), task=early))
    assert not any("månaden före" in note or "förra månaden" in note for one in shown(world).rows for note in one.notes)


def test_a_year_without_a_norm_says_what_to_do(world, petra):
    models.Norm.objects.all().delete()
    page = petra.get(reverse("assistance:proposal", args=[world.case.pk])).content.decode()
    assert "Det finns ingen riksnorm för december 2026." in page


def test_another_units_worker_and_a_party_see_nothing(world):
    for user in (world.amina,):
        client = Client()
        client.force_login(user)
        for name in ("proposal", "entries", "household", "ask-missing"):
            assert client.get(reverse(f"assistance:{name}", args=[world.case.pk])).status_code == 404


def test_a_historic_month_is_computed_with_its_own_norm(world):
    then = world.apply(("applicant", world.yusuf), month="2025-12", answers={"month": "2025-12", "household": "single"})
    assert (
        row(calculation.shown(then.pk, None, world.petra), "Riksnorm 2025, ensamstående").counts.replace("\u00a0", " ") == "5 180"
    )


def test_asking_one_agency_again_does_not_make_anothers_old_answer_fresh(world, at):
    at("2026-12-10T12:00+01:00")
    first = world.answered(SO=Outcome.TIMEOUT)
    at("2026-12-13T12:00+01:00")
    again = world.answered()
    again.kind, again.again_of = "again", first
    again.save()
    again.blocks.exclude(agency="SO").delete()
    task = gathering.gather(world.case.pk).task
    assert {one.agency: one.asked_on.day for one in task.statements}["SKV"] == 10
    assert [one.missing for one in proposing.propose(task).rows if one.missing] == ["not_reported"]


def test_a_page_costs_no_more_than_it_may(world, petra, django_assert_max_num_queries):
    world.answered(FK=[paid("FK:SJP", 4212, 11)])
    address = reverse("assistance:proposal", args=[world.case.pk])
    petra.get(address)
    with django_assert_max_num_queries(15):  # twelve, and what frames the test's own transactions
        petra.get(address)


def test_someone_of_nineteen_is_asked_about_and_counts_so_far(world):
    said_so = Composition(Living.SINGLE, (AtHome(dt.date(2007, 6, 1)),))
    entries.set_household(world.petra, world.case.pk, world.month, said_so, "Bor hemma enligt ansökan.")
    world.answered()
    made = shown(world)
    assert made.wanted == ("Intyg om att barnet som är 19 år går i skolan",)
    assert Completion.objects.count() == 0


def test_a_decision_is_begun_from_the_kept_calculation_and_holds_no_decision_itself(world, petra):
    assert calculation.for_decision(world.case.pk, "sv") == {
        "service.calculation": "[Spara förslaget först, eller skriv hur ni har räknat.]"
    }
    world.answered(FK=[paid("FK:SJP", 4212, 11)])
    petra.post(reverse("assistance:keep-proposal", args=[world.case.pk]))
    text = calculation.for_decision(world.case.pk, "sv")["service.calculation"].replace("\u00a0", " ")
    assert "Sjukpenning och annan dagersättning: −4 212 kr" in text
    assert "Riksnorm 2026, ensamstående: 5 220 kr" in text
    assert "8 158 kr" in text
    assert "avslå" not in text.lower()
    assert "Work" not in text
    assert "National standard 2026" in calculation.for_decision(world.case.pk, "en")["service.calculation"]
