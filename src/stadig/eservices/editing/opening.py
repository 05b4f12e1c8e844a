"""An edition, opened for the one who edits: its package, what is wrong with it, and where that is mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.utils.translation import get_language

from stadig.city import clock
from stadig.eservices import lint, packing, reading
from stadig.eservices.findings import ERROR, Finding
from stadig.eservices.models import Edition
from stadig.eservices.package import Info, Package, Question, Repeat, Step
from stadig.eservices.placing import name_of

TEMPLATE: Final = "template."


@dataclass
class Opened:
    """An edition with its package. It can always be read: an edit that would break that is never saved."""

    edition: Edition
    package: Package
    language: str

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
    """The edition, for the reader. Raises Http404."""
    edition = next(iter(Edition.objects.raw("SELECT * FROM eservices_edition WHERE id = %s", [edition_id])), None)
    if edition is None:
        raise Http404
    language = (get_language() or "sv").partition("-")[0]
    return Opened(edition, package_of(bytes(edition.archive)), language)


@lru_cache(maxsize=48)
def package_of(archive: bytes) -> Package:
    """The package of an archive: the same bytes are always the same package."""
    return reading.read(packing.unpack(archive))


@lru_cache(maxsize=48)
def _findings(archive: bytes, today: date) -> tuple[Finding, ...]:
    return lint.lint(package_of(archive), today=today)
