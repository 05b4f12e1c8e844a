"""Whom one fills in for: oneself, or a company or an association that one represents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from stadig.city import organisation_number
from stadig.eservices import flow, posting
from stadig.eservices.drafts import Acting, Contents
from stadig.eservices.package import Package

ORGANISED: Final = frozenset({"company", "association"})
MANDATES: Final = {
    "signatory": _("Du är firmatecknare"),
    "power_of_attorney": _("Du har fullmakt"),
    "assigned": _("Du har fått uppdraget i din roll"),
}


def is_asked(package: Package) -> bool:
    """Whether the service is for organisations too, so that one must say whom one acts for."""
    return bool(package.about.login) and bool(ORGANISED & set(package.about.audience))


def must_be_said(package: Package) -> bool:
    """Whether the service is for organisations alone."""
    return is_asked(package) and set(package.about.audience) <= ORGANISED


def written(text: str) -> str:
    """The organisation number as it is written, ``556000-4615``; empty when it is none."""
    return organisation_number.read(text) or ""


def acting_for(contents: Contents, package: Package, acting: Acting | None) -> Contents:
    """The draft for that organisation; where the form asks for its number and name they are filled in, unless they are answered."""
    answers: dict[str, Any] = dict(contents.answers)
    if acting:
        numbers = [one for one in package.flow.questions() if one.kind == "organisation_number" and "[]" not in one.path]
        for question in numbers[:1]:
            owner = question.path.rpartition(".")[0]
            name = f"{owner}.name" if owner else "name"
            known = {one.path for one in package.flow.questions()}
            for path, value in ((question.path, acting.organisation_number), (name, acting.name)):
                if path in known and not flow.answered(flow.get(answers, path)):
                    posting.put(answers, path, value)
    return replace(contents, answers=answers, acting=acting)
