"""Which riksnorm and which rules hold in a month. Two people set them (:mod:`stadig.assistance.setting`).

A month without a table, or without rules, is a fault that says so: nothing is ever derived from another year.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from stadig.assistance import first, norm, rates
from stadig.assistance.errors import AssistanceError
from stadig.assistance.models import Norm, Rules
from stadig.assistance.norm import Table
from stadig.assistance.rates import Rates
from stadig.city import attested
from stadig.ui import formatting

HELD: Final = (
    attested.Table("assistance.norm", "assistance_norm", "riksnormer", first.shipped_norms, frozenset({"withdrawn_at"})),
    attested.Table("assistance.rules", "assistance_rules", "beräkningsregler", first.shipped_rules, frozenset({"withdrawn_at"})),
)
"""What the audit log holds a hash of: whoever writes over a norm or a rule in the database is found."""


class NoNorm(AssistanceError):
    """No riksnorm holds in a month, or nothing else that it is computed with. The words say what to do."""


class NoRules(NoNorm):
    """No rules hold in a month."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What a month is computed with."""

    norm_id: int
    table: Table
    source: str
    valid_from: dt.date
    valid_to: dt.date
    rules_id: int
    rates: Rates


RULES = """
LEFT JOIN assistance_rules r ON r.confirmed_at IS NOT NULL AND r.withdrawn_at IS NULL AND d.day BETWEEN r.valid_from AND r.valid_to
"""
"""SQL: the rules ``r`` that hold on ``d.day``."""
IN_FORCE = f"""
SELECT n.id, n.table::text, n.source, n.valid_from, n.valid_to, r.id, r.values::text
FROM (SELECT %(day)s::date AS day) d
LEFT JOIN assistance_norm n ON n.confirmed_at IS NOT NULL AND n.withdrawn_at IS NULL AND d.day BETWEEN n.valid_from AND n.valid_to
{RULES}"""  # noqa: S608 - only what stands above


def in_force(month: dt.date) -> InForce:
    """The riksnorm and the rules of a month (its first day). Raises NoNorm, which says what to do."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, {"day": month.isoformat()})
        ((norm_id, table, source, first, last, rules_id, values),) = cursor.fetchall()
    said = {"month": formatting.month(f"{month:%Y-%m}")}
    if norm_id is None:
        raise NoNorm(
            _(
                "Det finns ingen riksnorm för %(month)s. Skriv in den under Riksnorm, med källan, och be en kollega bekräfta den. "
                "Vi räknar aldrig fram en norm ur ett annat år."
            )
            % said
        )
    if rules_id is None:
        raise NoRules(
            _(
                "Det finns inga beräkningsregler för %(month)s. Skriv in dem under Beräkningsregler, med källorna, och be en kollega "
                "bekräfta dem. Vi räknar aldrig med ett annat års regler."
            )
            % said
        )
    return InForce(norm_id, table_of(table), source, first, last, rules_id, rates_of(values))


def of_versions(norm_id: int, rules_id: int) -> InForce:
    """The very versions that a kept proposal used, whatever has happened to them since."""
    one, rules = Norm.objects.get(pk=norm_id), Rules.objects.get(pk=rules_id)
    return InForce(one.pk, norm.read(one.table), one.source, one.valid_from, one.valid_to, rules.pk, rates.read(rules.values))


@lru_cache(maxsize=32)
def table_of(text: str) -> Table:
    """The stored table; the same text is read once."""
    return norm.read(json.loads(text))


@lru_cache(maxsize=32)
def rates_of(text: str) -> Rates:
    """The stored rules; the same text is read once."""
    return rates.read(json.loads(text))
