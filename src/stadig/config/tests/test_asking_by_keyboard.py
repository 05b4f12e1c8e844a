"""The pages of asking agencies and of calculating, read at 400 % zoom, and the whole task done with the keys alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from stadig.assistance.models import Entry, Proposal
from stadig.assistance.tests import people
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.stored import connected
from stadig.assistance.tests.world import World
from stadig.cases.models import Completion
from stadig.city import clock
from stadig.city.models import ClockSetting, User
from stadig.city.roles import Role
from stadig.config.tests.test_serving import database_url, web
from stadig.exchange.models import LegalBasis
from stadig.exchange.outcomes import Outcome
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = ("FK", "AF", "SKV", "PM", "CSN", "SO")
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 × 1024 at 400 % (WCAG 2.2, 1.4.10)."""
FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {what: `${e.tagName} ${e.id || e.name || ""} ${(e.innerText || e.ariaLabel || "").slice(0, 60)}`, away: e === document.body,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
}"""


@pytest.fixture
def world(site: str, at: Callable[[str], Any], settings: Any, tmp_path: Path) -> World:
    """Yusuf's December, with an agency that did not answer, a sum that went down and one that vanished."""
    at("2026-12-14T12:00+01:00")
    people.law(*ASKED)
    settings.EXCHANGE_FILE = connected(tmp_path, *ASKED)
    made = World()
    sick = [paid("FK:SJP", amount, month, label="Sjukpenning") for amount, month in ((7020, 10), (4212, 11))]
    made.answered(FK=[paid("FK:BOB", 1900, 10, label="Bostadsbidrag"), *sick], SO=Outcome.TIMEOUT)
    return made


def of_a_case(world: World) -> tuple[User, Iterator[str]]:
    """What a case worker opens: the question before and after, its answers, the calculation and all its forms."""
    case, who = world.case.pk, world.yusuf.pk

    def pages() -> Iterator[str]:
        yield reverse("assistance:person", args=[case, who])
        yield f"{reverse('assistance:person', args=[case, who])}?ny=1"
        yield reverse("assistance:person", args=[world.couple.pk, world.samira.pk])  # nobody has been asked
        yield reverse("assistance:print", args=[case, who])
        yield reverse("assistance:call", args=[case, who, "SO"])
        for name in ("proposal", "household", "stimulus", "add-income", "add-cost", "accept-costs", "entries"):
            yield reverse(f"assistance:{name}", args=[case])
        yield reverse("assistance:ask-missing", args=[case])
        yield reverse("assistance:before-decision", args=[case])
        yield reverse("cases:case", args=[case])

    return world.petra, pages()


def of_the_municipality(world: World) -> tuple[User, Iterator[str]]:
    """What managers and administrators open: connections, law, norms; one row of law waits for a colleague."""
    row = LegalBasis.objects.order_by("pk")[0]
    coming = {"valid_from": dt.date(2027, 1, 1), "longest_days": 366, "source": "SFS 2026:999", "statute": row.statute}
    LegalBasis.objects.create(purpose=row.purpose, agency=row.agency, fields=[], **coming)
    pages = [
        *(reverse(f"exchange:{name}") for name in ("connections", "law", "law-new")),
        f"{reverse('exchange:law-new')}?myndighet=FK",
        reverse("exchange:law-end", args=[row.pk]),
        *(reverse(f"assistance:{name}") for name in ("norms", "norm-new")),
    ]
    return world.colleague(Role.ADMINISTRATOR), iter(pages)


def of_the_person(world: World) -> tuple[User, Iterator[str]]:
    """What the one who was asked about opens on Mina sidor."""
    user = User.objects.create_user("eid-yusuf", person=world.yusuf, first_name="Maximilian", last_name="Ali")
    return user, iter([reverse("exchange:own"), reverse("cases:mine"), reverse("cases:my-case", args=[world.case.pk])])


@pytest.mark.parametrize("whose", [of_a_case, of_the_municipality, of_the_person])
def test_at_four_hundred_per_cent_nothing_is_cut_off_and_no_page_scrolls_sideways(world, new_page, whose):
    user, pages = whose(world)
    page = new_page(width=testing.PHONE)
    testing.log_in(page, user)
    for path in pages:
        page.set_viewport_size(ZOOMED)
        answer = page.goto(path)
        assert answer.status == 200, path
        testing.sound(page)
        testing.readable(page)
        page.set_viewport_size({"width": testing.PHONE, "height": 844})
        testing.sound(page)
        testing.readable(page)


class Keys:
    """Someone who has no mouse: each stop must be seen and have its ring, and the wanted one come before the page has been gone through."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, *, most: int = 90, **wanted: Any) -> None:
        """Go with Tab to the first thing that ``wanted`` says: ``button="Spara"``, ``link=…`` or ``css=…``."""
        (kind, name), *_ = wanted.items()
        there = self.page.locator(name) if kind == "css" else self.page.get_by_role(kind, name=name)
        passed = []
        for _n in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUS)
            passed.append(at["what"])
            if at["away"]:
                continue
            assert at["ring"] and at["seen"], f"{self.page.url}: {at}"
            if there.first.evaluate("(e) => e === document.activeElement"):
                return
        pytest.fail(f"{self.page.url}: no key leads to {wanted}: {passed}")

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        self.page.keyboard.press(key)

    def go(self) -> None:
        """Press Enter on what has the focus, and come to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, text: str) -> None:
        """Write over what stands in the field."""
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)


@pytest.fixture
def applied(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same case before anyone has asked, on the fifth of December: November's wages are not reported until the twelfth."""
    fields = ({"path": "income_paper", "kind": "file"}, {"path": "more", "kind": "text"})
    monkeypatch.setattr(people, "DEFINITION", dataclasses.replace(people.DEFINITION, fields=fields))
    people.law(*ASKED)
    now = dt.datetime.fromisoformat("2026-12-05T09:00+01:00")
    ClockSetting.objects.create(pk=1, real_anchor=clock.real_now(), domain_anchor=now, speed=0)
    with clock.frozen(now):
        return World()


def test_ask_read_calculate_keep_and_request_with_the_keys_alone(browser, applied, agencies, tmp_path):
    agencies.turn(every={"median_s": 0.3, "fixed_s": 0.3}, SO={"hang": 1})
    more = {"STADIG_EXCHANGE": str(agencies.exchange_file), "STADIG_DEMO": "1"}
    with web(tmp_path, database_url(), **more) as server:
        address = f"http://127.0.0.1:{server.port}"
        desk: dict[str, Any] = {"viewport": {"width": testing.DESK, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(base_url=address, locale="sv-SE", **desk)
        context.stadig_address = address
        page, case = context.new_page(), applied.case.pk
        testing.log_in(page, applied.petra)
        keys = Keys(page)

        page.goto(reverse("assistance:page", args=[case]))
        keys.to(css="input[value=AF]")
        keys.press("Space")
        assert not page.locator("input[value=AF]").is_checked()
        keys.press("Space")
        keys.to(button="Fråga myndigheterna")
        keys.go()

        page.locator("#las-FK").wait_for(timeout=9000)
        keys.to(css="#las-FK")
        page.get_by_role("heading", name="Klart efter").wait_for(timeout=12000)
        assert page.evaluate("document.activeElement.id") == "las-FK", "the blocks that came moved the reader"
        keys.go()
        page.get_by_role("heading", level=1, name="Svaret som det kom").wait_for()
        keys.to(link="Uppgifter från myndigheter")
        keys.go()

        page.locator("#forslag tr.missing").first.wait_for()
        keys.to(css="tr.missing:has-text('A-kassa') a[href*='/rad/']", most=120)
        keys.go()
        keys.to(css="[name=amount]")
        keys.press("Shift+Tab")
        keys.to(css="[name=amount]")
        keys.write("0")
        keys.to(css="[name=why]")
        keys.write("A-kassan svarar per brev att han inte är medlem.")
        keys.to(button="Spara")
        keys.go()

        page.get_by_text("Sparat. Förslaget är omräknat.").wait_for()
        keys.to(button="Spara förslaget")
        keys.go()
        page.get_by_role("heading", level=1, name="Sparat förslag").wait_for()
        keys.to(link="Förslag")
        keys.go()

        page.get_by_role("link", name="Läs begäran").wait_for()
        keys.to(link="Läs begäran")
        keys.go()
        keys.to(button="Skicka begäran")
        keys.go()
        page.get_by_text("Skickat. Klockan står still tills svaret kommer.").wait_for()
        context.close()
    assert (Entry.objects.count(), Proposal.objects.count(), Completion.objects.get().paths) == (1, 1, ["income_paper", "more"])
