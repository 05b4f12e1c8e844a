"""What the engines of e-services take, beside what others take for the same: ratios in one run, CPU-seconds, best of several."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from stadig.config.bench import CannotMeasure, Figure, _formio, at_least, measured
from stadig.eservices import checking, flow, proving, reading
from stadig.eservices.rules import compile_rule

TODAY = date(2026, 11, 22)
ROUNDS = 7


def rules() -> list[Figure]:
    """All rules of a form with 559 components, on the same answers, here and in datalogic-py."""
    datalogic = _library("datalogic_py")
    made = _formio.form()
    answers = {**made.answers, "item": next((rows[0] for rows in made.answers.values() if isinstance(rows, list)), {})}
    ours = [compile_rule(rule).run for rule in made.rules]
    here = [bool(run(answers, TODAY)) for run in ours]
    there = [bool(datalogic.apply(rule, answers)) for rule in made.rules]
    if here != there:
        raise CannotMeasure("The two engines do not agree on the rules, so their speed says nothing. Run the tests of eservices.")
    own = best(lambda: [run(answers, TODAY) for run in ours])
    engine, data = datalogic.Engine(), datalogic.DataHandle(json.dumps(answers))
    compiled = [engine.compile(json.dumps(rule)) for rule in made.rules]
    naive = best(lambda: [datalogic.apply(rule, answers) for rule in made.rules])
    careful = best(lambda: [rule.evaluate_data(data) for rule in compiled])
    how = f"{len(ours)} rules of the {made.components} components, {len(made.left)} too much JavaScript; every answer given"
    package = reading.read(_formio.files(dict(_shipped("street-fault").files), made))
    whole = best(lambda: [flow.evaluate(package, made.answers, today=TODAY)])
    return [
        at_least(
            "rules beside datalogic-py",
            round(naive / own, 1),
            "times",
            5,
            how=f"{how}; datalogic_py.apply(rule, answers) per rule",
        ),
        measured("all rules once", round(own * 1e6), "µs", how=how),
        measured(
            "beside datalogic-py compiled",
            round(careful / own, 1),
            "times",
            how="its rules compiled, the answers parsed beforehand",
        ),
        measured(
            "what the whole form shows", round(whole * 1e3, 2), "ms", how="flow.evaluate: visible, required, computed, steps"
        ),
    ]


def validation() -> list[Figure]:
    """The answers of that form against its schema, here and with jsonschema."""
    other = _library("jsonschema")
    made = _formio.form()
    package = reading.read(_formio.files(dict(_shipped("street-fault").files), made))
    state = flow.evaluate(package, made.answers, today=TODAY)
    figures: list[Figure] = []
    shipped = _shipped("street-fault")
    right = next(one for one in shipped.scenarios if not one.errors)
    given = flow.evaluate(shipped, proving.with_files(shipped, right.answers), today=TODAY)
    for name, one, answers in (("the 559-component form", package, made.answers), ("street-fault", shipped, dict(given.answers))):
        theirs, ours = other.Draft202012Validator(one.schema), checking.validator(one)
        if theirs.is_valid(answers) != ours.is_valid(answers):
            raise CannotMeasure(f"The two validators do not agree on {name}, so their speed says nothing.")
        times = best(lambda v=theirs, a=answers: [v.is_valid(a)]) / best(lambda v=ours, a=answers: [v.is_valid(a)])
        how = f"{name}, {len(json.dumps(answers))} bytes of {'valid' if ours.is_valid(answers) else 'invalid'} answers, schema compiled"
        figures.append(at_least(f"validation beside jsonschema, {name}", round(times), "times", 50, how=how))
    took = best(lambda: [checking.errors(package, state, today=TODAY)])
    figures.append(
        measured("every fault of that form", round(took * 1e3, 2), "ms", how="checking.errors: schema, formats, required")
    )
    return figures


def best(work: Callable[[], Any]) -> float:
    """CPU-seconds of one call, the least of several rounds of at least 20 ms each."""
    times = 1
    while True:
        begun = time.process_time()
        for _ in range(times):
            work()
        took = time.process_time() - begun
        if took > 0.02:
            break
        times *= 4
    found = took / times
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            work()
        found = min(found, (time.process_time() - begun) / times)
    return found


def _shipped(name: str) -> Any:
    return reading.load(Path(reading.__file__).parent / "packages" / name)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise CannotMeasure(f"We are compared with {name}, which is not installed. Run: uv sync --group dev") from None
