"""Every figure of a proposal leads to where it stands: the agency's block and raw answer, the application, the riksnorm and its statute."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from stadig.assistance import calculation
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.world import World
from stadig.exchange.models import Call, Lookup
from stadig.ui import formatting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at):
    at("2026-12-14T12:00+01:00")
    made = World()
    made.answered(FK=[paid("FK:BOB", 1900, 11)])
    return made


@pytest.fixture
def petra(world):
    client = Client()
    client.force_login(world.petra)
    return client


def source(world, petra, head):
    shown = calculation.shown(world.case.pk, None, world.petra)
    ref = next(one.ref for one in shown.rows if one.head == head)
    return petra.get(reverse("assistance:source", args=[world.case.pk, ref])).content.decode()


def test_an_agencys_figure_leads_to_its_block_and_to_the_whole_answer(world, petra):
    page = source(world, petra, "Bostadsbidrag")
    block = reverse("assistance:person", args=[world.case.pk, world.yusuf.pk])
    assert f'href="{block}#svar-FK"' in page
    assert f'href="{reverse("assistance:raw", args=[world.case.pk, world.yusuf.pk, Call.objects.get().pk])}"' in page


def test_a_row_of_the_norm_leads_to_the_riksnorm_and_to_its_statute(world, petra):
    page = source(world, petra, "Riksnorm 2026, ensamstående")
    assert re.search(r'href="/ekonomiskt-bistand/riksnorm/\d+/"', page)
    assert re.search(r'href="https://svenskforfattningssamling.se/doc/2025\d+.html"', page)


def test_a_cost_leads_to_the_application(world, petra):
    page = source(world, petra, "Hyra eller avgift")
    assert f'href="{reverse("cases:case", args=[world.case.pk])}#kom-in"' in page


def test_when_an_agency_was_asked_is_told_in_the_citys_time(world, petra):
    lookup = Lookup.objects.get()
    Lookup.objects.update(begun_at=dt.datetime(2030, 1, 2, 3, 4, tzinfo=dt.UTC))
    lookup.blocks.update(answered_at=dt.datetime(2030, 1, 2, 3, 5, tzinfo=dt.UTC))
    assert f"SSBTEK v11, {formatting.moment(lookup.asked_at)}" in source(world, petra, "Bostadsbidrag")


def test_each_row_has_one_link_to_each_who_has_said_it(world, petra):
    page = petra.get(reverse("assistance:proposal", args=[world.case.pk])).content.decode()
    for row in re.findall(r"<tr[^>]* id=\"rad-.*?</tr>", page, re.DOTALL):
        links = re.findall(r"<a class=\"xsmall\" href=\"[^\"]*/kalla/[^\"]*\">([^<]*)", row)
        assert len(links) == len(set(links))
        assert links
