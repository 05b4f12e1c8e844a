"""The ground's own search sources: services by their names and synonyms, notices that hold now."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.city import services as register
from stadig.city.search import Hit

CLOSE = 0.45
"""Trigram word similarity from which a misspelt word still finds a service."""

_SERVICES = """
    SELECT slug, title, description, page, words, GREATEST(
        CASE WHEN position(q IN lower(unaccent(title))) > 0 THEN 1.0
             WHEN position(q IN unaccent(search_text)) > 0 THEN 0.9 ELSE 0 END,
        word_similarity(q, unaccent(search_text)) * 0.8) AS weight
    FROM city_service, (SELECT lower(unaccent(%s)) AS q) AS asked
    WHERE declared AND audience = 'residents' AND status IN ('pilot', 'running')
      AND (position(q IN unaccent(search_text)) > 0 OR word_similarity(q, unaccent(search_text)) >= %s)
    ORDER BY weight DESC, sort_key LIMIT 20
"""
_NOTICES = """
    SELECT id, title, text, CASE WHEN position(q IN lower(unaccent(title))) > 0 THEN 0.7 ELSE 0.5 END
    FROM city_notice, (SELECT lower(unaccent(%s)) AS q) AS asked
    WHERE published_at <= %s AND (until IS NULL OR until > %s) AND position(q IN lower(unaccent(title || ' ' || text))) > 0
    ORDER BY published_at DESC LIMIT 20
"""


def services(query: str, user: Any) -> list[Hit]:
    """Services whose name, words or synonyms hold the query, or nearly."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, [query, CLOSE])
        rows = cursor.fetchall()
    hits: list[Hit] = []
    for slug, title, description, page, words, weight in rows:
        known = register.declared(slug)
        name, text = (known.title, known.description) if known else register.in_words(json.loads(words), title, description)
        url = page or reverse("city:service", args=[slug])
        hits.append(Hit(str(name), str(text), url, _("Tjänst"), float(weight)))
    return hits


def notices(query: str, user: Any) -> list[Hit]:
    """Notices that hold now."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, [query, now, now])
        rows = cursor.fetchall()
    page = reverse("city:notices")
    return [Hit(title, text[:160], f"{page}#n{pk}", _("Nyhet"), float(weight)) for pk, title, text, weight in rows]
