"""Random answers through every shipped package, as a browser sends them: the page and the rules agree, hidden answers are absent."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.city import assurance, clock
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.eservices import drafts, flow, published
from stadig.eservices.models import Draft
from stadig.eservices.package import Info, Package, Question, Repeat
from stadig.eservices.tests.conftest import NAMES

pytestmark = pytest.mark.django_db
WORDS = [
    "",
    " ",
    "Storgatan 12",
    "åäö ÅÄÖ",
    "<b>x</b>",
    "0",
    "-1",
    "12,5",
    "1 000",
    "2026-12-01",
    "2026-13-45",
    "a@b.se",
    "070-123 45 67",
    "19121212-1212",
    "x" * 400,
    "\0",
    "☃",
]


def fields(page: str) -> list[str]:
    return re.findall(r'name="_q" value="([^"]+)"', page)


def answer_to(question: Question, chance: random.Random) -> list[str]:
    if question.kind == "choices":
        return [str(one) for one in question.options if chance.random() < 0.4]
    if question.options and chance.random() < 0.9:
        return [str(chance.choice(question.options))]
    if question.kind in ("yes_no", "consent"):
        return [chance.choice(["yes", "no", ""])]
    if question.kind in ("integer", "number", "money") and chance.random() < 0.8:
        return [str(chance.randint(0, 100_000))]
    return [chance.choice(WORDS)]


def posted(package: Package, asked: list[str], chance: random.Random) -> dict[str, Any]:
    sent: dict[str, Any] = {"_q": asked}
    for path in asked:
        question = package.question(re.sub(r"\[\d+\]", "[]", path))
        if question.kind == "place":
            sent[f"{path}.text"] = chance.choice(WORDS)
        elif question.kind != "file":
            sent[path] = answer_to(question, chance)
    return sent


def agree(package: Package, draft: Draft, step_id: str, page: str) -> None:
    """What the page asks is what the rules show; nothing hidden is among the answers that count."""
    answers = drafts.answers_of(draft)
    state = flow.evaluate(package, answers, today=clock.today())
    step = next(one for one in package.flow.steps if one.id == step_id)
    shown: list[str] = []
    for part in step.parts:
        if isinstance(part, Question) and part.path in state.visible:
            shown.append(part.path)
        elif isinstance(part, Repeat) and part.path in state.visible:
            rows = flow.get(state.answers, part.path) or []
            for number in range(max(len(rows), part.least)):
                inner = [one.path.replace("[]", f"[{number}]") for one in part.parts if not isinstance(one, Info)]
                shown += [path for path in inner if path in state.visible]
    assert fields(page) == shown
    for question in package.flow.questions():
        if "[]" not in question.path and question.path not in state.visible:
            assert flow.get(state.answers, question.path) is None, f"{question.path} is hidden and counts"


@pytest.mark.parametrize("name", NAMES)
def test_the_page_and_the_rules_agree_whatever_is_answered(installed, name):
    service = installed(name)
    package = published.of(service.current)
    user = someone(Role.RESIDENT)
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    session = client.session
    session[assurance.LEVEL] = 3
    session.save()

    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32))
    def through(seed: int) -> None:
        chance = random.Random(seed)
        begin = drafts.Contents(acting=drafts.Acting("Lindhamns IF", "802002-4280"))
        draft = drafts.start(user, service, person=user.person, begin_with=begin)
        for step in package.flow.steps:
            url = reverse("eservices:step", args=[draft.pk, step.id])
            answer = client.get(url)
            if answer.status_code == 302:
                continue
            page = answer.content.decode()
            for part in step.parts:
                if isinstance(part, Repeat) and f'value="add:{part.path}"' in page:
                    client.post(url, {"_q": [], "_do": f"add:{part.path}"})
            page = client.get(url).content.decode()
            agree(package, draft_now(draft), step.id, page)
            for _ in range(2):
                sent = client.post(url, posted(package, fields(page), chance) | {"_do": "next"})
                assert sent.status_code in (302, 422)
                again = client.get(url)
                if again.status_code != 200:
                    break
                page = again.content.decode()
                agree(package, draft_now(draft), step.id, page)
        summary = client.get(reverse("eservices:summary", args=[draft.pk]))
        assert summary.status_code == 200
        assert client.post(reverse("eservices:summary", args=[draft.pk])).status_code in (302, 422)

    through()


def draft_now(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)
