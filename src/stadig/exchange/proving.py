"""Proof that what lies stored of questions to agencies is what the audit log says: ``stadig audit verify`` asks for it.

The log holds, of each lookup: who asked, in which case, about whom (by pseudonym), which requests left, what each agency led to, the hash of each
raw answer, which of them were not kept and why, and until when the person is not told. Here it is held against the tables: nothing that left is missing, nothing is there that was not logged, every
answer opens and has its hash, and every outcome is the one that was logged. What a case's destruction has removed is not missed.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from django.db import connection
from django.db.models import F

from stadig.exchange import digest as stored
from stadig.exchange import keys as sealing_keys
from stadig.exchange.models import Permit
from stadig.exchange.outcomes import Outcome, together
from stadig.exchange.sealing import KeyChanged, mac_of, unseal

AT_ONCE: Final = 200
"""Lookups held in memory at the same time, with their raw answers."""
ASKED: Final = ("asked agencies", "asked agencies again", "noted an answer")
ANSWERED: Final = ("got answers", "got a late answer")
REMOVED: Final = "dropped raw answers"
WITHHELD: Final = "withheld the log"
OTHER_KEY: Final = (
    "Inget av det som myndigheter har svarat går att öppna: keys/exchange_key saknades eller är en annan än den som svaren låstes med. "
    "Lägg tillbaka er kopia av filen och kör igen. Resten av loggen är prövad nedan, men inte svaren och inte tillstånden."
)
NOT_WITHHELD: Final = hashlib.sha256(b"").hexdigest()
TOLD: Final = """
SELECT what_id::bigint, position, actor, did, ids::text FROM city_auditentry
WHERE what = 'exchange.lookup' AND (did = ANY(%s) OR jsonb_exists(ids, 'digest'))
ORDER BY what_id::bigint, position
"""
DESTROYED: Final = "SELECT what_id::bigint FROM city_auditentry WHERE what = 'cases.case' AND did = 'destroyed lookups'"
LOOKUPS: Final = """
SELECT l.id, l.uuid::text, l."case", p.value::text, l.finished_at IS NOT NULL,
  CASE WHEN l.by_id IS NULL THEN '' WHEN u.person_id IS NULL THEN 'user:' || u.id ELSE 'person:' || w.value END,
  coalesce(l.withheld_to::text, ''), l.withheld_by
FROM exchange_lookup l LEFT JOIN city_pseudonym p ON p.person_id = l.person_id
LEFT JOIN city_user u ON u.id = l.by_id LEFT JOIN city_pseudonym w ON w.person_id = u.person_id WHERE l.id = ANY(%s)
"""
CALLS: Final = """
SELECT lookup_id, id, correlation_id::text, attempt, raw_sha256, raw_sealed FROM exchange_call WHERE lookup_id = ANY(%s) ORDER BY id
"""
BLOCKS: Final = """
SELECT lookup_id, id, agency, part, outcome, reason, error_code, sealed, replaced_at IS NULL, jsonb_array_length(dropped)
FROM exchange_block WHERE lookup_id = ANY(%s) ORDER BY id
"""
UNLOGGED: Final = """
SELECT l.id FROM exchange_lookup l WHERE NOT EXISTS (
  SELECT 1 FROM city_auditentry e WHERE e.what = 'exchange.lookup' AND e.what_id = l.id::text AND e.did = ANY(%s)) ORDER BY l.id
"""


@dataclass(slots=True)
class Told:
    """What the log says of one lookup. ``position`` is the row that says it was asked."""

    position: int = 0
    actor: str = ""
    ids: dict[str, Any] = field(default_factory=dict[str, Any])
    manual: bool = False
    outcomes: dict[str, str] = field(default_factory=dict[str, str])
    hashes: dict[str, str] = field(default_factory=dict[str, str])
    digest: str = ""
    """Of all that lay stored when the lookup last came to something."""
    not_kept: set[str] = field(default_factory=set[str])
    """Correlation ids of answers whose bytes were never kept: the law gave a part of them, or they were about someone else or to another question."""
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    """Agency → how many kinds of data came beyond what the law gives."""
    removed: set[int] = field(default_factory=set[int])
    """Calls whose raw answers were removed before the case, as the municipality has set."""
    withheld: tuple[str, str] = ("", NOT_WITHHELD)
    """Until which day the person is not told, and the hash of the decision that says so."""

    def hear(self, position: int, actor: str, did: str, ids: dict[str, Any]) -> None:
        """One row, in the order they were written: what came later about an agency holds."""
        self.digest = ids.get("digest", self.digest)
        if did in ASKED:
            self.position, self.actor, self.ids, self.manual = position, actor, ids, did == "noted an answer"
        elif did in ANSWERED:
            self.outcomes |= ids.get("outcomes", {})
            self.hashes |= ids.get("sha256", {})
            self.not_kept |= set(ids.get("not_kept", {}))
            self.dropped |= dict.fromkeys(ids.get("outcomes", {}), 0) | ids.get("dropped", {})
        elif did == WITHHELD:
            self.withheld = ids["until"], ids["decision"]
        elif did == REMOVED:
            self.removed |= set(ids["calls"])


def check() -> Iterator[str]:
    """A sentence for each fault, naming the lookup. Streams: memory does not grow with the log."""
    with connection.cursor() as cursor:
        cursor.execute(DESTROYED)
        destroyed = {case for (case,) in cursor.fetchall()}
        cursor.execute(sealing_keys.SAMPLE)
        opens = not sealing_keys.fit(cursor.fetchall()).another
    if not opens:
        yield OTHER_KEY
    with connection.chunked_cursor() as stream:
        stream.execute(TOLD, [[*ASKED, *ANSWERED, REMOVED, WITHHELD]])
        told = ((pk, _heard(group)) for pk, group in itertools.groupby(_each(stream), key=itemgetter(0)))
        while batch := dict(itertools.islice(told, AT_ONCE)):
            yield from _compare(batch, destroyed, opens=opens)
    with connection.cursor() as cursor:
        cursor.execute(UNLOGGED, [list(ASKED)])
        for (pk,) in cursor.fetchall():
            yield f"Uppslag {pk} saknar rad i granskningsloggen."


def _each(stream: Any) -> Iterator[tuple[int, int, str, str, str]]:
    while rows := stream.fetchmany(AT_ONCE):
        yield from rows


def _heard(rows: Iterable[tuple[int, int, str, str, str]]) -> Told:
    told = Told()
    for _pk, position, actor, did, ids in rows:
        told.hear(position, actor, did, json.loads(ids))
    return told


def _compare(batch: dict[int, Told], destroyed: set[int], *, opens: bool) -> Iterator[str]:
    """Without the key (not ``opens``) what needs none is checked all the same."""
    keys = list(batch)
    with connection.cursor() as cursor:
        cursor.execute(LOOKUPS, [keys])
        lookups = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(CALLS, [keys])
        calls = _by_lookup(cursor.fetchall())
        cursor.execute(BLOCKS, [keys])
        blocks = _by_lookup(cursor.fetchall())
    forged = _forged(keys) if opens else set[int]()
    for pk, told in batch.items():
        if not told.position:
            continue  # the check for lookups without a row names it
        if pk not in lookups:
            if told.ids.get("case") not in destroyed:
                yield f"Uppslag {pk} står i granskningsloggen (rad {told.position}) men är borttaget."
            continue
        uuid, case, person, finished, actor, until, decision = lookups[pk]
        if (case, person, actor) != (told.ids.get("case"), told.ids.get("person"), told.actor):
            yield f"Uppslag {pk} gäller inte det ärende, den person eller den frågare som rad {told.position} säger."
        if told.digest and stored.of(pk) != told.digest:
            yield f"Något i uppslag {pk} är ändrat, borttaget eller tillagt: det som ligger sparat är inte det som loggades."
        if (until, hashlib.sha256(decision.encode()).hexdigest()) != told.withheld:
            yield f"Till vilken dag personen inte får veta av uppslag {pk}, eller beslutet om det, är inte det som loggades."
        if pk in forged:
            yield f"Tillståndet för uppslag {pk} är ändrat eller inte utfärdat av Stadig."
        yield from _check_calls(pk, told, calls[pk], opens=opens)
        yield from _check_outcomes(pk, told, blocks[pk], finished=finished)
        for block, agency, part, _outcome, _reason, _code, sealed, *_rest in blocks[pk]:
            if opens and sealed is not None and _opened(sealed, f"block:{uuid}:{agency}:{part}") is None:
                yield f"Block {block} ({agency}) i uppslag {pk} går inte att öppna: det är utbytt, eller nyckeln är en annan."


def _forged(keys: list[int]) -> set[int]:
    """Lookups whose permit does not bear its own keyed hash."""
    permits = Permit.objects.filter(lookup__in=keys).annotate(of=F("lookup"))
    return {one.of for one in permits if not hmac.compare_digest(one.mac, mac_of(one))}  # pyright: ignore[reportAttributeAccessIssue]


def _by_lookup(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for lookup, *rest in rows:
        found[lookup].append(tuple(rest))
    return found


def _check_calls(pk: int, told: Told, calls: list[tuple[Any, ...]], *, opens: bool) -> Iterator[str]:
    """Each request that was logged is there, each that is there was logged, and each answer is the one that came.

    That an answer's bytes are not there is right only where the log says that they were not kept, or were removed; and then they are not there.
    """
    logged = set(told.ids.get("correlation", []))
    there = {correlation for _id, correlation, *_rest in calls}
    for correlation in sorted(logged - there):
        yield f"Ett anrop ({correlation}) i uppslag {pk} står i granskningsloggen (rad {told.position}) men är borttaget."
    for call, correlation, attempt, _digest, _sealed in calls:
        if attempt == 1 and correlation not in logged:
            yield f"Anrop {call} i uppslag {pk} lämnade huset utan rad i granskningsloggen."
    for correlation, digest in told.hashes.items():
        of_it = [one for one in calls if one[1] == correlation]
        gone = correlation in told.not_kept
        if of_it and not any(_is_answer(one, digest, gone=gone or one[0] in told.removed, opens=opens) for one in of_it):
            yield f"Svaret i anrop {of_it[-1][0]} i uppslag {pk} är inte det som kom: det är ändrat, utbytt eller borttaget."


def _is_answer(call: tuple[Any, ...], digest: str, *, gone: bool, opens: bool) -> bool:
    _id, correlation, _attempt, noted, sealed = call
    if noted != digest:
        return False
    if gone or sealed is None:
        return gone and sealed is None
    if not opens:
        return True
    raw = _opened(sealed, f"call:{correlation}")
    return raw is not None and hashlib.sha256(raw).hexdigest() == digest


def _check_outcomes(pk: int, told: Told, blocks: list[tuple[Any, ...]], *, finished: bool) -> Iterator[str]:
    """Each agency led to what was logged. A lookup that is under way has not been logged as answered yet."""
    now: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    dropped: dict[str, int] = defaultdict(int)
    for _id, agency, _part, outcome, reason, code, _sealed, current, beyond in blocks:
        if current:
            now[agency].append((outcome, reason, code))
            dropped[agency] += beyond
    for agency, number in told.dropped.items():
        if dropped[agency] != number:
            yield f"Vad {agency} lämnade utöver lagen i uppslag {pk} är ändrat: granskningsloggen säger {number} slag av uppgifter."
    expected = dict(told.outcomes)
    if told.manual:
        expected |= dict.fromkeys(told.ids.get("agencies", []), Outcome.MANUAL.value)
    for agency, outcome in expected.items():
        if agency not in now:
            yield f"Det som {agency} svarade i uppslag {pk} är borttaget."
        elif _whole(one[0] for one in now[agency]) != outcome:
            yield f"Utfallet för {agency} i uppslag {pk} är ändrat: granskningsloggen säger {outcome}."
    not_asked: dict[str, str] = told.ids.get("not_asked", {})
    for agency, why in not_asked.items():
        if agency not in expected and not any(why in one for one in now.get(agency, [])):
            yield f"Varför {agency} inte frågades i uppslag {pk} är ändrat eller borttaget: granskningsloggen säger {why}."
    if finished:
        for agency in sorted(now.keys() - expected.keys() - not_asked.keys()):
            yield f"Det som {agency} sägs ha svarat i uppslag {pk} saknar rad i granskningsloggen."


def _whole(outcomes: Iterable[str]) -> str:
    """The outcome of an agency from those of its parts; a word that is no outcome was written there by someone."""
    try:
        return together(Outcome(one) for one in outcomes).value
    except ValueError:
        return ""


def _opened(sealed: Any, place: str) -> bytes | None:
    try:
        return unseal(sealed, place)
    except (KeyChanged, ValueError):  # too short to have been sealed at all
        return None
