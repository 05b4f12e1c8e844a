"""What it was like before, as someone has it: pasted lines or a file of figures, to one row for each period and one column for each unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from stadig.city.tables import TableFault
from stadig.pilots.statistics import reading
from stadig.pilots.statistics.terms import Series


class BadBaseline(ValueError):
    """The figures cannot be used. The message names what is wrong and the way out."""


class Baseline(NamedTuple):
    """Figures before the start: (periods, units), NaN where there is none."""

    names: tuple[str, ...]
    figures: NDArray[np.float64]


def of_lines(text: str) -> Baseline:
    """``name; 12,5; 13; 11`` on each line, as many figures on each. Raises BadBaseline."""
    names: list[str] = []
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [one.strip() for one in line.replace("\t", ";").split(";")]
        if not any(cells):
            continue
        try:
            figures = [float(one.replace("\u00a0", "").replace(" ", "").replace(",", ".")) for one in cells[1:] if one]
        except ValueError:
            raise BadBaseline(
                _("Rad %(number)d: skriv tal efter beteckningen, åtskilda av semikolon.") % {"number": number}
            ) from None
        if not figures or not np.isfinite(figures).all():
            raise BadBaseline(_("Rad %(number)d: det saknas tal efter ”%(name)s”.") % {"number": number, "name": cells[0][:40]})
        names.append(cells[0][:80])
        rows.append(figures)
    return _checked(names, rows)


def _checked(names: list[str], rows: list[list[float]]) -> Baseline:
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise BadBaseline(_("”%(name)s” står på två rader. Skriv varje en gång.") % {"name": twice})
    if len({len(one) for one in rows}) > 1:
        raise BadBaseline(_("Skriv lika många tal på varje rad."))
    if len(names) < 2:
        raise BadBaseline(_("Skriv minst två rader, annars finns inget att jämföra."))
    return Baseline(tuple(names), np.array(rows, dtype=np.float64).T)


def of_file(data: bytes, name: str) -> Baseline:
    """A file of figures, to the mean of each unit and month. Raises BadBaseline."""
    try:
        found = reading.read_bytes(data, name)
    except TableFault as fault:
        raise BadBaseline(str(fault)) from fault
    if not found.outcomes:
        raise BadBaseline(_("Filen har inga rader som går att läsa. Kontrollera att den har kolumnerna enhet, dag och värde."))
    if len(found.outcomes) > 1:
        raise BadBaseline(
            _("Filen har flera mått: %(which)s. Spara ett i taget.") % {"which": ", ".join(sorted(found.outcomes)[:5])}
        )
    return _by_month(next(iter(found.outcomes.values())))


def _by_month(series: Series) -> Baseline:
    names, unit = np.unique(series.unit, return_inverse=True)
    months, month = np.unique(series.day.astype("datetime64[M]"), return_inverse=True)
    if len(names) < 2:
        raise BadBaseline(_("Filen har bara en enhet. Det finns inget att jämföra med."))
    total, weight = np.zeros((len(months), len(names))), np.zeros((len(months), len(names)))
    known = np.isfinite(series.value)
    np.add.at(total, (month[known], unit[known]), (series.value * series.weight)[known])
    np.add.at(weight, (month[known], unit[known]), series.weight[known])
    return Baseline(tuple(names.tolist()), np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan))
