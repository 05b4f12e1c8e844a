"""A service package as data: what it is, what it asks, how its cases are handled, its texts and its scenarios.

A package is a folder of plain files that one municipality can hand to another; ``reading`` makes this of them. No Django, no
clock, no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stadig.cases.definition import Deadline, DecisionType, Status, Transition

KINDS: Final = (
    "text", "long_text", "integer", "number", "money", "date", "time", "month", "yes_no", "consent", "choice", "choices",
    "email", "phone", "personnummer", "organisation_number", "address", "place", "file", "property",
)  # fmt: skip


PROBLEMS: Final[Mapping[str, str]] = {
    # the archive and its files
    "missing": "is missing.",
    "missing_in_folder": "is missing in {folder}. A package is a folder that holds it.",
    "too_many_files": "holds {count} files. At most {most} are read.",
    "too_much": "has more than {files} files or is larger than {most} MB.",
    "too_large": "is larger than {most} MB.",
    "too_large_unpacked": "is larger than {most} MB when unpacked.",
    "no_zip": "is not a zip file.",
    "link": "is a link or is encrypted. A package holds plain files.",
    "twice_in_archive": "stands twice in the archive.",
    "damaged": "cannot be unpacked.",
    "unsafe_name": "has a name that leads out of the package.",
    "no_template": "is no template. Name it after a decision and a language: approved.sv.md.",
    # YAML and JSON
    "too_deep": "is nested too deep.",
    "aliases": "uses YAML aliases (*name). Write the value out.",
    "syntax": "{problem}.",
    "not_yaml": "is not YAML ({problem}).",
    "not_utf8": "is not UTF-8 text.",
    # values
    "no_mapping": "must be a mapping: lines of *key: value*.",
    "mapping": "is a mapping{such}.",
    "list": "is a list.",
    "words": "is a list of words.",
    "number": "is a whole number, zero or more.",
    "text_or_list": "is a text, a list of texts, or a mapping of more.",
    "bad_name": "is small letters, digits and hyphens, not {found!r}.",
    "bad_version": "is three numbers with dots, such as 1.0.0, not {found!r}.",
    "bad_series": "is two to six capitals, not {found!r}.",
    "day": "is a day, such as 2026-11-22.",
    # the schema and the form
    "no_object": "must describe an object with properties.",
    "schema": "is not valid JSON Schema 2020-12: {text}",
    "empty_form": "is empty. A form has at least one step.",
    "no_part": "is the name of a question, or a mapping with ask, repeat or info.",
    "no_inner": "must hold ask, repeat or info; a repeated group holds no other.",
    "no_array": "{path} is repeated but is no array in data.schema.json.",
    "no_kind": "{path} is of no kind that can be asked ({kind}). Known: {known}.",
    "not_described": "{path} is asked but not described in data.schema.json.",
    # this city
    "unknown_organisation": "there is no {name!r} in this city. Write the name of one that there is.",
    "version_taken": "{name} {version} is installed with other contents. Give this one a higher version.",
    "other_name": "is {name}, but this is {wanted}.",
    "newer_published": "{version} was published meanwhile. Begin again from it.",
    "handover": "{text}",
}
"""Why a package cannot be taken in → how it is said on the command line; pages have their own words."""


class PackageError(Exception):
    """Why a package cannot be taken in: ``file``, ``place`` in it (may be empty), ``kind`` of :data:`PROBLEMS`, ``values`` of its words."""

    def __init__(self, file: str, place: str, kind: str, /, **values: Any) -> None:
        self.file, self.place, self.kind, self.values = file, place, kind, values
        self.text = PROBLEMS[kind].format(**values)
        super().__init__(f"{file}{f', {place}' if place else ''}: {self.text}")


LOCAL_WORD: Final = re.compile(r"\{([a-z_]+)\|([^{}]*)\}")
"""``{fee|by the tariff}`` in a text: a word of the city's overlay, and what is said where the overlay lacks it."""


def localised(text: str, local: Mapping[str, Any]) -> str:
    """The text with the city's own words in it."""
    if "{" not in text:
        return text
    return LOCAL_WORD.sub(lambda found: str(local.get(found[1]) or found[2]), text)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked. ``path`` is its place among the answers: ``distance_m``, ``guardian.email``, ``children[].name``."""

    path: str
    kind: str
    schema: Mapping[str, Any]
    required: bool
    options: tuple[Any, ...] = ()
    widget: str = ""
    unit: str = ""
    show_if: Any = None
    require_if: Any = None

    @property
    def key(self) -> str:
        """Its name among the texts: ``children.name``."""
        return self.path.replace("[]", "")


@dataclass(frozen=True, slots=True)
class Info:
    """A text between questions."""

    id: str
    show_if: Any = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A group of questions that is answered once for each of several things. Rules inside it read ``item.NAME`` of their row."""

    path: str
    parts: tuple[Question | Info, ...]
    least: int
    most: int
    show_if: Any = None


Part = Question | Repeat | Info


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form."""

    id: str
    parts: tuple[Part, ...]
    show_if: Any = None

    def questions(self) -> Iterator[Question]:
        """Its questions, those of repeated groups too, in the order they are asked."""
        for part in self.parts:
            inner = part.parts if isinstance(part, Repeat) else (part,)
            yield from (one for one in inner if isinstance(one, Question))


@dataclass(frozen=True, slots=True)
class Signer:
    """Someone besides the applicant who signs. The paths say where their name, address and personnummer were answered."""

    role: str
    name: str
    email: str
    personnummer: str = ""
    when: Any = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What is asked, in which order, and what is computed from it."""

    steps: tuple[Step, ...]
    compute: Mapping[str, Any]
    sign: tuple[Signer, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Every question, those of repeated groups too, in the order they are asked."""
        for step in self.steps:
            yield from step.questions()


@dataclass(frozen=True, slots=True)
class CaseType:
    """How cases of this service are handled."""

    file: str
    series: str
    committee: str
    unit: str
    first: str
    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]
    deadlines: tuple[Deadline, ...]
    decisions: tuple[DecisionType, ...]
    confidentiality: str = ""
    klassa: str = ""
    keep: str = ""
    work: Mapping[str, str] | None = None
    signing: Mapping[str, str] | None = None
    """The statuses a case has while others are to sign (*waiting*), when all have (*signed*) and when one declines (*declined*)."""


@dataclass(frozen=True, slots=True)
class About:
    """``service.yaml``: what the service is, for whom, and on what ground."""

    icon: str
    audience: tuple[str, ...]
    login: str
    """Empty for anyone, otherwise the least level of assurance: ``loa2``, ``loa3``."""
    open_from: str
    open_until: str
    handling_days: int
    legal_basis: str
    data_basis: str
    data_kept: str
    handled_in: str
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    licence: str
    publisher: str
    again: bool
    """Whether last time's answers are offered: *stämmer det fortfarande?*"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Answers, and what must follow from them. Run where the package is made and where it is received."""

    name: str
    answers: Mapping[str, Any]
    visible: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    computed: Mapping[str, Any] | None = None
    errors: Mapping[str, str] | None = None
    status: str = ""
    documents: tuple[str, ...] = ()
    today: str = ""
    """The day it is filled in, where ages and days matter; empty for any day."""


@dataclass(frozen=True, slots=True)
class Package:
    """A whole service, read. ``digest`` is the SHA-256 of its contents without the local overlay."""

    name: str
    version: str
    digest: str
    about: About
    schema: Mapping[str, Any]
    flow: Flow
    case: CaseType
    texts: Mapping[str, Mapping[str, Any]]
    """Language → key → text; a key is dotted: ``question.distance_m.label``."""
    scenarios: tuple[Scenario, ...]
    local: Mapping[str, Any]
    files: Mapping[str, bytes]
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Language → decision → what a case worker begins from when they write it: ``templates/DECISION.LANGUAGE.md``."""
    handover: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """``handover.yaml``, as it stands: read by :mod:`stadig.eservices.handing.declaration`."""

    def text(self, key: str, language: str = "sv") -> str:
        """The text in ``language``, else in Swedish, else in any; empty when no language has it.

        ``{fee|by the tariff}`` in a text is what the city's overlay says under ``fee``, or what stands after the bar.
        """
        for one in (language, "sv", *self.texts):
            found = self.texts.get(one, {}).get(key)
            if found is not None:
                return localised(str(found), self.local)
        return ""

    def question(self, path: str) -> Question:
        """The question with this path. Raises KeyError."""
        for question in self.flow.questions():
            if question.path == path:
                return question
        raise KeyError(path)
