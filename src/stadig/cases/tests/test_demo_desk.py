"""The demo town's diary, board, calls and letters: there to be seen, and cheap to read."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stadig.cases.models import BulletinNotice, Case, Document
from stadig.city.models import User
from stadig.city.roles import Role
from stadig.post import letters

PAGES = {
    "": ("/diarium/", "/diarium/gatu-och-parknamnden/", "/anslagstavla/"),
    "lars": ("/arbetsplats/diarium/", "/arbetsplats/anslag/", "/arbetsplats/brev/"),
    "nadia": ("/arbetsplats/kontaktcenter/",),
}


def test_the_town_has_a_diary_a_board_calls_and_letters(demo_town):
    assert BulletinNotice.objects.count() == 4
    assert Case.objects.filter(title="Förslag om fler bänkar i Hamnparken").exists()
    assert Document.objects.filter(kind="phone_note").exists()
    assert letters.waiting().exists()
    lars = User.objects.get(username="lars")
    assert not lars.assignments.filter(role=Role.REGISTRAR, organisation=None).exists()
    for who, paths in PAGES.items():
        client = Client()
        if who:
            client.force_login(User.objects.get(username=who), backend="stadig.city.login.PasswordBackend")
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as caught:
                answer = client.get(path)
            assert answer.status_code == 200, path
            assert len(caught.captured_queries) <= 12, f"{path}: {len(caught.captured_queries)} queries"


@pytest.mark.parametrize("path", ["/diarium/gatu-och-parknamnden/", "/anslagstavla/"])
def test_no_persons_name_is_in_what_everyone_reads(demo_town, client, path):
    text = client.get(path).content.decode()
    for name in ("Britta", "Ali Haddad", "Karin Ek", "Yusuf"):
        assert name not in text
