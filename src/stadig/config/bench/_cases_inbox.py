"""The inbox and the search of cases with 200,000 of them. A database of the benchmark's own."""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import quote

from stadig.config.bench import Figure, at_most
from stadig.config.bench._eservices_submit import _run, _town  # pyright: ignore[reportPrivateUsage] - the same scratch database

CASES, OPEN = 200_000, 0.06
UNITS = 8
ROUNDS = 12
HERE = "stadig.config.bench._cases_inbox"
LISTS = ("?", "?vems=mine", "?vems=nobody", "?sent", "?lage=closed", "?lage=all", "?tjanst=type-3", "?lage=all&efter={after}")
SEARCHES = (
    "GPN 2026/150042",
    "parkering",
    "parkeringstillstånden",
    "båtplats hamnen",
    "uteservering vid torget",
    "finns inte alls",
)
KINDS = ("Parkeringstillstånd för rörelsehindrade", "Uteservering", "Båtplats i hamnen", "Torghandel", "Grävtillstånd")
SEED = """
INSERT INTO cases_case (type_id, series_id, sequence, number, title, status, "group", committee_id, unit_id, assignee_id, channel,
  confidentiality, subject_secret, registered_at, status_since, due_at, closed_at, search_text)
SELECT (%(types)s::bigint[])[1 + n %% 5], %(series)s, n, 'GPN 2026/' || to_char(n, 'FM000000'),
  (%(kinds)s::text[])[1 + n %% 5] || ' ' || (ARRAY['vid torget', 'i Hamnen', 'på Storgatan'])[1 + n %% 3],
  CASE WHEN open THEN 'assessing' ELSE 'approved' END, CASE WHEN open THEN 'open' ELSE 'closed' END,
  %(committee)s, (%(units)s::bigint[])[1 + n %% 8], CASE WHEN open AND n %% 3 > 0 THEN %(user)s END, 'web', '', false,
  at, at, CASE WHEN open THEN at + interval '42 days' END, CASE WHEN open THEN NULL ELSE at + interval '20 days' END,
  lower('GPN 2026/' || to_char(n, 'FM000000') || ' ' || n || ' ' || (%(kinds)s::text[])[1 + n %% 5] || ' '
    || (ARRAY['vid torget', 'i Hamnen', 'på Storgatan'])[1 + n %% 3])
FROM (SELECT n, n > %(cases)s * (1 - %(open)s) AS open, %(now)s::timestamptz - (%(cases)s - n) * interval '3 minutes' AS at
      FROM generate_series(1, %(cases)s) AS n) AS made
"""


def handling() -> list[Figure]:
    """Pages of the inbox and the search as a case worker gets them, through templates and permissions."""
    with _town() as url:
        found = json.loads(_run(url, "-m", HERE))
    how = f"{CASES:,} cases, {OPEN:.0%} not closed, {UNITS} units; "
    return [
        at_most(
            "inbox, p95", found["lists"], "ms", 150, how=how + f"{len(LISTS)} lists × {ROUNDS}, one unit and all, whole pages"
        ),
        at_most("search, p95", found["searches"], "ms", 200, how=how + f"{len(SEARCHES)} searches × {ROUNDS}, whole pages"),
    ]


def _measure() -> dict[str, float]:
    from django.test import Client

    from stadig.cases import inbox

    one, everywhere = _seeded()
    lists: list[float] = []
    searches: list[float] = []
    for user in (one, everywhere):
        client = Client(headers={"host": "localhost"})
        client.force_login(user, backend="stadig.city.login.PasswordBackend")
        after = quote(inbox.page(user, inbox.Filter(group="all")).next)
        for turn in range(ROUNDS + 1):
            for address in LISTS:
                took = _timed(client, "/arbetsplats/arenden/" + address.format(after=after))
                lists += [took] if turn else []
            for words in SEARCHES:
                took = _timed(client, "/arbetsplats/arenden/?sok=" + words)
                searches += [took] if turn else []
    return {"lists": _p95(lists), "searches": _p95(searches)}


def _timed(client: Any, address: str) -> float:
    begun = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


def _p95(taken: list[float]) -> float:
    return round(sorted(taken)[int(0.95 * len(taken))], 1)


def _seeded() -> tuple[Any, Any]:
    """Case workers of one unit, and of the whole committee."""
    from django.db import connection

    from stadig.cases import actions
    from stadig.cases.definition import Definition, Status, Transition
    from stadig.cases.models import Series
    from stadig.city import actions as city
    from stadig.city import clock
    from stadig.city.models import Organisation
    from stadig.city.roles import Role

    committee = Organisation.objects.create(name="Nämnden", kind="committee")
    units = [Organisation.objects.create(name=f"Enhet {n}", kind="unit", parent=committee) for n in range(UNITS)]
    statuses = (Status("received", "new"), Status("assessing", "open"), Status("approved", "closed"))
    types = [
        actions.define(
            None,
            f"type-{n}",
            f"{n}" * 64,
            Definition("received", statuses, (Transition("received", "assessing", "begin"),), texts={"sv": {"title": kind}}),
            committee=committee,
            unit=units[n],
            series="GPN",
        )
        for n, kind in enumerate(KINDS)
    ]
    people = [
        city.create_user(None, username=name, organisation=where) for name, where in (("one", units[0]), ("all", committee))
    ]
    for user in people:
        city.assign_role(None, user, Role.CASE_WORKER, organisation=user.organisation)
    series = Series.objects.create(committee=committee, code="GPN", year=2026, last=CASES)
    with connection.cursor() as cursor:
        cursor.execute(
            SEED,
            {
                "types": [one.pk for one in types],
                "kinds": list(KINDS),
                "series": series.pk,
                "committee": committee.pk,
                "units": [one.pk for one in units],
                "user": people[0].pk,
                "cases": CASES,
                "open": OPEN,
                "now": clock.now(),
            },
        )
        cursor.execute("ANALYZE")
    return people[0], people[1]


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    print(json.dumps(_measure()))
    sys.exit(0)
