"""The facts of a lookup as rows for a file, and as the text of a note in the case: each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.assistance import agencies, blocks, fact_words, outcome_words
from stadig.assistance.blocks import Answer, Part
from stadig.assistance.lookups import Lookup
from stadig.exchange.outcomes import is_evidence
from stadig.exchange.terms import Fact
from stadig.ui import formatting


class Row(NamedTuple):
    """One fact, or an agency without any: its outcome then says why."""

    agency: str
    part: str
    outcome: str
    evidence: bool
    kind: str = ""
    benefit: str = ""
    label: str = ""
    net: Decimal | None = None
    gross: Decimal | None = None
    pay_date: str = ""
    period_from: str = ""
    period_to: str = ""
    days: Decimal | None = None
    planned: bool | None = None
    other: str = ""
    contract: str = ""
    answered_at: Any = None
    statute: str = ""
    sha256: str = ""
    path: str = ""


COLUMNS: Final = (
    (gettext_lazy("Myndighet"), "agency"),
    (gettext_lazy("Del"), "part"),
    (gettext_lazy("Utfall"), "outcome"),
    (gettext_lazy("Räknas som underlag"), "evidence"),
    (gettext_lazy("Slag"), "kind"),
    (gettext_lazy("Myndighetens kod"), "benefit"),
    (gettext_lazy("Det som sägs"), "label"),
    (gettext_lazy("Netto, kronor"), "net"),
    (gettext_lazy("Brutto, kronor"), "gross"),
    (gettext_lazy("Utbetalningsdag"), "pay_date"),
    (gettext_lazy("Från"), "period_from"),
    (gettext_lazy("Till"), "period_to"),
    (gettext_lazy("Dagar"), "days"),
    (gettext_lazy("Planerad"), "planned"),
    (gettext_lazy("Annat"), "other"),
    (gettext_lazy("Kontrakt"), "contract"),
    (gettext_lazy("Svarade"), "answered_at"),
    (gettext_lazy("Lagstöd"), "statute"),
    ("SHA-256", "sha256"),
    (gettext_lazy("Plats i svaret"), "path"),
)


def rows(lookup: Lookup) -> Iterator[Row]:
    """A row for each fact; an agency that gave none has one that says what it led to."""
    for answer in lookup.answers:
        for part in answer.parts or (Part(answer.outcome, "") if answer.outcome else None,):
            if part is None:
                continue
            head = _head(answer, part)
            if not part.facts:
                yield head
            for fact in part.facts:
                yield _fact(head, fact)


def as_json(lookup: Lookup, number: str) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "case": number,
        "asked_at": lookup.asked_at.isoformat(),
        "period": [one.isoformat() for one in lookup.period],
        "facts": [
            {
                key: str(value) if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else value
                for key, value in one._asdict().items()
                if value not in ("", None)
            }
            for one in rows(lookup)
        ],
    }


def as_note(lookup: Lookup) -> str:
    """The text of a note in the case: agency by agency, in words, with the hash that proves which answer was read."""
    first, last = (formatting.day(one, weekday=False, year=True) for one in lookup.period)
    asked = _("Frågan ställdes %(when)s och gällde %(first)s till %(last)s.") % {
        "when": formatting.moment(lookup.asked_at),
        "first": first,
        "last": last,
    }
    found = [asked]
    for answer in lookup.answers:
        block = blocks.block(answer)
        lines = [f"{block.name}: {block.label}"]
        lines += [f"- {one.label}: {one.value}" + (f" ({one.note})" if one.note else "") for one in block.lines + block.more]
        lines += [f"- {one.label}: {one.value}" for one in block.calls]
        said = " ".join(filter(None, [block.unknown, block.text]))
        lines += [said] if said else []
        lines.append(
            " · ".join(filter(None, [block.provenance, block.statute, f"SHA-256 {answer.sha256}" if answer.sha256 else ""]))
        )
        if not block.evidence:
            lines.append(_("Räknas inte som underlag."))
        found.append("\n".join(filter(None, lines)))
    return "\n\n".join(found)


def _head(answer: Answer, part: Part) -> Row:
    return Row(
        agency=agencies.name(answer.agency),
        part=part.name,
        outcome=str(outcome_words.look(part.outcome).label),
        evidence=answer.outcome is not None and is_evidence(answer.outcome),
        contract=answer.contract,
        answered_at=answer.answered_at,
        statute=answer.statute,
        sha256=answer.sha256,
    )


def _fact(head: Row, fact: Fact) -> Row:
    days = [one.isoformat() if one else "" for one in (fact.pay_date, fact.period_from, fact.period_to)]
    return head._replace(
        kind=fact.kind.value,
        benefit=fact.benefit,
        label=fact.label,
        net=fact.net,
        gross=fact.gross,
        pay_date=days[0],
        period_from=days[1],
        period_to=days[2],
        days=fact.days,
        planned=fact.planned,
        other=", ".join(f"{fact_words.field(name)}: {value}" for name, value in fact.values),
        path=fact.path,
    )
