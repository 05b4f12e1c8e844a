"""A city restored from its backup reads what agencies once answered, with ``keys/exchange_key``; without it, that is what is said."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as now_set
from django.test import Client
from django.urls import reverse
from psycopg import sql

from stadig.assistance.tests.people import Town, law
from stadig.assistance.tests.stored import answered, connected
from stadig.assistance.tests.test_pages import SICK
from stadig.city.models import Organisation, Person
from stadig.config import backup
from stadig.config.environment import Environment
from stadig.exchange.tests.conftest import database_url
from stadig.exchange.tests.test_proving import _asked

KEYS = {"audit_key": "AUDIT_KEY", "exchange_key": "EXCHANGE_KEY", "person_key": "PERSON_KEY", "secret_key": "SECRET_KEY"}


@pytest.fixture
def restored(someone: Callable[..., Any], at: Callable[[str], object], tmp_path: Path) -> Iterator[Environment]:
    """The city, with a question and its answers, backed up and restored into a database and a home of its own, with its keys."""
    at("2026-11-24T09:00+01:00")
    petra = someone(organisation=Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit"))
    _asked(petra, Person.objects.create(given_name="Prov", family_name="Person"))
    here = Environment(home=tmp_path / "here", database_url=database_url())
    backup.backup(tmp_path / "town.stadig", here)
    name = "restored_with_keys"
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address, _, query = database_url().partition("?")
    elsewhere = Environment(
        home=tmp_path / "elsewhere", database_url=f"{address.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
    )
    backup.restore(tmp_path / "town.stadig", elsewhere)
    folder = elsewhere.home_dir / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    for file, setting in KEYS.items():
        if value := getattr(now_set, setting, ""):
            (folder / file).write_text(value)
            (folder / file).chmod(0o600)
    yield elsewhere
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _stadig(env: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("STADIG_")}
    own |= {"DATABASE_URL": env.database_url, "STADIG_HOME": str(env.home_dir)}
    command = [str(Path(sys.executable).with_name("stadig")), *words]
    return subprocess.run(command, capture_output=True, text=True, env=own, check=False, timeout=120)


@pytest.mark.django_db(transaction=True)
def test_with_its_key_a_restored_city_opens_and_proves_what_agencies_answered(restored: Environment) -> None:
    proved = _stadig(restored, "audit", "verify")
    assert (proved.returncode, proved.stderr) == (0, "")
    assert proved.stdout.startswith("Whole")
    found = json.loads(_stadig(restored, "doctor", "--json").stdout)
    assert not any("exchange_key" in one["text"] for one in found)


@pytest.mark.django_db(transaction=True)
def test_without_it_verify_and_the_doctor_name_the_file_and_the_way_out(restored: Environment) -> None:
    path = restored.home_dir / "keys" / "exchange_key"
    path.unlink()
    proved = _stadig(restored, "audit", "verify")
    assert proved.returncode == 1
    (line,) = proved.stderr.strip().splitlines()
    assert "keys/exchange_key saknades eller är en annan" in line and "Lägg tillbaka er kopia" in line
    (finding,) = (one for one in json.loads(_stadig(restored, "doctor", "--json").stdout) if "exchange_key" in one["text"])
    assert finding["state"] == "fail" and str(path) in finding["text"] and "Put back your copy" in finding["advice"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["person", "print", "json", "proposal"])
def test_without_it_a_page_says_so_and_never_that_there_is_no_income(
    page: str, at: Callable[[str], Any], settings: Any, tmp_path: Path
) -> None:
    at("2026-11-24T09:41+01:00")
    law("FK", "AF")
    settings.EXCHANGE_FILE = connected(tmp_path, "FK", "AF")
    town = Town()
    answered(town, town.yusuf, (dt.date(2026, 10, 1), dt.date(2026, 12, 31)), SICK)
    client = Client(raise_request_exception=False)
    client.force_login(town.petra, backend="stadig.city.login.PasswordBackend")
    case = [town.couple.pk] if page == "proposal" else [town.couple.pk, town.yusuf.pk]
    address = reverse(f"assistance:{page}", args=case)
    assert client.get(address).status_code == 200
    settings.EXCHANGE_KEY = "another"
    answer = client.get(address)
    said = answer.content.decode()
    assert answer.status_code == 500
    assert "Det betyder inte att personen saknar inkomst" in said and "keys/exchange_key" in said
    assert "inget registrerat" not in said
