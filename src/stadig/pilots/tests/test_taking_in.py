"""Another municipality tries again, and tells what it got."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stadig.city.models import Factor, Municipality, RoleAssignment, Service, User
from stadig.city.permissions import Role
from stadig.pilots import actions, package, public, transfer
from stadig.pilots import card as cards
from stadig.pilots.errors import BadFile, NotAllowed, NotOurs, UnknownService
from stadig.pilots.models import CardVersion, Copy, Pilot, Waiting
from stadig.pilots.package import Origin
from stadig.pilots.statistics.terms import Direction, Scale
from stadig.pilots.tests import examples, stored


@pytest.fixture
def known(db: Any) -> None:
    Service.objects.get_or_create(slug="papperskorgar", defaults={"title": "Papperskorgar", "description": "x"})
    Municipality.objects.update_or_create(pk=1, defaults={"name": "Lindhamn", "code": "1399"})


def exported(kind: str = "package") -> package.Bundle:
    row = public.one("paminnelse")
    assert row is not None
    return transfer.bundle(row, kind)


@pytest.mark.usefixtures("known")
def test_a_package_becomes_an_idea_with_days_emptied_that_says_where_it_came_from() -> None:
    stored.trial()
    bundle = exported()
    pilot = actions.take_in(None, package.write(bundle))
    assert pilot.state == Pilot.State.IDEA
    assert pilot.copied_from["municipality"] == "Lindhamn"
    assert pilot.copied_from["digest"] == bundle.digest
    card = cards.read(CardVersion.objects.get(pilot=pilot).card)
    assert card.begins is None
    assert card.primary == examples.card().primary
    assert {"begins", "ends", "equal.decided_by"} <= {one.where for one in cards.problems(card)}


@pytest.mark.usefixtures("known")
def test_a_factor_that_is_not_here_comes_with_the_package_and_one_that_is_stays() -> None:
    stored.trial()
    sent = replace(exported(), factors=(package.Factor("sorting_kg", "Sorterat", 2.5, "kg per hushåll", 2026, "Deras vägning"),))
    actions.take_in(None, package.write(sent))
    kept = Factor.objects.get(slug="sorting_kg")
    assert (kept.value, kept.year, kept.source) == (2.5, 2026, "Deras vägning (Lindhamn)")
    actions.take_in(None, package.write(replace(sent, factors=(replace(sent.factors[0], value=9.0, year=2027),))))
    assert Factor.objects.get(slug="sorting_kg").value == 2.5


@pytest.mark.usefixtures("known")
def test_what_is_called_something_else_here_is_named_and_what_is_not_here_is_refused() -> None:
    stored.trial()
    data = package.write(exported())
    Service.objects.create(slug="korgar", title="Korgar", description="x")
    assert actions.take_in(None, data, service="korgar").service == "korgar"
    with pytest.raises(UnknownService):
        actions.take_in(None, data, service="saknas")


@pytest.mark.usefixtures("known")
def test_a_resident_may_not_take_one_in() -> None:
    stored.trial()
    with pytest.raises(NotAllowed):
        actions.take_in(User.objects.create(username="karin"), package.write(exported()))


@pytest.mark.usefixtures("known")
def test_a_result_of_a_trial_that_was_copied_from_here_stands_beside_it_once() -> None:
    stored.trial()
    digest = exported().digest
    theirs = examples.bundle(card=None, drawn=None)
    info = replace(
        theirs.info, kind="result", trial=Origin("Vikhamn", "1398", "paminnelse-2", "Påminnelse"), outcome="scale_up",
        copied_from=Origin("Lindhamn", "1399", "paminnelse", "Påminnelse", digest),
    )  # fmt: skip
    data = package.write(replace(theirs, info=info))
    for _ in range(2):
        copy = actions.take_result(None, data)
    assert Copy.objects.count() == 1
    assert (copy.municipality, copy.outcome, copy.digest) == ("Vikhamn", "scale_up", digest)
    assert copy.estimate is not None and copy.estimate < -0.3
    assert copy.standard_error


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("figure", ["value", "high"])
def test_a_result_that_is_not_what_its_own_figures_give_is_refused(figure: str) -> None:
    stored.trial()
    theirs = examples.bundle(card=None, drawn=None)
    info = replace(
        theirs.info, kind="result", trial=Origin("Vikhamn", "1398", "paminnelse-2", "Påminnelse"),
        copied_from=Origin("Lindhamn", "1399", "paminnelse", "Påminnelse", exported().digest),
    )  # fmt: skip
    assert theirs.result is not None and theirs.result.primary is not None
    last = theirs.result.looks[-1]
    better = replace(last, estimate=replace(theirs.result.primary, **{figure: -0.5}))
    edited = replace(theirs.result, looks=(*theirs.result.looks[:-1], better))
    with pytest.raises(BadFile, match=f"stämmer inte med sina egna siffror.*estimate.{figure}: -0.5, now"):
        actions.take_result(None, package.write(replace(theirs, info=info, result=edited)))
    assert not Copy.objects.exists()


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("field", "other"), [("outcome", "minutes"), ("scale", Scale.ABSOLUTE), ("direction", Direction.MORE)])
def test_a_result_of_another_measure_or_told_otherwise_is_refused(field: str, other: str) -> None:
    stored.trial()
    theirs = examples.bundle(card=None, drawn=None)
    info = replace(
        theirs.info, kind="result", trial=Origin("Vikhamn", "1398", "paminnelse-2", "Påminnelse"),
        copied_from=Origin("Lindhamn", "1399", "paminnelse", "Påminnelse", exported().digest),
    )  # fmt: skip
    assert theirs.plan is not None
    with pytest.raises(BadFile, match="kan inte vägas samman"):
        actions.take_result(None, package.write(replace(theirs, info=info, plan=replace(theirs.plan, **{field: other}))))
    assert not Copy.objects.exists()


@pytest.mark.usefixtures("known")
def test_a_result_of_something_else_or_a_broken_file_is_refused_with_the_way_out() -> None:
    stored.trial()
    alone = examples.bundle()
    with pytest.raises(NotOurs):
        actions.take_result(None, package.write(alone))
    info = replace(alone.info, copied_from=Origin("Lindhamn", "1399", "saknas", "Saknas"))
    with pytest.raises(NotOurs, match="Lindhamn"):
        actions.take_result(None, package.write(replace(alone, info=info)))
    with pytest.raises(BadFile, match="Be om paketet igen"):
        actions.take_in(None, b"nothing")
    with pytest.raises(BadFile, match="bara ett resultat"):
        actions.take_in(None, package.write(exported("result")))
    assert Pilot.objects.count() == 1


@pytest.mark.usefixtures("known")
def test_the_chain_from_one_city_to_the_next_and_back() -> None:
    """Export, import, look, export the result, take it in: who copied whom is known all the way."""
    stored.trial()
    second = actions.take_in(None, package.write(exported()))
    Pilot.objects.filter(pk=second.pk).update(state="running", started_at=second.created_at, last_day=examples.ENDS)
    _card, plan, _result, _figures = examples.analysed()
    version = CardVersion.objects.get(pilot=second)
    CardVersion.objects.filter(pk=version.pk).update(
        card=cards.plain(examples.card()), rule=cards.msgspec.to_builtins(plan), digest="c" * 64, frozen_at=second.created_at
    )
    stored.look(version)
    row = public.one(second.slug)
    assert row is not None
    bundle = transfer.bundle(row, "result")
    assert bundle.info.copied_from is not None
    copy = actions.take_result(None, package.write(bundle))
    assert copy.pilot.slug == "paminnelse"


@pytest.mark.usefixtures("known")
def test_a_planner_takes_a_file_in_in_the_browser_and_a_bad_one_is_named(client: Client) -> None:
    stored.trial()
    planner = User.objects.create(username="leila")
    RoleAssignment.objects.create(user=planner, role=Role.PLANNER)
    client.force_login(planner, backend=settings.AUTHENTICATION_BACKENDS[0])
    good = SimpleUploadedFile("paket.zip", package.write(exported()))
    done = client.post("/arbetsplats/forsok/importera/", {"file": good, "service": ""})
    assert done.status_code == 302
    assert Pilot.objects.exclude(copied_from={}).count() == 1
    bad = client.post("/arbetsplats/forsok/importera/", {"file": SimpleUploadedFile("x.zip", b"nothing"), "service": ""})
    assert bad.status_code == 422
    assert "Filen togs inte emot." in bad.content.decode()
    assert "Fel:" in bad.content.decode()


@pytest.mark.usefixtures("known")
def test_a_file_whose_service_is_not_here_waits_while_one_chooses_it() -> None:
    stored.trial()
    data = package.write(exported())
    Service.objects.filter(slug="papperskorgar").delete()
    Service.objects.create(slug="korgar", title="Korgar", description="x", declared=True)
    planner = User.objects.create(username="leila", is_staff=True)
    RoleAssignment.objects.create(user=planner, role=Role.PLANNER)
    client = Client()
    client.force_login(planner, backend=settings.AUTHENTICATION_BACKENDS[0])
    address = "/arbetsplats/forsok/importera/"
    refused = client.post(address, {"file": SimpleUploadedFile("deras.zip", data), "service": ""})
    assert refused.status_code == 422
    assert "deras.zip ligger kvar" in refused.content.decode()
    waits = Waiting.objects.get()
    client.post(address, {"waiting": str(waits.pk), "service": "korgar"})
    assert Pilot.objects.filter(service="korgar").count() == 1
    assert Waiting.objects.count() == 0
