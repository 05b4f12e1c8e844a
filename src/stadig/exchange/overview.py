"""How each agency is connected and how it has answered of late, for the page of those who look after it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.exchange import certificates, connections, names
from stadig.exchange.contracts import validating
from stadig.exchange.outcomes import Outcome
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.exchange.connections import Connection, Connections
    from stadig.exchange.hours import Hours, Span

CONTRACTS: Final = {"ssbtek-10": "SSBTEK v10", "ssbtek-11": "SSBTEK v11", "lefi-9": "LEFI v9", "rest": "REST"}
DAY: Final = dt.timedelta(days=1)
UNANSWERED: Final = tuple(one.value for one in (Outcome.ERROR, Outcome.TIMEOUT, Outcome.BREAKER_OPEN))
OF_LATE: Final = """
SELECT agency, max(last), count(*), count(*) FILTER (WHERE answered) FROM (
  SELECT agency, lookup_id, max(answered_at) AS last, bool_or(NOT outcome = ANY(%s)) AS answered
  FROM exchange_block WHERE call_id IS NOT NULL AND replaced_at IS NULL AND stored_at >= %s GROUP BY agency, lookup_id
) one GROUP BY agency
"""
LAST: Final = (
    "SELECT agency, max(answered_at) FROM exchange_block WHERE answered_at IS NOT NULL AND call_id IS NOT NULL GROUP BY agency"
)
BREAKERS: Final = "SELECT connection, agency, state, since, try_at FROM exchange_breaker"
CHOICES: Final = """
SELECT c.agency, c.prefetch, c.changed_at, coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username, '')
FROM exchange_agencychoice c LEFT JOIN city_user u ON u.id = c.changed_by_id
"""


class AgencyRow(NamedTuple):
    """One agency of a connection. ``state`` is the breaker's: shut, open or trying; times are in words."""

    code: str
    name: str
    hours: str
    state: str
    since: str
    try_at: str
    last: str
    asked: int
    share: int | None
    """Per cent of the last day's questions that got an answer; None where none was asked."""
    prefetch: bool
    chosen_by: str
    chosen_at: str


class ConnectionRow(NamedTuple):
    """One connection. ``trouble`` is the certificate's, in the words of :mod:`stadig.exchange.certificates`."""

    name: str
    contract: str
    host: str
    expires: str
    trouble: str
    agencies: tuple[AgencyRow, ...]


class Overview(NamedTuple):
    """The whole page. ``fault`` says what is wrong with the file; it names the field and the way out."""

    rows: tuple[ConnectionRow, ...]
    fault: str
    installed: bool
    """Contract files lie in the folder, so answers are validated."""
    unconnected: tuple[str, ...]
    """Agencies of the composite service that no connection asks."""

    @property
    def expired(self) -> tuple[ConnectionRow, ...]:
        return tuple(one for one in self.rows if one.trouble and one.trouble != "soon")

    @property
    def soon(self) -> tuple[ConnectionRow, ...]:
        return tuple(one for one in self.rows if one.trouble == "soon")


def read() -> Overview:
    """What the page shows. Four queries."""
    installed = validating.schemas(settings.CONTRACTS_DIR).installed
    try:
        found = connections.connections()
    except connections.ConnectionsFault as fault:
        return Overview((), str(fault), installed, ())
    known = _known()
    rows = tuple(_connection(one, known) for one in found.connections)
    return Overview(rows, "", installed, _unconnected(found))


def _unconnected(found: Connections) -> tuple[str, ...]:
    return tuple(names.agency(code) for code in names.AGENCIES if code not in found.of_agency)


class _Known(NamedTuple):
    late: dict[str, tuple[Any, ...]]
    last: dict[str, dt.datetime]
    breakers: dict[tuple[str, str], tuple[Any, ...]]
    choices: dict[str, tuple[Any, ...]]


def _known() -> _Known:
    with connection.cursor() as cursor:
        cursor.execute(OF_LATE, [list(UNANSWERED), clock.real_now() - DAY])
        late = {agency: tuple(rest) for agency, *rest in cursor.fetchall()}
        cursor.execute(LAST)
        last = dict(cursor.fetchall())
        cursor.execute(BREAKERS)
        breakers = {(line, agency): tuple(rest) for line, agency, *rest in cursor.fetchall()}
        cursor.execute(CHOICES)
        choices = {agency: tuple(rest) for agency, *rest in cursor.fetchall()}
    return _Known(late, last, breakers, choices)


def _connection(one: Connection, known: _Known) -> ConnectionRow:
    valid = certificates.validity(one.name, one.certificate)
    return ConnectionRow(
        name=one.name,
        contract=CONTRACTS.get(one.contract, one.contract),
        host=urlsplit(one.url).hostname or "",
        expires=formatting.day(valid.expires, weekday=False, year=True) if valid.expires else "",
        trouble=valid.trouble,
        agencies=tuple(_agency(code, one, known) for code in one.agencies),
    )


def _agency(code: str, one: Connection, known: _Known) -> AgencyRow:
    state, since, try_at = known.breakers.get((one.name, code), ("shut", None, None))
    _last, asked, answered = known.late.get(code, (None, 0, 0))
    prefetch, at, by = known.choices.get(code, (False, None, ""))
    last = known.last.get(code)
    return AgencyRow(
        code=code,
        name=names.agency(code),
        hours=_hours(one.hours_of(code)),
        state=state,
        since=_when(since),
        try_at=_when(try_at),
        last=_when(last),
        asked=asked,
        share=round(100 * answered / asked) if asked else None,
        prefetch=prefetch,
        chosen_by=by,
        chosen_at=formatting.day(at, weekday=False, year=True) if at else "",
    )


def _when(at: dt.datetime | None) -> str:
    """A moment of real time as the town's clock showed it: *i dag 07.20*."""
    return formatting.moment(clock.in_town(at)) if at else ""


def _hours(hours: Hours) -> str:
    spans = (hours.weekdays, hours.saturdays, hours.sundays)
    if len(set(spans)) == 1:
        return _("Alltid öppen") if hours.weekdays and hours.weekdays[0] == hours.weekdays[1] else _span(hours.weekdays)
    said = (_("Vardagar %(hours)s"), _("lördagar %(hours)s"), _("söndagar %(hours)s"))
    return ", ".join(words % {"hours": _span(span)} for words, span in zip(said, spans, strict=True))


def _span(span: Span | None) -> str:
    if span is None:
        return _("stängt")
    return _("dygnet runt") if span[0] == span[1] else f"{span[0]:%H.%M}–{span[1]:%H.%M}"
