"""The number of a new case: the last thing that is written, since it holds back everyone else in the series.

No gaps: the series counts in the same transaction as the case is written in, so a number is given when its case is, or not at all.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

from stadig.cases import definitions, terms
from stadig.cases.models import Case, Series

GIVEN: Final = ("series_id", "sequence", "number", "search_text")
"""What is known of a case only when it has its number."""
GIVE: Final = """
SELECT pg_advisory_xact_lock(%s, hashtext(%s));
WITH given AS (
  INSERT INTO cases_series (committee_id, code, year, last) VALUES (%s, %s, %s, 1)
  ON CONFLICT (committee_id, code, year) DO UPDATE SET last = cases_series.last + 1
  RETURNING id, last, year || '/' || lpad(last::text, greatest(5, length(last::text)), '0') AS rest
)
INSERT INTO cases_case (series_id, sequence, number, search_text, {columns})
SELECT id, last, %s || ' ' || rest, %s || ' ' || rest || ' ' || last || ' ' || %s, {values} FROM given
RETURNING series_id, sequence, number, search_text
"""
IN_TURN: Final = 7_301_001
"""The advisory locks before the series: those who wait get their numbers in the order they asked, and one alone is woken at a time."""
_COLUMNS: Final = [field for field in Case._meta.concrete_fields if field.attname not in GIVEN]
_GIVE: Final = GIVE.format(columns=", ".join(f'"{field.column}"' for field in _COLUMNS), values=", ".join(["%s"] * len(_COLUMNS)))


def next_id() -> int:
    """An id for a case that is still to be written, so that what belongs to it can be written first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('cases_case', 'id'))")
        return cursor.fetchone()[0]  # pyright: ignore[reportOptionalSubscript]


def give(case: Case) -> None:
    """Write the case with the next number of its committee's series this year. Others in the series wait until the transaction ends."""
    type_, year = case.type, case.registered_at.astimezone(terms.STOCKHOLM).year
    words = f"{case.title} {definitions.of_type(type_).text('title')}".casefold()
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE,
            [
                *(IN_TURN, f"{type_.committee_id} {type_.series} {year}"),
                *(type_.committee_id, type_.series, year),
                *(type_.series, type_.series.casefold(), words),
                *(field.get_db_prep_save(getattr(case, field.attname), connection) for field in _COLUMNS),
            ],
        )
        cursor.nextset()
        series, case.sequence, case.number, case.search_text = cursor.fetchone()  # pyright: ignore[reportGeneralTypeIssues]
    case.series = Series(pk=series, committee_id=type_.committee_id, code=type_.series, year=year, last=case.sequence)
    case._state.adding, case._state.db = False, connection.alias
