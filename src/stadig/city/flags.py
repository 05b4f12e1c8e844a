"""Flags as OpenFeature knows them: variants, a rule, a reason, and errors with a code. Plain data; knows nothing of roll-outs.

Source: the OpenFeature specification, sections 1.4 (evaluation), 2.2 (resolution) and appendix A (types of values); the codes are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

Metadata = Mapping[str, bool | int | float | str]
TARGETING_KEY: Final = "targetingKey"
Context = Mapping[str, Any]
"""What is said of the one that is asked about; the key under ``targetingKey``."""


class Kind(StrEnum):
    """What a caller wants to have."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    OBJECT = "object"


class Reason(StrEnum):
    """Why a value is what it is."""

    STATIC = "STATIC"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    DEFAULT = "DEFAULT"
    DISABLED = "DISABLED"
    CACHED = "CACHED"
    ERROR = "ERROR"


class Code(StrEnum):
    """What went wrong."""

    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    PARSE_ERROR = "PARSE_ERROR"
    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    INVALID_CONTEXT = "INVALID_CONTEXT"
    PROVIDER_NOT_READY = "PROVIDER_NOT_READY"
    GENERAL = "GENERAL"


class FlagFault(Exception):
    """A flag could not be answered. The message names the flag or the key, never what stood in a context."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class Pick(NamedTuple):
    """What a rule chose."""

    variant: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag. A rule that returns None did not match: then the default variant holds, or the caller's own value without one."""

    key: str
    variants: Mapping[str, Any]
    default: str | None = None
    rule: Callable[[Context], Pick | None] | None = None
    disabled: bool = False
    metadata: Metadata = field(default_factory=dict[str, bool | int | float | str])


class Answer(NamedTuple):
    """A value with its reason. ``variant`` is None when it is the caller's own."""

    value: Any
    variant: str | None
    reason: Reason
    metadata: Metadata


NO_VALUE: Final = object()
"""No fallback: the interface over the network leaves it to the caller."""


def evaluate(flag: Flag | None, key: str, context: Context, *, kind: Kind | None = None, fallback: Any = NO_VALUE) -> Answer:
    """The flag's value in a context.

    ``kind`` None takes a value of any kind.

    Raises
    ------
    FlagFault
        There is no such flag, its value is of another kind, or the rule could not be followed.
    """
    if flag is None:
        raise FlagFault(Code.FLAG_NOT_FOUND, f"There is no flag named {key}.")
    if flag.disabled:
        return Answer(fallback, None, Reason.DISABLED, flag.metadata)
    picked = flag.rule(context) if flag.rule else None
    if picked is None:
        if flag.default is None:
            return Answer(fallback, None, Reason.DEFAULT, flag.metadata)
        picked = Pick(flag.default, Reason.DEFAULT if flag.rule else Reason.STATIC)
    if picked.variant not in flag.variants:
        raise FlagFault(Code.PARSE_ERROR, f"The rule of {flag.key} names a variant that it does not have.")
    value = flag.variants[picked.variant]
    if kind is not None:
        if not fits(kind, value):
            raise FlagFault(Code.TYPE_MISMATCH, f"The value of {flag.key} is not of the kind {kind}.")
        value = float(value) if kind is Kind.FLOAT else value
    return Answer(value, picked.variant, picked.reason, flag.metadata)


def fits(kind: Kind, value: object) -> bool:
    """Whether a value is of a kind. True is no number, and a whole number may stand where a float is wanted."""
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if kind is Kind.STRING:
        return isinstance(value, str)
    if kind is Kind.OBJECT:
        return isinstance(value, dict | list)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole if kind is Kind.INTEGER else whole or isinstance(value, float)
