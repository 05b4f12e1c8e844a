"""Which row of the calculation a benefit belongs to, by the agency's own code for it. Facts about codes; what is counted is the rows' matter.

A code that is not listed is never dropped: it becomes a row of its own under the agency's words, it counts, and it is warned of.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS

PAYERS: Final = (FK, PM, SKV, CSN, SO)
"""The agencies whose answers say what someone lives on. Without each of them the incomes are not known."""
OTHERS: Final = (AF, MIV, TNS)
"""Agencies that tell of other things: registered as a job-seeker, permits, vehicles."""
NAMING: Final = frozenset({FK, CSN})
"""Agencies whose words for a payment name the benefit; others name who pays."""
WAGES_PART: Final = "individuppgifter"
"""The part of Skatteverket's answer that holds what employers have reported."""
OFF_LIST: Final = "off_list"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the calculation. ``earned``: from employment, so that the job stimulus may hold. ``late``: reported the month after."""

    key: str
    earned: bool = False
    late: bool = False
    counted: bool = True
    declared: str = ""
    """What the application calls the same thing."""
    by_days: bool = False
    """Paid by days, so that a month with few or many of them is worth a look."""


ROWS: Final = {
    row.key: row
    for row in (
        Row("wage", earned=True, late=True, declared="salary"),
        Row("day_benefit", declared="sickness", by_days=True),
        Row("activity_support", declared="unemployment", by_days=True),
        Row("parental", declared="parental", by_days=True),
        Row("pm", declared="pension"),
        Row("pension_annuity", declared="pension"),
        Row("housing_allowance", declared="housing"),
        Row("housing_supplement", declared="housing"),
        Row("child_allowance", declared="child"),
        Row("maintenance", declared="child"),
        Row("study_support", declared="study"),
        Row("study_grant", declared="study"),
        Row("unemployment", declared="unemployment"),
        Row("electricity_support"),
        Row("tax_refund"),
        Row("capital"),
        Row("disability_allowance", counted=False),
        Row("housing_cost", counted=False),
    )
}
_FK: Final = {
    "ABB": "child_allowance",
    "AP": "pension_annuity",
    "AS": "activity_support",
    "BOB": "housing_allowance",
    "BTI": "housing_supplement",
    "DPE": "day_benefit",
    "ELSTOD": "electricity_support",
    "ET": "day_benefit",
    "FP": "parental",
    "FSJP": "day_benefit",
    "GP": "day_benefit",
    "HE": "disability_allowance",
    "MABB": "child_allowance",
    "MEK": "disability_allowance",
    "NP": "day_benefit",
    "OMV": "pension_annuity",
    "PROG": "activity_support",
    "RBE": "day_benefit",
    "SA": "pension_annuity",
    "SBP": "day_benefit",
    "SJP": "day_benefit",
    "TFP": "parental",
    "US": "maintenance",
    "VB": "pension_annuity",
    "YL": "pension_annuity",
    "BOSTADSKOSTNAD": "housing_cost",
}
"""LEFI's groups of benefits and the families that payments name."""
_CSN: Final = {
    "GRUND": "study_support",
    "STUDIEMEDEL": "study_support",
    "SSSTOD": "study_support",
    "STUDIESTARTSSTOD": "study_support",
    "OSS": "study_support",
    "OMSTALLNINGSSTUDIESTOD": "study_support",
    "SH": "study_grant",
    "SB": "study_grant",
    "STUDIEHJALP": "study_grant",
}
_SKV: Final = {"AGI": "wage", "LON": "wage", "KAPITAL": "capital", "SKATTEKONTO": "tax_refund"}
_ALL: Final = {FK: _FK, CSN: _CSN, SKV: _SKV}
_WHOLE: Final = {PM: "pm", SO: "unemployment"}
"""Agencies of which all payments are one row."""
_STATED_BY: Final = {row: agency for agency, rows in _ALL.items() for row in rows.values()} | {
    row: agency for agency, row in _WHOLE.items()
}
OF_KIND: Final = {
    "salary": SKV,
    "unemployment": SO,
    "sickness": FK,
    "parental": FK,
    "child": FK,
    "housing": FK,
    "study": CSN,
    "pension": PM,
}
"""The agency that would state what the application calls so."""
USUAL: Final = {FK: "", PM: "pm", SKV: "wage", CSN: "study_support", SO: "unemployment"}
"""The row that an agency's silence is shown as, where it has one; Försäkringskassan has many."""
PARTLY: Final = frozenset({SKV, CSN})
"""Agencies that may state more than their usual row: who settles that row has said nothing of the rest."""


def row_of(agency: str, code: str) -> Row:
    """The row of a benefit, by agency and its code, with or without the agency's prefix; ``OFF_LIST`` where it is not listed."""
    if agency in _WHOLE:
        return ROWS[_WHOLE[agency]]
    plain = _plain(code)
    found = _ALL.get(agency, {}).get(plain)
    return ROWS[found] if found else Row(f"{OFF_LIST}:{agency}:{plain}")


def agency_of(row: str) -> str:
    """The agency that states a row's benefit; empty for a row of none."""
    if off_list(row):
        return row.split(":")[1]
    return _STATED_BY.get(row, "")


def off_list(key: str) -> bool:
    """Whether a row's key is that of a benefit that is not listed."""
    return key.startswith(OFF_LIST)


def _plain(code: str) -> str:
    text = code.rpartition(":")[2].strip().upper()
    bare = unicodedata.normalize("NFKD", text)
    return "".join(one for one in bare if one.isalnum() and one.isascii())
