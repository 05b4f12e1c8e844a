"""The base map's layers for maps in a browser."""

from __future__ import annotations

import gzip

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from stadig.city.permissions import public
from stadig.geo import layers


@public
@require_safe
def base(request: HttpRequest) -> HttpResponse:
    """What the base map consists of: layers in drawing order, background, bounds and sources."""
    answer = JsonResponse(
        {
            "background": "sea" if layers.has_land() else "land",
            "bounds": layers.bounds(),
            "sources": layers.sources(),
            "layers": [{"name": name, "url": reverse("geo:layer", args=[name])} for name in layers.names()],
        }
    )
    answer["Cache-Control"] = "public, max-age=60"
    return answer


@public
@require_safe
def layer(request: HttpRequest, name: str) -> HttpResponse:
    """One layer as GeoJSON, compressed, answered 304 to a browser that has it."""
    try:
        found = layers.layer(name)
    except KeyError:
        raise Http404 from None
    tag = f'"{found.etag}"'
    if tag in request.headers.get("If-None-Match", ""):
        answer = HttpResponse(status=304)
    else:
        body = bytes(found.body)
        plain = "gzip" not in request.headers.get("Accept-Encoding", "")
        answer = HttpResponse(gzip.decompress(body) if plain else body, content_type="application/geo+json")
        if not plain:
            answer["Content-Encoding"] = "gzip"
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=60, stale-while-revalidate=86400"
    patch_vary_headers(answer, ("Accept-Encoding",))
    return answer
