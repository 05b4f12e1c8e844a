"""``@verb``: one transaction, safe to send twice, its audit links made last.

>>> @verb
... def empty_bin(by, stop_id, *, at, request_id=None): ...
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from stadig.city import audit

P = ParamSpec("P")
R = TypeVar("R")
_inside = threading.local()


class RequestTaken(Exception):
    """The request id was used by someone else. Send the request with a new one."""


class ResultGone(Exception):
    """The first result of this request has been removed since."""


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one transaction.

    Called with ``request_id=UUID`` a second time, it returns its first result without doing anything; a call
    that arrives while the first is under way waits for it. A verb that raised may be sent again. The result
    must be a model instance, something JSON can hold, or None.

    Raises
    ------
    RequestTaken
        The request id belongs to another user.
    """
    name = f"{function.__module__.removeprefix('stadig.')}.{function.__qualname__}"
    takes_request_id = "request_id" in inspect.signature(function).parameters

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        request_id = kwargs.get("request_id") if takes_request_id else kwargs.pop("request_id", None)
        by = args[0] if args else kwargs.get("by")
        outermost = not getattr(_inside, "verb", False)
        with transaction.atomic():
            pending = audit.begin() if outermost else None
            _inside.verb = True
            rows = audit.length()
            try:
                result = _once(name, request_id, by, lambda: function(*args, **kwargs))
                if pending is not None:
                    audit.link(pending)
                return result
            except BaseException:
                audit.take_back(rows)
                raise
            finally:
                if outermost:
                    _inside.verb = False
                    audit.end()

    return run


def _once(name: str, request_id: object, by: object, do: Callable[[], R]) -> R:
    if request_id is None:
        return do()
    key = request_id if isinstance(request_id, UUID) else UUID(str(request_id))
    by_id = getattr(by, "pk", None)
    with connection.cursor() as cursor:
        cursor.execute(  # waits here while the first call is under way
            "INSERT INTO city_requestresult (verb, request_id, by_id, at) VALUES (%s, %s, %s, now()) "
            "ON CONFLICT (verb, request_id) DO NOTHING RETURNING id",
            [name, key, by_id],
        )
        mine = cursor.fetchone()
    from stadig.city.models import RequestResult

    if mine is None:
        first = RequestResult.objects.get(verb=name, request_id=key)
        if first.by_id != by_id:
            raise RequestTaken(name)
        return _unpack(first.result)  # pyright: ignore[reportArgumentType]
    result = do()
    RequestResult.objects.filter(pk=mine[0]).update(result=_pack(result))
    return result


def _pack(result: object) -> dict[str, Any]:
    if isinstance(result, models.Model):
        return {"model": result._meta.label_lower, "pk": str(result.pk)}
    return {"value": result}


def _unpack(packed: dict[str, Any]) -> Any:
    if "model" not in packed:
        return packed["value"]
    found = apps.get_model(packed["model"])._meta.base_manager.filter(pk=packed["pk"]).first()
    if found is None:
        raise ResultGone(packed["model"])
    return found
