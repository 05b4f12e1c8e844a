"""What every page of an edition shows: its parts, the last change with a way back, the preview beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.db import connection
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
    edition = opened.edition
    if edition.state not in (Edition.State.WORKING, Edition.State.ASKED):
        return None
    with connection.cursor() as cursor:
        cursor.execute(LAST, [edition.pk])
        what, at, before, who = cursor.fetchone() or ("begun", None, None, "")
    return None if what == "begun" else Last(done_words.said(what), who, formatting.moment(at), before is not None)


LAST: Final = """
SELECT r.what, r.at, r.before, coalesce(nullif(btrim(concat(u.first_name, ' ', u.last_name)), ''), u.username)
FROM eservices_editionrevision r JOIN city_user u ON u.id = r.by_id
WHERE r.edition_id = %s ORDER BY r.revision DESC LIMIT 1"""
"""What was done last, when, what undoing goes back to, and who did it."""

ROOMS: Final[Mapping[str, tuple[Any, str]]] = {
    **dict.fromkeys(("case", "status", "decision", "way", "deadline"), (gettext_lazy("Handläggning"), "edition-case")),
    "service": (gettext_lazy("Om tjänsten"), "edition-service"),
    "texts": (gettext_lazy("Texter"), "edition-texts"),
}
"""What a finding is about that has no page of its own."""


def url_of(opened: Opened, spot: spots.Spot) -> tuple[str, str]:
    """(what it is called, the page where it is mended) for what a finding is about."""
    pk, kind, id_, case = opened.pk, spot.kind, spot.id, opened.package.case
    if kind == "part":
        return opened.label(opened.part(id_)[1]), reverse("eservices:edition-part", args=[pk, id_])
    if kind == "step":
        return opened.text(f"step.{id_}.title") or id_, reverse("eservices:edition-step", args=[pk, id_])
    own_page = {"status": case.statuses, "decision": case.decisions}.get(kind, ())
    if id_ in {one.id for one in own_page}:
        return opened.text(f"{kind}.{id_}.name") or id_, reverse(f"eservices:edition-{kind}", args=[pk, id_])
    name, page = ROOMS.get(kind, (id_, "edition-files"))
    return str(name), reverse(f"eservices:{page}", args=[pk])


def found(opened: Opened, finding: Finding) -> Found:
    """A finding as a list shows it."""
    name, url = url_of(opened, spots.spot_of(finding, opened.package))
    return Found(
        "danger" if finding.severity == ERROR else "warning", words_of(finding, opened.package, opened.language), name, url
    )


def about(opened: Opened, kind: str, id_: str = "") -> list[Found]:
    """What is wrong with one thing."""
    return [
        found(opened, one)
        for one in opened.findings
        if (spot := spots.spot_of(one, opened.package)).kind == kind and (not id_ or spot.id == id_)
    ]
