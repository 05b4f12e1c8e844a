"""Every code that a finding or a reason may have, and the names of the values that its sentence needs. A test holds the words to it."""

from __future__ import annotations

_FIGURES = ("value", "low", "high", "worthwhile")

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
    # the data
    "no_series": (),
}
