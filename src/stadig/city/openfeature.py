"""A provider for OpenFeature in Python: a program asks OpenFeature, and our roll-outs answer.

>>> from openfeature import api
>>> from stadig.city.openfeature import StadigProvider
>>> api.set_provider_and_wait(StadigProvider())
>>> api.get_client().get_boolean_value("waste", False, EvaluationContext("waste.bin:12", {"district": "hamnen"}))

Programs that do not run beside our database ask over the network instead (:mod:`stadig.city.views.ofrep`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import (
    FlagNotFoundError,
    GeneralError,
    InvalidContextError,
    OpenFeatureError,
    ParseError,
    ProviderNotReadyError,
    TargetingKeyMissingError,
    TypeMismatchError,
)
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
from openfeature.provider import AbstractProvider, Metadata

from stadig.city import switches
from stadig.city.flags import TARGETING_KEY, Answer, Code, Flag, FlagFault, Kind, Reason, evaluate

ERRORS: dict[Code, Callable[[str], OpenFeatureError]] = {
    Code.FLAG_NOT_FOUND: FlagNotFoundError,
    Code.TYPE_MISMATCH: TypeMismatchError,
    Code.PARSE_ERROR: ParseError,
    Code.TARGETING_KEY_MISSING: TargetingKeyMissingError,
    Code.INVALID_CONTEXT: InvalidContextError,
    Code.PROVIDER_NOT_READY: ProviderNotReadyError,
    Code.GENERAL: GeneralError,
}
MOST_KEPT = 10_000
Objects = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class StadigProvider(AbstractProvider):
    """Answers with the city's roll-outs, or with the flags of another source.

    ``kept_s`` lets an answer be given again for that many seconds, with the reason CACHED; a stop is then heeded that much later.
    ``ready`` is called when the provider is registered, and raises when it cannot be used.
    """

    def __init__(
        self,
        source: Callable[[str], Flag | None] = switches.flag,
        *,
        kept_s: float = 0.0,
        ready: Callable[[], object] = switches.keys,
    ) -> None:
        super().__init__()
        self._source = source
        self._ready = ready
        self._kept_s = kept_s
        self._kept: dict[str, tuple[float, Answer]] = {}

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        try:
            self._ready()
        except DatabaseError as fault:
            raise ProviderNotReadyError("The database does not answer.") from fault

    def shutdown(self) -> None:
        self._kept.clear()

    def get_metadata(self) -> Metadata:
        return Metadata(name="Stadig")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        return self._resolve(Kind.BOOLEAN, flag_key, default_value, evaluation_context)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        return self._resolve(Kind.STRING, flag_key, default_value, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        return self._resolve(Kind.INTEGER, flag_key, default_value, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        return self._resolve(Kind.FLOAT, flag_key, default_value, evaluation_context)

    def resolve_object_details(
        self, flag_key: str, default_value: Objects, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Objects]:
        return self._resolve(Kind.OBJECT, flag_key, default_value, evaluation_context)

    async def resolve_boolean_details_async(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        return await self._beside(Kind.BOOLEAN, flag_key, default_value, evaluation_context)

    async def resolve_string_details_async(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        return await self._beside(Kind.STRING, flag_key, default_value, evaluation_context)

    async def resolve_integer_details_async(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        return await self._beside(Kind.INTEGER, flag_key, default_value, evaluation_context)

    async def resolve_float_details_async(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        return await self._beside(Kind.FLOAT, flag_key, default_value, evaluation_context)

    async def resolve_object_details_async(
        self, flag_key: str, default_value: Objects, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Objects]:
        return await self._beside(Kind.OBJECT, flag_key, default_value, evaluation_context)

    async def _beside(self, kind: Kind, key: str, fallback: Any, given: EvaluationContext | None) -> FlagResolutionDetails[Any]:
        """The same in a thread: the database is asked without holding up the loop."""
        return await sync_to_async(self._resolve)(kind, key, fallback, given)

    def _resolve(self, kind: Kind, key: str, fallback: Any, given: EvaluationContext | None) -> FlagResolutionDetails[Any]:
        context = dict(given.attributes) if given else {}
        if given and given.targeting_key:
            context[TARGETING_KEY] = given.targeting_key
        try:
            answer = self._answer(kind, key, fallback, context)
        except FlagFault as fault:
            raise ERRORS[fault.code](str(fault)) from fault
        except DatabaseError as fault:
            raise ProviderNotReadyError("The database does not answer.") from fault
        return FlagResolutionDetails(
            value=answer.value, reason=answer.reason, variant=answer.variant, flag_metadata=answer.metadata
        )

    def _answer(self, kind: Kind, key: str, fallback: Any, context: dict[str, Any]) -> Answer:
        if not self._kept_s:
            return evaluate(self._source(key), key, context, kind=kind, fallback=fallback)
        name = json.dumps([key, kind, context], sort_keys=True, default=str)
        now = time.monotonic()
        held = self._kept.get(name)
        if held and now - held[0] < self._kept_s:
            return held[1]._replace(reason=Reason.CACHED)
        answer = evaluate(self._source(key), key, context, kind=kind, fallback=fallback)
        if answer.variant is not None:  # the caller's own value is not ours to keep
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[name] = (now, answer)
        return answer
