"""Every code that a finding or a reason may have, and the names of the values that its sentence needs. A test holds the words to it."""

from __future__ import annotations

_FIGURES = ("value", "low", "high", "worthwhile")
_FAULTY = ("rows", "of", "column", "at", "written", "problem")

FINDINGS: dict[str, tuple[str, ...]] = {
    # reasons of a verdict
    "shown": _FIGURES,
    "cannot_be_worthwhile": _FIGURES,
    "harm": (*_FIGURES, "harm"),
    "limit_broken": ("value", "low", "high", "bound"),
    "limit_unknown": ("bound",),
    "no_estimate_yet": (),
    "not_shown_yet": _FIGURES,
    "smaller_than_worthwhile": _FIGURES,
    "before_after": (),
    "withheld": ("codes",),
    "at_end": ("at_end", "ends"),
    # the persons design
    "too_few_yet": ("pilot", "comparison", "needed", "exact"),
    "comparison_near_zero": (),
    # areas drawn by lot
    "allocation_missing": (),
    "not_drawn": ("units",),
    "draw_impossible": ("reason",),
    "not_admissible": ("units", "draws"),
    "draws_possible": ("draws", "used", "smallest_p", "sha256"),
    "areas_too_few": ("smallest_p", "draws", "alpha"),
    "seed_differs": ("seed",),
    "unit_unknown": ("units",),
    "unit_silent": ("units",),
    "areas_alike": ("value",),
    "no_baseline": (),
    "baseline_missing": ("units",),
    "began_later": ("units",),
    "zero_in_relative": (),
    "negative_in_relative": (),
    "cluster_t": ("value", "low", "high", "p", "df"),
    # comparison areas
    "placebos": ("placebos", "comparison", "smallest_p"),
    "comparison_too_few": ("comparison", "needed", "smallest_p", "alpha"),
    "baseline_short": ("months", "needed"),
    "pre_trend": ("per_month", "p"),
    # the data
    "no_series": (),
    "outside_period": ("rows", "first", "last"),
    "missing_values": ("rows",),
    "without_weight": ("rows",),
    "without_arm": ("rows", "units"),
    "exposed_twice": ("units", "share", "rows"),
    "sample_ratio": ("pilot", "comparison", "share", "p"),
    "missing_by_arm": ("pilot", "comparison", "p"),
    "missing_by_group": ("kind", "label", "share", "others"),
    "gaps": ("units", "rows", "share", "longest", "unit"),
    "unit_moved": ("kind", "units", "names"),
    "one_arm": ("arm",),
    "constant": ("value", "rows"),
    "ends_early": ("pilot", "comparison", "through"),
    "late": ("came", "gone", "changed", "of", "looked"),
    "changed_meter": ("unit", "factor", "day", "at_start"),
    "level_shift": ("unit", "factor", "day"),
    "spill_over": ("beside", "others", "areas", "p"),
    # a file of figures
    "not_numbers": _FAULTY,
    "not_dates": _FAULTY,
    "future_dates": _FAULTY,
    "early_dates": _FAULTY,
    "empty_cells": _FAULTY,
    "unreadable_rows": _FAULTY,
    "read_as": ("encoding",),
    "column_not_used": ("labels",),
    "mixed_units": ("units",),
    "duplicates_differ": ("times", "rows", "at"),
    "duplicates_same": ("times", "rows", "at"),
    "no_table": ("problem",),
    "no_such_outcome": ("wanted", "held"),
    "other_unit": ("given", "wanted"),
    "several_a_day": ("units", "names"),
    # where figures were read
    "derived": ("factor", "value", "unit", "year", "source"),
}
