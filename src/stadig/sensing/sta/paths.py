"""Resource paths: ``Things(1)/Datastreams(2)/Observations/$ref`` (18-088, section 9.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from stadig.sensing.sta.errors import NotFound
from stadig.sensing.sta.schema import BY_PLURAL, ENTITIES, Entity, Navigation

MAX_STEPS = 12
_STEP = re.compile(r"(\$?[A-Za-z]+)(?:\(([^()]*)\))?")
_OBSERVATION = re.compile(r"'?(\d{1,10}):(-?\d{1,18})(?::(\d{1,5}))?'?")

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999 in microseconds since 1970."""

Id = int | tuple[int, int, int]
"""A whole number, or (datastream, microseconds since 1970, sequence number) of an observation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a path. ``way`` is how it was reached from the step before; none for the first."""

    entity: Entity
    way: Navigation | None
    id: Id | None

    @property
    def many(self) -> bool:
        return self.id is None and (self.way is None or self.way.many)


@dataclass(frozen=True, slots=True)
class Address:
    """A whole path. ``ending``: nothing, ``$ref``, ``$value``; ``inside`` is a property and the parts beneath it, if any."""

    steps: tuple[Step, ...]
    inside: tuple[str, ...] = ()
    ending: str = ""

    @property
    def last(self) -> Step:
        return self.steps[-1]


@lru_cache(maxsize=4096)
def resolve(path: str) -> Address:
    """The address that a decoded path beneath ``/v1.1/`` names.

    Raises
    ------
    NotFound
        No such entity set, navigation or property.
    """
    parts = [part for part in path.split("/") if part]
    if not 0 < len(parts) <= MAX_STEPS:
        raise NotFound("Nothing lies at this address.")
    steps: list[Step] = []
    while parts:
        match = _STEP.fullmatch(parts[0])
        name, key = (match.group(1), match.group(2)) if match else ("", None)
        if not steps:
            entity, way = BY_PLURAL.get(name), None
        elif steps[-1].many or not (way := steps[-1].entity.navigation.get(name)):
            break
        else:
            entity = ENTITIES[way.target]
        if entity is None or (key is not None and way is not None and not way.many):
            raise NotFound(f"There is no '{parts[0][:80]}'.")
        steps.append(Step(entity, way, None if key is None else identify(entity, key)))
        parts.pop(0)
    return _ended(tuple(steps), parts)


def _ended(steps: tuple[Step, ...], rest: list[str]) -> Address:
    last = steps[-1]
    if not rest:
        return Address(steps)
    if rest == ["$ref"]:
        return Address(steps, ending="$ref")
    if rest == ["$count"] and last.many:
        return Address(steps, ending="$count")
    if last.many or (rest[0] not in last.entity.properties and rest[0] != "id"):
        raise NotFound(f"{last.entity.name} has no '{rest[0][:80]}' here.")
    ending = ""
    if rest[-1] == "$value":
        ending = rest.pop()
    return Address(steps, tuple(rest), ending)


def identify(entity: Entity, text: str) -> Id:
    """The id that stands between the parentheses.

    Raises
    ------
    NotFound
        No entity can have that id.
    """
    if entity.name == "Observation":
        match = _OBSERVATION.fullmatch(text)
        if match:
            datastream, time, seq = int(match.group(1)), int(match.group(2)), int(match.group(3) or 0)
            if datastream < 2**31 and FIRST <= time <= LAST and seq < 2**15:
                return datastream, time, seq
    elif text.isascii() and text.isdigit() and len(text) < 11 and int(text) < 2**31:
        return int(text)
    raise NotFound(f"There is no {entity.name} with the id {text[:60]}.")


def written(entity: Entity, key: Id) -> str:
    """The step that names one entity: ``Things(1)``, ``Observations('4:1700000000000000')``."""
    return f"{entity.plural}('{observation_id(key)}')" if isinstance(key, tuple) else f"{entity.plural}({key})"


def observation_id(key: tuple[int, int, int]) -> str:
    """The ``@iot.id`` of an observation."""
    datastream, time, seq = key
    return f"{datastream}:{time}:{seq}" if seq else f"{datastream}:{time}"
