"""The doctor on what a city says to others: it reads what is declared, reaches for the servers, sends nothing and says the way out."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from stadig.cases import actions
from stadig.cases.models import Case
from stadig.cases.tests.conftest import PARKING
from stadig.city import clock
from stadig.city.models import Organisation
from stadig.config import doctor_outside
from stadig.config.environment import Environment
from stadig.config.finding import Finding, State
from stadig.config.tests.serving import free_port
from stadig.eservices import actions as eservices
from stadig.eservices import reading
from stadig.eservices.models import EService, HandOver
from stadig.post.models import Letter, Subscriber, WebhookDelivery


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    made = Environment(home=tmp_path / "home")
    _ = made.home_dir
    return made


@pytest.fixture
def port() -> Iterator[int]:
    """A server that takes whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def secret(env: Environment, name: str) -> None:
    folder = env.home_dir / "keys" / "outside"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("hemligt")


def gateway(env: Environment, text: str) -> list[Finding]:
    path = env.home_dir / "sms.yaml"
    path.write_text(text)
    env.sms_gateway = path
    return list(doctor_outside.text_messages(env))


def states(found: list[Finding]) -> list[State]:
    return [one.state for one in found]


def test_no_gateway_is_well(env):
    assert states(list(doctor_outside.text_messages(env))) == [State.OK]


def test_a_gateway_is_well_when_it_answers_and_its_secret_is_there(env, port):
    text = f"url: http://127.0.0.1:{port}/sms\nheaders: {{Authorization: 'Bearer {{secret.sms}}'}}\nbody: {{to: '{{phone}}'}}\n"
    found = gateway(env, text)
    assert states(found) == [State.FAIL, State.OK]
    assert "keys/outside/sms" in found[0].advice
    secret(env, "sms")
    assert states(gateway(env, text)) == [State.OK]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("url: [", "no YAML, line"),
        ("- en lista", "must be a mapping"),
        ("url: sms.example", "write the whole address"),
        ("url: https://sms.example\nurk: 1", "urk is not a word"),
    ],
)
def test_a_gateway_that_cannot_be_read_says_where(env, text, words):
    (found,) = gateway(env, text)
    assert found.state == State.FAIL
    assert words in found.text
    assert "docs/integrations.md" in found.advice


def test_a_gateway_that_is_away_and_a_file_that_is_gone_have_failed(env):
    (found,) = gateway(env, f"url: http://127.0.0.1:{free_port()}/sms")
    assert (found.state, "No answer" in found.text) == (State.FAIL, True)
    env.sms_gateway = env.home_dir / "gone.yaml"
    (found,) = list(doctor_outside.text_messages(env))
    assert "STADIG_SMS_GATEWAY" in found.advice


@pytest.fixture
def handed(db: None) -> HandOver:
    """A fault in the street whose hand-over failed."""
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    unit = Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)
    package = Path(reading.__file__).parent / "packages" / "street-fault"
    eservices.install(None, dict(reading.load(package).files))
    kind = actions.define(None, "parking", "d" * 64, PARKING, committee=committee, unit=unit, series="GPN")
    case: Case = actions.register(None, kind, title="Ansökan")
    return HandOver.objects.create(case=case, service="street-fault", state="failed", created_at=clock.now())


def declare(**how: object) -> None:
    service = EService.objects.get(name="street-fault")
    service.local = {"handled_in": "external", "handover": how}
    service.save()


def over(env: Environment) -> list[Finding]:
    with connection.cursor() as cursor:
        return list(doctor_outside.hand_overs(env, cursor))  # type: ignore[arg-type]


def test_cases_that_did_not_get_over_are_told_of_with_the_page_where_one_mends_it(env, handed):
    (found,) = over(env)
    assert (found.state, "1 cases did not get over" in found.text) == (State.FAIL, True)
    assert "Försök igen" in found.advice
    HandOver.objects.update(state="waiting", created_at=clock.real_now() - dt.timedelta(hours=3))
    assert states(over(env)) == [State.WARN]


def test_each_way_over_is_looked_at(env, handed, port):
    HandOver.objects.all().delete()
    assert over(env) == []
    declare(
        to="rest",
        call={"url": f"http://127.0.0.1:{port}/x", "oauth2": {"token_url": "https://x.se", "client_id": "a", "secret": "cases"}},
    )
    assert states(over(env)) == [State.FAIL, State.OK]
    secret(env, "cases")
    assert states(over(env)) == [State.OK]
    declare(to="sftp", sftp={"host": "127.0.0.1", "port": port, "user": "u", "key": "ssh", "host_key": "k"})
    assert states(over(env)) == [State.FAIL, State.OK]
    declare(to="folder", folder="street")
    assert states(over(env)) == [State.OK]
    out = env.home_dir / "handover" / "street" / "out"
    out.mkdir(parents=True)
    (out / "1.json").write_text("{}")
    assert states(over(env)) == [State.OK]
    old = clock.real_now().timestamp() - 2 * 86400
    __import__("os").utime(out / "1.json", (old, old))
    assert states(over(env)) == [State.WARN]
    declare()
    (found,) = over(env)
    assert "nothing says how it gets there" in found.text
    declare(to="rest", call={"url": "ftp://x"})
    (found,) = over(env)
    assert "local.yaml" in found.advice


def test_letters_that_lie_too_long_and_systems_that_do_not_take_are_told_of(env, db):
    with connection.cursor() as cursor:
        (found,) = doctor_outside.letters(env, cursor)  # type: ignore[arg-type]
        assert (found.state, found.text) == (State.OK, "0 wait to be printed")
        Letter.objects.create(title="Beslut", name="Bo", address="X", created_at=clock.real_now() - dt.timedelta(days=4, hours=3))
        (found,) = doctor_outside.letters(env, cursor)  # type: ignore[arg-type]
        assert (found.state, found.text) == (State.WARN, "1 wait to be printed, the oldest for 4 days.")
        one = Subscriber.objects.create(name="Livia", url="https://x", events=["a"], secret="s", made_at=clock.now())
        WebhookDelivery.objects.create(
            subscriber=one,
            event="a",
            event_id="00000000-0000-4000-8000-000000000000",
            ids={},
            happened_at=clock.now(),
            state="failed",
        )
        (found,) = doctor_outside.webhooks(env, cursor)  # type: ignore[arg-type]
        assert found.text == "Livia did not take 1 messages."
