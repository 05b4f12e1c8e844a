"""Every draw that a lot could have given, as a file that anyone can count."""

from __future__ import annotations

import csv
import io

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics.terms import Allocation


def written(allocation: Allocation) -> bytes:
    """CSV: the number of the draw, whether it is the one that was made, and 1 for each unit that got the service."""
    found = lots.admissible(allocation)
    made = found.number_of(lots.mask(allocation))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["draw", "made", *allocation.units])
    for number, row in enumerate(found.rows.astype(int).tolist()):
        writer.writerow([number, int(number == made), *row])
    return text.getvalue().encode("utf-8-sig")


def many(allocation: Allocation) -> tuple[int, bool]:
    """How many draws are listed, and whether they are all there are."""
    found = lots.admissible(allocation)
    return len(found.rows), found.listed
