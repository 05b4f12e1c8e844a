"""How the agencies feel: how long they take and what share of their answers goes wrong in which way. Repeatable by its seed."""

from __future__ import annotations

import math
import random
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).with_name("profiles")
FAILING = ("http_503", "fault", "bt_error", "ssbt_error")
"""What ``failing`` draws from, each as often."""
SHARES = (
    "failing", *FAILING, "hang", "late", "closed", "invalid", "wrong_person", "wrong_charset", "truncated", "huge", "bomb",
    "unknown_code", "not_entitled", "no_match", "protected", "partial", "unavailable",
)  # fmt: skip


class BadProfile(Exception):
    """A profile or a dial cannot be read. The message names the field."""


@dataclass(frozen=True, slots=True)
class Dial:
    """One agency's (or one agency's in one contract). A share is from 0 to 1; they add up to at most 1."""

    median_s: float = 0.0
    sigma: float = 0.0
    fixed_s: float | None = None
    late_s: float = 20.0
    """After how long a late answer comes."""
    shares: tuple[tuple[str, float], ...] = ()

    def turned(self, said: dict[str, Any]) -> Dial:
        """With what is said changed. Raises BadProfile."""
        times = {one.name for one in fields(Dial)} - {"shares"}
        shares = dict(self.shares)
        changed: dict[str, Any] = {}
        for name, value in said.items():
            if not isinstance(value, int | float) or value < 0:
                raise BadProfile(f"{name}: a number of 0 or more is needed.")
            if name in times:
                changed[name] = float(value)
            elif name in SHARES:
                shares[name] = float(value)
            else:
                raise BadProfile(f"{name}: no such dial. Dials are {', '.join([*sorted(times), *SHARES])}.")
        if sum(shares.values()) > 1 + 1e-9:
            raise BadProfile("The shares add up to more than 1.")
        if "median_s" in changed and "fixed_s" not in changed:
            changed["fixed_s"] = None
        return replace(self, **changed, shares=tuple((name, share) for name, share in shares.items() if share))


@dataclass(frozen=True, slots=True)
class Draw:
    """What happens to one question to one agency."""

    latency_s: float
    mood: str = ""
    """Empty when all is well, otherwise one of SHARES (never ``failing`` itself)."""


@dataclass
class Board:
    """All dials, as the profile sets them and as they have been turned since."""

    name: str
    seed: int = 1
    stories: bool = False
    """Whether a person's story may say how an agency behaves about them."""
    composite_s: float = 4.0
    """How long the composite service waits for an agency when it asks several in one call."""
    every: Dial = field(default_factory=Dial)
    own: dict[str, Dial] = field(default_factory=dict[str, Dial])
    """``AF`` or ``FK@lefi-9`` → its dial."""
    counted: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    streams: dict[str, random.Random] = field(default_factory=dict[str, random.Random])

    def dial(self, agency: str, contract: str) -> Dial:
        """The dial that holds: the agency's in the contract, the agency's, or every agency's."""
        return self.own.get(f"{agency}@{contract}") or self.own.get(agency) or self.every

    def turn(self, said: dict[str, Any]) -> None:
        """Turn dials: ``{"AF": {"hang": 1}, "every": {"fixed_s": 0}}``. Raises BadProfile and changes nothing."""
        every, own = self.every, dict(self.own)
        for name, change in said.items():
            if not isinstance(change, dict):
                raise BadProfile(f"{name}: a table of dials is needed.")
            if name == "every":
                every = every.turned(change)
                own = {agency: dial.turned(change) for agency, dial in own.items()}
            else:
                own[name] = own.get(name, own.get(name.partition("@")[0], every)).turned(change)
        self.every, self.own = every, own

    def draw(self, agency: str, contract: str) -> Draw:
        """What happens to the next question. The same seed and order draw the same."""
        dial = self.dial(agency, contract)
        stream = self.streams.setdefault(f"{agency}@{contract}", random.Random(f"{self.seed} {agency} {contract}"))  # noqa: S311
        latency = math.exp(stream.gauss(math.log(dial.median_s), dial.sigma)) if dial.median_s else 0.0
        if dial.fixed_s is not None:
            latency = dial.fixed_s
        at = stream.random()
        for name, share in dial.shares:
            if at < share:
                mood = stream.choice(FAILING) if name == "failing" else name
                return Draw(dial.late_s if mood == "late" else latency, "" if mood == "late" else mood)
            at -= share
        return Draw(latency)

    def about(self, agency: str, person: str, moods: dict[str, float], draw: Draw) -> Draw:
        """The draw as a person's story changes it: silent the first times, or late."""
        if not self.stories or not moods:
            return draw
        count = self.counted[agency, person] = self.counted.get((agency, person), 0) + 1
        if count <= moods.get("hang_times", 0):
            return Draw(draw.latency_s, "hang")
        return Draw(moods["late_s"], draw.mood) if "late_s" in moods and count == 1 else draw


def load(name: str, *, seed: int | None = None) -> Board:
    """A profile by name (``calm``, ``town``, ``rough``, ``storm``), by its file, or ``silent:AF,SO``: calm, but for those who never answer.

    Raises BadProfile.
    """
    base, _, silent = name.partition(":")
    path = PROFILES / f"{'calm' if base == 'silent' else base}.toml"
    if not path.is_file():
        path = Path(name)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in PROFILES.glob("*.toml")))
        raise BadProfile(f"There is no profile {name}. Choose one of {known}, silent:AF,SO, or a file.")
    try:
        said = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as fault:
        raise BadProfile(f"{path.name}: {fault}") from None
    board = Board(
        base,
        seed=seed if seed is not None else said.pop("seed", 1),
        stories=said.pop("stories", False),
        composite_s=said.pop("composite_s", 4.0),
    )
    said.pop("seed", None)
    board.turn(said)
    if base == "silent":
        board.turn({agency.strip(): {"hang": 1} for agency in silent.split(",") if agency.strip()})
    return board
