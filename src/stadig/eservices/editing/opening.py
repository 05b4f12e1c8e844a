"""An edition, opened for the one who edits: its package, what is wrong with it, and where that is mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.http import Http404, HttpRequest
from django.utils.translation import get_language

from stadig.city import clock, plain
from stadig.eservices import lint, packing, reading
from stadig.eservices.findings import ERROR, Finding
from stadig.eservices.models import Edition
from stadig.eservices.package import Info, Package, Question, Repeat, Step
from stadig.eservices.placing import name_of

TEMPLATE: Final = "template."
NAME: Final = "coalesce(nullif(btrim(concat({0}.first_name, ' ', {0}.last_name)), ''), {0}.username)"
EDITION: Final = f"""
SELECT {plain.columns(Edition, "e")}, {NAME.format("asker")}, last.*
FROM eservices_edition e LEFT JOIN city_user asker ON asker.id = e.asked_by_id LEFT JOIN LATERAL (
    SELECT r.what, r.at, r.before IS NOT NULL, {NAME.format("who")}
    FROM eservices_editionrevision r JOIN city_user who ON who.id = r.by_id
    WHERE r.edition_id = e.id ORDER BY r.revision DESC LIMIT 1
) last ON true
WHERE e.id = %s
"""  # noqa: S608 - the names are those of our own columns
"""An edition, who asked for it to be published, and the fields of :class:`Change`."""


class Change(NamedTuple):
    """The last change of an edition: what was done, when, whether it can be undone, and who did it."""

    what: str
    at: datetime
    may_undo: bool
    who: str


@dataclass
class Opened:
    """An edition with its package. It can always be read: an edit that would break that is never saved."""

    edition: Edition
    package: Package
    language: str
    last: Change | None = None
    asked_by: str = ""

    @property
    def pk(self) -> int:
        return self.edition.pk

    @property
    def files(self) -> Mapping[str, bytes]:
        return self.package.files

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its texts, Swedish first."""
        return tuple(sorted(self.package.texts, key=lambda one: (one != "sv", one)))

    @cached_property
    def title(self) -> str:
        return self.text("service.title") or self.package.name

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return _findings(bytes(self.edition.archive), clock.today())

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity != ERROR)

    def text(self, key: str) -> str:
        """A text in the reader's language, else in any."""
        return self.package.text(key, self.language)

    def texts(self, key: str) -> dict[str, str]:
        """A text in every language, for a form; a list is one line for each. ``template.DECISION`` is what the decision is begun from."""
        if key.startswith(TEMPLATE):
            decision = key.removeprefix(TEMPLATE)
            return {one: self.package.templates.get(one, {}).get(decision, "") for one in self.languages}
        return {one: _written(self.package.texts.get(one, {}).get(key)) for one in self.languages}

    def step(self, step_id: str) -> Step:
        """Raises Http404."""
        for step in self.package.flow.steps:
            if step.id == step_id:
                return step
        raise Http404

    def part(self, path: str) -> tuple[Step, Question | Repeat | Info]:
        """The part with this path (``info.ID`` for a text) and its step. Raises Http404."""
        for step in self.package.flow.steps:
            for part in step.parts:
                inner = part.parts if isinstance(part, Repeat) else ()
                for one in (part, *inner):
                    if name_of(one) == path:
                        return step, one
        raise Http404

    def label(self, part: Question | Repeat | Info) -> str:
        """What a part is called in the reader's language."""
        if isinstance(part, Info):
            return self.text(f"info.{part.id}") or part.id
        key = part.path if isinstance(part, Repeat) else part.key
        return self.text(f"question.{key}.label") or key


def _written(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def opened(request: HttpRequest, edition_id: int) -> Opened:
    """The edition, for the reader. One query. Raises Http404."""
    with connection.cursor() as cursor:
        cursor.execute(EDITION, [edition_id])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    row = iter(found)
    edition: Any = plain.made(Edition, row)
    asked_by, *last = row
    language = (get_language() or "sv").partition("-")[0]
    return Opened(edition, package_of(bytes(edition.archive)), language, Change(*last) if last[0] else None, asked_by or "")


@lru_cache(maxsize=48)
def package_of(archive: bytes) -> Package:
    """The package of an archive: the same bytes are always the same package."""
    return reading.read(packing.unpack(archive))


@lru_cache(maxsize=48)
def _findings(archive: bytes, today: date) -> tuple[Finding, ...]:
    return lint.lint(package_of(archive), today=today)
