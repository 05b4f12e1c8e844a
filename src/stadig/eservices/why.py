"""Why a question is shown, in a sentence to the person who sees it: *Vi frågar eftersom du svarade Nej på frågan ”…”*.

Made from the trace of the rule and the package's own texts, in Swedish, or in English for any other language. No Django, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from stadig.eservices.flow import State, answered, compile_package, get
from stadig.eservices.package import Info, Package, Question, Step
from stadig.eservices.proving import plain_path
from stadig.eservices.rules import Rule, Trace

MOST: Final = 3
"""Reasons in one sentence; a person reads no more."""
OPPOSITE: Final = {
    "==": "!=", "!=": "==", "===": "!=", "!==": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not_in", "!!": "!", "!": "!!",
}  # fmt: skip
TURNED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "sv": {
        "ask": "Vi frågar eftersom {reasons}.", "tell": "Vi visar det här eftersom {reasons}.",
        "step": "Steget finns med eftersom {reasons}.", "and": " och ",
        "yes": "ja", "no": "nej", "years": "{value} år", "quoted": "”{text}”",
        "==": "du svarade {value} på frågan {label}", "!=": "du inte svarade {value} på frågan {label}",
        ">": "svaret på frågan {label} är mer än {value}", ">=": "svaret på frågan {label} är minst {value}",
        "<": "svaret på frågan {label} är mindre än {value}", "<=": "svaret på frågan {label} är högst {value}",
        "age >": "åldern i frågan {label} är mer än {value}", "age >=": "åldern i frågan {label} är minst {value}",
        "age <": "åldern i frågan {label} är under {value}", "age <=": "åldern i frågan {label} är högst {value}",
        "date >": "dagen i frågan {label} är efter {value}", "date >=": "dagen i frågan {label} är tidigast {value}",
        "date <": "dagen i frågan {label} är före {value}", "date <=": "dagen i frågan {label} är senast {value}",
        "sum ==": "{label} är {value}", "sum !=": "{label} inte är {value}",
        "sum >": "{label} är mer än {value}", "sum >=": "{label} är minst {value}",
        "sum <": "{label} är mindre än {value}", "sum <=": "{label} är högst {value}",
        "chose": "du valde {value} i frågan {label}", "not_chose": "du inte valde {value} i frågan {label}",
        "!!": "du svarade på frågan {label}", "!": "du inte svarade på frågan {label}",
        "one": "det behövs efter ditt svar på {labels}", "several": "det behövs efter dina svar på {labels}",
    },
    "en": {
        "ask": "We ask because {reasons}.", "tell": "We show this because {reasons}.",
        "step": "This step is here because {reasons}.", "and": " and ",
        "yes": "yes", "no": "no", "years": "{value} years", "quoted": "“{text}”",
        "==": "you answered {value} to {label}", "!=": "you did not answer {value} to {label}",
        ">": "the answer to {label} is more than {value}", ">=": "the answer to {label} is at least {value}",
        "<": "the answer to {label} is less than {value}", "<=": "the answer to {label} is at most {value}",
        "age >": "the age in {label} is more than {value}", "age >=": "the age in {label} is at least {value}",
        "age <": "the age in {label} is under {value}", "age <=": "the age in {label} is at most {value}",
        "date >": "the day in {label} is after {value}", "date >=": "the day in {label} is {value} or later",
        "date <": "the day in {label} is before {value}", "date <=": "the day in {label} is {value} or earlier",
        "sum ==": "{label} is {value}", "sum !=": "{label} is not {value}",
        "sum >": "{label} is more than {value}", "sum >=": "{label} is at least {value}",
        "sum <": "{label} is less than {value}", "sum <=": "{label} is at most {value}",
        "chose": "you chose {value} in {label}", "not_chose": "you did not choose {value} in {label}",
        "!!": "you answered {label}", "!": "you did not answer {label}",
        "one": "it is needed after your answer to {labels}", "several": "it is needed after your answers to {labels}",
    },
}  # fmt: skip


def sentence(package: Package, path: str, state: State, *, today: date, language: str = "sv") -> str:
    """Why the part at a concrete path (``children[1].days``, ``info.ID``) is shown; empty for one that always is, or is hidden."""
    if path not in state.visible:
        return ""
    unit = compile_package(package).by_path.get(plain_path(path))
    if unit is None or not unit.show:
        return ""
    data: dict[str, Any] = dict(state.answers)
    row, _, _ = path.rpartition("].")
    if row:
        data["item"] = get(state.answers, f"{row}]") or {}
    teller = _Teller(package, plain_path(path).rpartition("[].")[0], language)
    return teller.sentence(unit.show, data, "tell" if isinstance(unit.part, Info) else "ask", today)


def of_step(package: Package, step: Step, state: State, *, today: date, language: str = "sv") -> str:
    """Why a whole step is there; empty for one without a rule."""
    if step.show_if is None or step.id not in state.steps:
        return ""
    first = step.parts[0]
    unit = compile_package(package).by_path[f"info.{first.id}" if isinstance(first, Info) else first.path]
    return _Teller(package, "", language).sentence(unit.show[:1], state.answers, "step", today)


class _Teller:
    """Words for the parts of a trace, with the texts of one package in one language."""

    def __init__(self, package: Package, repeat: str, language: str) -> None:
        self.package, self.repeat, self.language = package, repeat, language
        self.words = WORDS.get(language, WORDS["en"])
        self.known = compile_package(package).by_path

    def question(self, path: str) -> Question | None:
        """The question at a path; None for a group, a computed value and what is not there."""
        unit = self.known.get(path)
        return unit.part if unit is not None and isinstance(unit.part, Question) else None

    def has_value(self, path: str) -> bool:
        """Whether something is answered or computed there."""
        return self.question(path) is not None or path in self.package.flow.compute

    def sentence(self, rules: Iterable[Rule], data: Mapping[str, Any], frame: str, today: date) -> str:
        """What made these rules true, in one sentence; empty where nothing that was answered did."""
        traces = (rule.trace(data, today=today) for rule in rules)
        reasons = list(dict.fromkeys(reason for trace in traces for reason in self.reasons(trace, wanted=True)))[:MOST]
        return self.words[frame].format(reasons=_listed(reasons, self.words["and"])) if reasons else ""

    def reasons(self, trace: Trace, *, wanted: bool) -> Iterator[str]:
        """The facts that make this part true, or false when that is ``wanted``."""
        operator, parts = trace.operator, trace.parts
        if operator in ("and", "or"):
            deciding = [part for part in parts if _true(part) == wanted]
            everything = (operator == "and") == wanted
            for part in deciding if everything else deciding[:1]:
                yield from self.reasons(part, wanted=wanted)
        elif operator in ("!", "!!") and parts and parts[0].operator != "var":
            yield from self.reasons(parts[0], wanted=wanted == (operator == "!!"))
        elif operator == "var" or operator in ("!", "!!"):
            yield from self.truth(trace if operator == "var" else parts[0], wanted=wanted == (operator != "!"))
        elif operator in OPPOSITE:
            yield from self.compared(trace, operator if wanted else OPPOSITE[operator])
        else:
            yield from self.anyhow(trace)

    def truth(self, trace: Trace, *, wanted: bool) -> Iterator[str]:
        """A question that is read as it stands: answered yes, or answered at all."""
        path = self.path(trace)
        question = self.question(path)
        if question is not None and question.kind in ("yes_no", "consent") and answered(trace.value):
            yield self.say("==", path, self.words["yes" if trace.value else "no"])
        elif question is not None or path in self.package.flow.compute:
            yield self.say("!!" if wanted else "!", path, "")
        else:
            yield from self.anyhow(trace)

    def compared(self, trace: Trace, operator: str) -> Iterator[str]:
        """A question compared with something that is written out."""
        if len(trace.parts) != 2:
            yield from self.anyhow(trace)
            return
        one, other = trace.parts
        if operator in ("in", "not_in"):
            yield from self.inside(one, other, operator, trace)
            return
        if _reads(one) is None:
            one, other, operator = other, one, TURNED.get(operator, operator)
        read = _reads(one)
        if read is None or _has_var(other) or not self.has_value(self.path(read)):
            yield from self.anyhow(trace)
            return
        path = self.path(read)
        operator = {"===": "==", "!==": "!="}.get(operator, operator)
        if other.value is None and operator in ("==", "!="):
            yield self.say("!" if operator == "==" else "!!", path, "")
        elif operator == "!=" and not answered(read.value):
            yield self.say("!", path, "")
        elif one.operator == "age":
            key = f"age {operator}"
            value = self.words["years"].format(value=other.value)
            yield from [self.say(key, path, value)] if key in self.words else self.anyhow(trace)
        else:
            yield self.say(self.key(operator, path), path, self.value(path, other.value))

    def inside(self, one: Trace, other: Trace, operator: str, trace: Trace) -> Iterator[str]:
        if one.operator == "var" and not _has_var(other) and self.question(self.path(one)):
            path = self.path(one)
            if operator == "in":
                yield self.say("==", path, self.value(path, one.value))
            else:
                yield self.say("!" if not answered(one.value) else "==", path, self.value(path, one.value))
        elif other.operator == "var" and not _has_var(one) and self.question(self.path(other)):
            path = self.path(other)
            yield self.say("chose" if operator == "in" else "not_chose", path, self.value(path, one.value))
        else:
            yield from self.anyhow(trace)

    def anyhow(self, trace: Trace) -> Iterator[str]:
        """No simple words fit: name the questions it depends on."""
        paths = dict.fromkeys(self.path(one) for one in _vars(trace))
        labels = [label for path in paths if (label := self.label(path))]
        if labels:
            key = "one" if len(labels) == 1 else "several"
            yield self.words[key].format(labels=_listed(labels[:MOST], self.words["and"]))

    def key(self, operator: str, path: str) -> str:
        if path in self.package.flow.compute:
            return f"sum {operator}"
        question = self.question(path)
        return f"date {operator}" if question and question.kind == "date" and operator in TURNED else operator

    def say(self, key: str, path: str, value: str) -> str:
        return self.words[key].format(label=self.label(path), value=value)

    def path(self, trace: Trace) -> str:
        given = trace.source["var"]
        path = str((given[0] if given else "") if isinstance(given, list) else given)
        return f"{self.repeat}[].{path[5:]}" if self.repeat and path.startswith("item.") else path

    def label(self, path: str) -> str:
        if path in self.package.flow.compute:
            return self.package.text(f"computed.{path}.label", self.language)
        text = self.package.text(f"question.{path.replace('[]', '')}.label", self.language)
        return self.words["quoted"].format(text=text) if text else ""

    def value(self, path: str, value: Any) -> str:
        question = self.question(path)
        if isinstance(value, bool):
            return self.words["yes" if value else "no"]
        if isinstance(question, Question) and question.options:
            found = self.package.text(f"question.{question.key}.option.{value}", self.language)
            return self.words["quoted"].format(text=found or value)
        if isinstance(value, int | float):
            written = f"{value:,.2f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
            return written.replace(",", "\N{NO-BREAK SPACE}").replace(".", "," if self.words is WORDS["sv"] else ".")
        return str(value)


def _true(trace: Trace) -> bool:
    return bool(trace.value)


def _reads(trace: Trace) -> Trace | None:
    """The ``var`` that a side of a comparison is, or is the age of."""
    if trace.operator == "var":
        return trace
    inner = trace.parts[0] if trace.operator == "age" and trace.parts else None
    return inner if inner is not None and inner.operator == "var" else None


def _vars(trace: Trace) -> Iterator[Trace]:
    if trace.operator == "var":
        yield trace
    for part in trace.parts:
        yield from _vars(part)


def _has_var(trace: Trace) -> bool:
    return next(_vars(trace), None) is not None


def _listed(texts: list[str], last: str) -> str:
    return last.join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
