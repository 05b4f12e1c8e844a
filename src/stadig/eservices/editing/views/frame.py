"""What every page of an edition shows: its parts, the last change with a way back, the preview beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from stadig.eservices.editing import done_words, spots
from stadig.eservices.editing.opening import Opened
from stadig.eservices.editing.saving import Trouble
from stadig.eservices.editing.text_forms import name_of
from stadig.eservices.finding_words import words_of
from stadig.eservices.findings import ERROR, Finding
from stadig.eservices.models import Edition
from stadig.ui import formatting


class Last(NamedTuple):
    """The last change."""

    said: str
    who: str
    at: str
    may_undo: bool


class Found(NamedTuple):
    """A finding in words, with the page where it is mended."""

    kind: str
    said: str
    name: str
    url: str


def frame(
    request: HttpRequest, opened: Opened, here: str, *, step: str = "", trouble: Trouble | None = None, wrong: bool = False
) -> dict[str, Any]:
    """The context of a page. ``step`` is the step that the preview shows; *-* shows none."""
    pk = opened.pk
    preview = ""
    if step != "-":
        preview = (
            reverse("eservices:edit-preview-step", args=[pk, step]) if step else reverse("eservices:edit-preview", args=[pk])
        )
    return {
        "opened": opened,
        "here": here,
        "errors_left": len(opened.errors),
        "last": last_of(opened),
        "trouble": trouble,
        "wrong": wrong or trouble is not None,
        "revision": opened.edition.revision,
        "preview_url": preview,
        "preview_languages": tuple([(one, name_of(one).capitalize()) for one in opened.languages]) if preview else (),
    }


def last_of(opened: Opened) -> Last | None:
    """The last change; None before the first, and for an edition that is published."""
    done = opened.last
    if done is None or done.what == "begun" or opened.edition.state not in Edition.OPEN:
        return None
    return Last(done_words.said(done.what), done.who, formatting.moment(done.at), done.may_undo)


ROOMS: Final[Mapping[str, tuple[Any, str]]] = {
    **dict.fromkeys(("case", "status", "decision", "way", "deadline"), (gettext_lazy("Handläggning"), "edition-case")),
    "service": (gettext_lazy("Om tjänsten"), "edition-service"),
    "texts": (gettext_lazy("Texter"), "edition-texts"),
}
"""What a finding is about that has no page of its own."""


def name_of_spot(opened: Opened, spot: spots.Spot) -> str:
    """What it is called that a finding or a text is about."""
    kind, id_ = spot.kind, spot.id
    if kind == "part":
        return opened.label(opened.part(id_)[1])
    if kind == "step":
        return opened.text(f"step.{id_}.title") or id_
    if _has_page(opened, spot):
        return opened.text(f"{kind}.{id_}.name") or id_
    return str(ROOMS[kind][0]) if kind in ROOMS else id_


def url_of(opened: Opened, spot: spots.Spot) -> str:
    """The page where it is mended."""
    kind = spot.kind
    if kind in ("part", "step") or _has_page(opened, spot):
        return reverse(f"eservices:edition-{kind}", args=[opened.pk, spot.id])
    page = ROOMS[kind][1] if kind in ROOMS else "edition-files"
    return reverse(f"eservices:{page}", args=[opened.pk])


def _has_page(opened: Opened, spot: spots.Spot) -> bool:
    """Whether it is a status or a decision that there is."""
    case = opened.package.case
    named = {"status": case.statuses, "decision": case.decisions}.get(spot.kind, ())
    return any(one.id == spot.id for one in named)


def found(opened: Opened, finding: Finding) -> Found:
    """A finding as a list shows it."""
    spot = spots.spot_of(finding, opened.package)
    return Found(
        "danger" if finding.severity == ERROR else "warning",
        words_of(finding, opened.package, opened.language),
        name_of_spot(opened, spot),
        url_of(opened, spot),
    )


def about(opened: Opened, kind: str, id_: str = "") -> list[Found]:
    """What is wrong with one thing."""
    return [
        found(opened, one)
        for one in opened.findings
        if (spot := spots.spot_of(one, opened.package)).kind == kind and (not id_ or spot.id == id_)
    ]
