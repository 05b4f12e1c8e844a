"""E-services and cases: rules, validation, pages, submission, search.

Each part is a function of a module of its own that returns figures; add it to ``PARTS``.
"""

from __future__ import annotations

from collections.abc import Callable

from stadig.config.bench import Figure, _cases_inbox, _eservices_engine, _eservices_step, _eservices_submit, bench

PARTS: list[Callable[[], list[Figure]]] = [
    _eservices_engine.rules,
    _eservices_engine.validation,
    _eservices_step.largest_step,
    _eservices_submit.submission,
    _eservices_submit.kills,
    _cases_inbox.handling,
]


@bench("eservices")
def eservices() -> list[Figure]:
    """Fill in, submit and handle e-services."""
    return [figure for part in PARTS for figure in part()]
