"""What every page of a form shares: whose draft it is, which steps there are, how far one has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.cases.models import Channel
from stadig.city import clock
from stadig.eservices import acting, checking, drafts, flow, opening, pages, published, why
from stadig.eservices.models import Draft, Submission
from stadig.eservices.package import Info, Package, Repeat, Step
from stadig.eservices.views import own


@dataclass
class Filling:
    """A draft opened, with its package and what follows from its answers."""

    draft: Draft
    package: Package
    contents: drafts.Contents
    language: str
    local: Mapping[str, Any]
    """The city's own settings for the service."""
    stored: tuple[opening.StoredFile, ...]

    @cached_property
    def state(self) -> flow.State:
        return flow.evaluate(self.package, self.contents.answers, today=clock.today())

    @cached_property
    def files(self) -> dict[str, pages.SentFile]:
        names = self.contents.names
        return pages.sent((one.id, names.get(one.id) or one.name, one.size, one.state) for one in self.stored)

    @cached_property
    def all_faults(self) -> tuple[checking.Fault, ...]:
        return checking.errors(self.package, self.state, today=clock.today())

    @property
    def must_say_whom(self) -> bool:
        """Whether the organisation one acts for must be said before the first step. Staff say it in the form itself."""
        return self.draft.channel == Channel.WEB and self.contents.acting is None and acting.must_be_said(self.package)

    def after(self, draft: Draft) -> Filling:
        """The same after it was saved."""
        return replace(self, draft=draft, contents=drafts.contents(draft))

    def package_step(self, step_id: str) -> Step:
        return next(one for one in self.package.flow.steps if one.id == step_id)

    def step(self, step_id: str) -> Step | None:
        """The step, when it is shown."""
        return self.package_step(step_id) if step_id in self.state.steps else None

    def faults(self, step: Step) -> tuple[checking.Fault, ...]:
        return checking.errors(self.package, self.state, step=step.id, today=clock.today())

    def form(self, step: Step, faults: tuple[checking.Fault, ...] = (), refused: dict[str, str] | None = None) -> pages.Form:
        has_files = any(question.kind == "file" for question in step.questions())
        files = self.files if has_files else {}
        return pages.Form(self.package, self.state, self.contents.answers, self.language, faults, files, refused or {})

    def ordered(self, step: Step) -> Iterator[str]:
        """The paths of everything visible that is asked in a step, rows included, in order."""
        for part in step.parts:
            if isinstance(part, Info) or part.path not in self.state.visible:
                continue
            yield part.path
            if isinstance(part, Repeat):
                rows = flow.get(self.state.answers, part.path)
                for number in range(len(rows) if isinstance(rows, list) else 0):
                    inner = (
                        pages.name_of(one).replace("[]", f"[{number}]", 1) for one in part.parts if not isinstance(one, Info)
                    )
                    yield from (path for path in inner if path in self.state.visible)

    def paths(self, step: Step) -> set[str]:
        return set(self.ordered(step))

    def groups(self, step: Step) -> set[str]:
        return {part.path for part in step.parts if isinstance(part, Repeat)}

    def url(self, step_id: str) -> str:
        return reverse("eservices:step", args=[self.draft.pk, step_id])

    def summary_url(self) -> str:
        return reverse("eservices:summary", args=[self.draft.pk])

    def first_url(self) -> str:
        """Where to begin or go on: the step last seen, else the first."""
        steps = self.state.steps
        here = self.draft.step if self.draft.step in steps else (steps[0] if steps else "")
        return self.url(here) if here else self.summary_url()

    def next(self, step: Step) -> str:
        later = self.state.steps[self.state.steps.index(step.id) + 1 :] if step.id in self.state.steps else ()
        return self.url(later[0]) if later else self.summary_url()

    def before(self, step: Step) -> str:
        number = self.state.steps.index(step.id) if step.id in self.state.steps else 0
        if number:
            return self.url(self.state.steps[number - 1])
        return reverse("eservices:service", args=[self.package.name])


@dataclass(frozen=True, slots=True)
class Stage:
    """One line in the list of steps."""

    id: str
    number: int
    title: str
    state: str
    """done, now or next."""

    @property
    def url(self) -> str:
        """Its page from another page of the draft: the same for every draft, so that the line can be remembered."""
        return f"../{self.id}/"


def filling_of(request: HttpRequest, draft_id: UUID) -> Filling:
    """The reader's draft, opened. Raises Draft.DoesNotExist for one that is not theirs."""
    draft, local, stored = opening.read(request.user, own.held(request), draft_id)
    language = (get_language() or "sv").partition("-")[0]
    return Filling(draft, published.of(draft.version), drafts.contents(draft), language, local, stored)


def frame(request: HttpRequest, filling: Filling, here: Step | None) -> dict[str, Any]:
    """What the frame of every step shows. ``here`` is None on the summary."""
    steps, reached = filling.state.steps, filling.contents.reached
    stages = [
        Stage(one, number, filling.package.text(f"step.{one}.title", filling.language), _stage(one, here, reached))
        for number, one in enumerate(steps, 1)
    ]
    stages.append(Stage("", len(steps) + 1, _("Läs igenom och skicka"), "next" if here else "now"))
    number = next((stage.number for stage in stages if stage.state == "now"), 1)
    text = filling.package.text
    return {
        "draft": filling.draft,
        "service_title": text("service.title", filling.language),
        "short": text("service.short", filling.language) or text("service.title", filling.language),
        "service_url": reverse("eservices:service", args=[filling.package.name]),
        "step": here,
        "inside": here is not None,
        "title": text(f"step.{here.id}.title", filling.language) if here else _("Läs igenom och skicka"),
        "step_lead": text(f"step.{here.id}.lead", filling.language) if here else "",
        "step_because": why.of_step(filling.package, here, filling.state, today=clock.today(), language=filling.language)
        if here
        else "",
        "step_why": text(f"step.{here.id}.why", filling.language) if here else "",
        "stages": stages,
        "number": number,
        "count": len(stages),
        "percent": round(100 * (number - 1) / len(stages)),
        "code": drafts.code_of(filling.draft.pk) if filling.draft.code_hash else "",
        "acting": filling.contents.acting,
        "for_whom": for_whom(request, filling),
        "phone": _phone(filling),
        "paper_url": _paper_url(filling),
        "again": filling.contents.again,
        "saved_at": filling.draft.saved_at,
        "untouched": filling.draft.revision == 0,
        "whom_url": reverse("eservices:whom", args=[filling.draft.pk]) if acting.is_asked(filling.package) else "",
        "channel": filling.draft.channel,
        "assisted": filling.draft.channel != Channel.WEB,
        "back_url": filling.before(here) if here else "",
    }


def _paper_url(filling: Filling) -> str:
    """The same form to print, for who would rather; empty where the service is not taken in on paper, and for staff."""
    on_paper = "paper" in filling.package.about.channels and filling.draft.channel == Channel.WEB
    return reverse("eservices:blank", args=[filling.package.name]) if on_paper else ""


def _stage(one: str, here: Step | None, reached: tuple[str, ...]) -> str:
    if here is not None and one == here.id:
        return "now"
    return "done" if one in reached or here is None else "next"


def for_whom(request: HttpRequest, filling: Filling) -> str:
    """Whom one fills in for, when it is someone else: shown loudly on every step. Empty when it is for oneself."""
    contents, draft = filling.contents, filling.draft
    if contents.acting:
        return contents.acting.name
    if contents.contact:
        return contents.contact.name
    if draft.channel != Channel.WEB and draft.person:
        return draft.person.shown_to(own.user(request)).name
    return ""


def _phone(filling: Filling) -> str:
    from stadig.city import municipality

    return str(filling.local.get("phone") or municipality.current().phone or "")


def away(request: HttpRequest, draft_id: UUID, step_id: str = "") -> HttpResponseBase:
    """The draft is not open to this reader now: it has been sent, their session ended, or it is someone else's.

    What a page sent is kept, encrypted, until they have logged in or given the code. Who holds the id of a draft, which cannot be
    guessed, learns whether it wants a log-in or a code, and nothing else.
    """
    if draft_id in own.held(request) and Submission.objects.filter(pk=draft_id).exists():
        return redirect("eservices:receipt", draft_id)
    if request.user.is_authenticated and not request.method == "POST":
        raise Http404
    if request.method == "POST" and step_id:
        kept = dict(list(request.session.get(own.PENDING, {}).items())[-2:])
        request.session[own.PENDING] = kept | {f"{draft_id}/{step_id}": drafts.sealed_post(own.posted(request))}
    target = reverse("eservices:step", args=[draft_id, step_id]) if step_id else reverse("eservices:summary", args=[draft_id])
    known = Draft.objects.filter(pk=draft_id).values_list("code_hash", flat=True).first()
    if known is None and Draft.objects.filter(pk=draft_id).exists():
        return redirect_to_login(target)
    return render(request, "eservices/away.html", {"draft_id": draft_id, "sent": request.method == "POST"}, status=404)
