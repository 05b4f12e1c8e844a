"""The riksnorm: its table of one period, and what a household's upkeep costs by it. Kronor a month, as ``Decimal``.

Socialtjänstförordningen (2025:468) 12 kap. 2 and 3 §§: the personal costs of each member and the common costs of the household. A table is
written with the version of the rules it follows; one whose version this program does not know is refused by its name, never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, cast

from stadig.assistance.dated import TableFault

RULES: Final = frozenset({"sfs-2025-468"})
"""The versions of the rules that this program computes by."""
COMMON_TO: Final = 7
"""The ordinance names the common costs of households of one to seven."""
OLDEST: Final = 20
LUNCH_TO: Final = 6
"""The last age for which a sum without lunch may stand in the table."""
MOST: Final = Decimal(100_000)
ORE: Final = Decimal("0.01")


class Living(StrEnum):
    """How the adult or adults live."""

    SINGLE = "single"
    COUPLE = "couple"
    """Spouses, registered partners or cohabitants: the table's *sambo*, one sum for both."""
    SHARED = "shared"
    """An adult who is no sambo, in a household shared with others (3 § second paragraph)."""


@dataclass(frozen=True, slots=True)
class Band:
    """Children and young people in school from one age to another, both included."""

    first: int
    last: int
    amount: Decimal
    without_lunch: Decimal | None = None
    """Where lunch five days a week is had elsewhere."""

    @property
    def ages(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Extra:
    """An item that a coming ordinance may add: an amount for the household, or for each of its adults, children or members."""

    name: str
    amount: Decimal
    per: str


PER: Final = ("household", "adult", "child", "member")


@dataclass(frozen=True, slots=True)
class Table:
    """The riksnorm's tables of one period."""

    bands: tuple[Band, ...]
    single: Decimal
    couple: Decimal
    common: tuple[Decimal, ...]
    """Of one to seven members, in that order."""
    extra: tuple[Extra, ...] = ()
    rules: str = "sfs-2025-468"

    def band(self, age: int) -> Band | None:
        """The band of an age in whole years; None for one who is older than the table's children."""
        return next((one for one in self.bands if one.first <= age <= one.last), None)

    def common_for(self, members: int) -> Decimal:
        """Common costs of a household of so many, exact. Above seven each adds the difference between seven and six (3 §)."""
        if members <= 0:
            return Decimal(0)
        if members <= COMMON_TO:
            return self.common[members - 1]
        return self.common[-1] + (members - COMMON_TO) * (self.common[-1] - self.common[-2])


@dataclass(frozen=True, slots=True)
class Child:
    """A child or young person at home, as the table sees one."""

    age: int
    lunch: bool = True
    """False: lunch five days a week is had elsewhere, at the preschool or school."""
    share: Decimal = Decimal(1)
    """How much of the month the child lives there: 1, or days through the days of a month."""


@dataclass(frozen=True, slots=True)
class Home:
    """The household that one calculation is about."""

    living: Living
    children: tuple[Child, ...] = ()
    shares_with: int = 0
    """Members of the shared household who are not part of the application; counts for ``SHARED`` alone."""

    @property
    def adults(self) -> int:
        return 2 if self.living == Living.COUPLE else 1


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the sum: ``kind`` is adult, child, common or extra. ``about`` tells which: an index, a number of members, a name."""

    kind: str
    about: str
    amount: Decimal


def ore(amount: Decimal) -> Decimal:
    """Rounded to öre, halves upwards."""
    return amount.quantize(ORE, ROUND_HALF_UP)


def lines(table: Table, home: Home, *, months: int = 1) -> tuple[Line, ...]:
    """The parts of a household's riksnorm for one or more whole months with the same table, each rounded to öre.

    Common costs of a child who lives there a part of the month are counted by the same part: the difference that one more member makes.
    In a shared household the members of the application bear their part of the common costs of all (3 § second paragraph, for an adult).
    Raises TableFault ``unknown_rules``, or ``too_old`` with the age of a child whom the table has no band for.
    """
    if table.rules not in RULES:
        raise TableFault("unknown_rules", value=table.rules)
    adult = table.couple if home.living == Living.COUPLE else table.single
    found = [Line("adult", home.living.value, ore(adult * months))]
    for index, child in enumerate(home.children):
        found.append(Line("child", str(index), ore(_personal(table, child) * months)))
    found.append(_common(table, home, months))
    found += [Line("extra", one.name, ore(one.amount * _times(one, home) * months)) for one in table.extra]
    return tuple(found)


def total(table: Table, home: Home, *, months: int = 1) -> Decimal:
    """The household's riksnorm in kronor."""
    return sum((one.amount for one in lines(table, home, months=months)), Decimal(0))


def _personal(table: Table, child: Child) -> Decimal:
    band = table.band(child.age)
    if band is None:
        raise TableFault("too_old", value=str(child.age))
    amount = band.amount if child.lunch or band.without_lunch is None else band.without_lunch
    return amount * child.share


def _common(table: Table, home: Home, months: int) -> Line:
    others = home.shares_with if home.living == Living.SHARED else 0
    whole = others + home.adults
    cost = table.common_for(whole)
    own = Decimal(home.adults)
    for child in sorted(home.children, key=lambda one: -one.share):
        cost += (table.common_for(whole + 1) - table.common_for(whole)) * child.share
        whole += 1
        own += child.share
    part = own / (own + others) if others else Decimal(1)
    return Line("common", str(whole), ore(cost * part * months))


def _times(extra: Extra, home: Home) -> Decimal:
    children = sum((one.share for one in home.children), Decimal(0))
    return {"household": Decimal(1), "adult": Decimal(home.adults), "child": children, "member": home.adults + children}[
        extra.per
    ]


def read(data: Mapping[str, Any]) -> Table:
    """A table from plain data, as it is stored and as a file holds it.

    ``child``: ages → amount, or [amount, amount without lunch]; ``adult``: single and couple; ``common``: 1–7 → amount;
    ``extra``: a list of {name, amount, per}; ``rules``: the version. Raises TableFault, which names the first fault.
    """
    rules = str(data.get("rules", ""))
    if not rules:
        raise TableFault("missing", "rules")
    if rules not in RULES:
        raise TableFault("unknown_rules", "rules", rules)
    if strange := sorted(set(data) - {"child", "adult", "common", "extra", "rules"}):
        raise TableFault("unknown_key", strange[0])
    adult = _section(data, "adult")
    single, couple = (_amount(adult.get(name), f"adult.{name}") for name in ("single", "couple"))
    if couple <= single:
        raise TableFault("couple_below_single", "adult.couple", str(couple))
    table = Table(_bands(_section(data, "child")), single, couple, _commons(_section(data, "common")), _extras(data), rules)
    _check_common(table.common)
    return table


def plain(table: Table) -> dict[str, Any]:
    """The table as plain data, which :func:`read` reads again."""
    child = {
        one.ages: [_number(one.amount), _number(one.without_lunch)] if one.without_lunch is not None else _number(one.amount)
        for one in table.bands
    }
    extra = [{"name": one.name, "amount": _number(one.amount), "per": one.per} for one in table.extra]
    return {
        "rules": table.rules,
        "child": child,
        "adult": {"single": _number(table.single), "couple": _number(table.couple)},
        "common": {str(n): _number(amount) for n, amount in enumerate(table.common, 1)},
        **({"extra": extra} if extra else {}),
    }


def rows(table: Table) -> Iterator[tuple[str, str, Decimal]]:
    """(kind, which, amount) of every amount of a table, in the order of the ordinance."""
    for band in table.bands:
        yield "child", band.ages, band.amount
        if band.without_lunch is not None:
            yield "lunch", band.ages, band.without_lunch
    yield "adult", "single", table.single
    yield "adult", "couple", table.couple
    for n, amount in enumerate(table.common, 1):
        yield "common", str(n), amount
    for one in table.extra:
        yield "extra", one.name, one.amount


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount beside the one of an earlier table. ``percent`` is None where there was none before."""

    kind: str
    which: str
    before: Decimal | None
    now: Decimal | None
    percent: Decimal | None
    odd: bool
    """It changes another way than most do: more than three percentage points from the middle one."""


def differences(before: Table, now: Table) -> tuple[Difference, ...]:
    """Every amount of two tables side by side, so that a typing error is seen."""
    old = {(kind, which): amount for kind, which, amount in rows(before)}
    new = {(kind, which): amount for kind, which, amount in rows(now)}
    changes = sorted((new[key] - old[key]) * 100 / old[key] for key in new if old.get(key))
    middle = changes[len(changes) // 2] if changes else Decimal(0)
    found: list[Difference] = []
    for key in [*new, *(key for key in old if key not in new)]:
        first, last = old.get(key), new.get(key)
        percent = (last - first) * 100 / first if first and last is not None else None
        odd = percent is None or abs(percent - middle) > 3
        found.append(
            Difference(*key, first, last, None if percent is None else percent.quantize(Decimal("0.1"), ROUND_HALF_UP), odd)
        )
    return tuple(found)


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Any = data.get(name)
    if not isinstance(found, Mapping) or not found:
        raise TableFault("missing", name)
    return {str(key).strip(): value for key, value in cast("Mapping[Any, Any]", found).items()}


def _bands(section: Mapping[str, Any]) -> tuple[Band, ...]:
    found: list[Band] = []
    for ages, value in section.items():
        first, last = _ages(ages)
        both = list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple) else [value]
        if len(both) not in (1, 2):
            raise TableFault("not_an_amount", f"child.{ages}", str(both))
        amount = _amount(both[0], f"child.{ages}")
        without = _amount(both[1], f"child.{ages}") if len(both) == 2 and both[1] is not None else None
        if without is not None and (without >= amount or last > LUNCH_TO):
            raise TableFault("lunch", f"child.{ages}", str(without))
        found.append(Band(first, last, amount, without))
    found.sort(key=lambda one: one.first)
    covered = [age for one in found for age in range(one.first, one.last + 1)]
    if double := sorted({age for age in covered if covered.count(age) > 1}):
        raise TableFault("age_twice", "child", str(double[0]))
    if gap := sorted(set(range(OLDEST + 1)) - set(covered)):
        raise TableFault("age_missing", "child", str(gap[0]))
    return tuple(found)


def _ages(text: str) -> tuple[int, int]:
    first, _dash, last = text.replace("–", "-").partition("-")
    if not first.strip().isdecimal() or (last and not last.strip().isdecimal()):
        raise TableFault("not_ages", "child", text)
    low, high = int(first), int(last or first)
    if low > high or high > OLDEST:
        raise TableFault("not_ages", "child", text)
    return low, high


def _commons(section: Mapping[str, Any]) -> tuple[Decimal, ...]:
    wanted = [str(n) for n in range(1, COMMON_TO + 1)]
    if gap := [n for n in wanted if n not in section]:
        raise TableFault("missing", f"common.{gap[0]}")
    if strange := sorted(set(section) - set(wanted)):
        raise TableFault("unknown_key", f"common.{strange[0]}")
    return tuple(_amount(section[n], f"common.{n}") for n in wanted)


def _check_common(common: tuple[Decimal, ...]) -> None:
    for n in range(1, COMMON_TO):
        if common[n] <= common[n - 1]:
            raise TableFault("common_falls", f"common.{n + 1}", str(common[n]))


def _extras(data: Mapping[str, Any]) -> tuple[Extra, ...]:
    listed: Any = data.get("extra", [])
    if not isinstance(listed, list):
        raise TableFault("not_a_list", "extra")
    found: list[Extra] = []
    for index, one in enumerate(cast("list[Any]", listed)):
        where = f"extra.{index + 1}"
        entry: Mapping[str, Any] = cast("Mapping[str, Any]", one) if isinstance(one, Mapping) else {}
        name, per = str(entry.get("name", "")).strip(), str(entry.get("per", ""))
        if not name or per not in PER:
            raise TableFault("extra", where, per or name)
        found.append(Extra(name, _amount(entry.get("amount"), where), per))
    return tuple(found)


def _amount(value: Any, where: str) -> Decimal:
    if value is None or value == "":
        raise TableFault("missing", where)
    text = str(value).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise TableFault("not_an_amount", where, str(value)) from None
    if not amount.is_finite() or isinstance(value, bool) or not 0 < amount <= MOST or amount != amount.to_integral_value():
        raise TableFault("not_an_amount", where, str(value))
    return amount.quantize(Decimal(1))


def _number(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount)
