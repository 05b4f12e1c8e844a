"""What a page of the form sent, as answers: texts become numbers, days and choices. What cannot be read is kept as it was typed.

Names in the page are concrete paths (``children[0].name``; ``where.text`` inside a place). ``_q`` names each question that the page
asked, so that a box without a tick is an answer and a question that was not asked keeps the one it has. No Django, no clock.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from stadig.city import personnummer
from stadig.eservices.flow import answered, get
from stadig.eservices.package import Package, Question, Repeat, Step

Posted = Mapping[str, Sequence[str]]
MOST_TEXT: Final = 20_000
"""Characters kept of one answer. The schema's own limit is told of; this one keeps a hostile page from filling the database."""
MOST_ROWS: Final = 50
YES, NO = "yes", "no"
_CONCRETE: Final = re.compile(r"\[(\d{1,2})\]")


def read(package: Package, step: Step, posted: Posted, before: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """``before`` with the answers that the page sent. Files are not read here: they are taken in one by one."""
    after = copy.deepcopy(dict(before))
    for path, question in asked(step, posted):
        if question.kind != "file":
            put(after, path, value_of(question, path, posted, today=today, package=package))
    return after


def asked(step: Step, posted: Posted) -> Iterator[tuple[str, Question]]:
    """The questions of the step that the page says it asked, by concrete path."""
    known = {question.path: question for question in step.questions()}
    most = {part.path: part.most for part in step.parts if isinstance(part, Repeat)}
    for path in posted.get("_q", ())[:500]:
        question = known.get(_CONCRETE.sub("[]", path))
        row = _CONCRETE.search(path)
        if question and (row is None or int(row[1]) < min(most.get(path[: row.start()], 0), MOST_ROWS)):
            yield path, question


def add_row(answers: Mapping[str, Any], part: Repeat) -> dict[str, Any]:
    """One row more in a repeated group, as many as it may have."""
    after = copy.deepcopy(dict(answers))
    rows = _rows(after, part)
    if len(rows) < min(part.most, MOST_ROWS):
        rows.append({})
    put(after, part.path, rows)
    return after


def remove_row(answers: Mapping[str, Any], part: Repeat, number: int) -> dict[str, Any]:
    """The group without row ``number``; the answers in it are gone."""
    after = copy.deepcopy(dict(answers))
    rows = _rows(after, part)
    if 0 <= number < len(rows):
        del rows[number]
    put(after, part.path, rows)
    return after


def _rows(answers: dict[str, Any], part: Repeat) -> list[Any]:
    found = get(answers, part.path)
    rows: list[Any] = list(found) if isinstance(found, list) else []
    return rows + [{} for _ in range(part.least - len(rows))]


def put(answers: dict[str, Any], path: str, value: Any) -> None:
    """Set the answer at a concrete path; nothing answered removes it."""
    here: Any = answers
    *owners, last = path.split(".")
    for name in owners:
        here = _inside(here, name)
    if isinstance(value, list) or answered(value):
        here[last] = value
    else:
        here.pop(last, None)


def _inside(here: dict[str, Any], name: str) -> dict[str, Any]:
    plain, _, number = name.partition("[")
    if not number:
        if not isinstance(here.get(plain), dict):
            here[plain] = {}
        return here[plain]
    rows = here.get(plain)
    if not isinstance(rows, list):
        rows = here[plain] = []
    wanted = int(number.removesuffix("]"))
    rows.extend({} for _ in range(wanted + 1 - len(rows)))
    if not isinstance(rows[wanted], dict):
        rows[wanted] = {}
    return rows[wanted]


def value_of(question: Question, path: str, posted: Posted, *, today: date, package: Package | None = None) -> Any:
    """One answer as its kind has it; None when nothing was answered. With ``package`` an option is known by its words too."""
    if question.kind in ("place", "address") and question.schema.get("type") == "object":
        return _parts_of(question, path, posted)
    texts = [_clean(text) for text in posted.get(path, ())]
    if question.kind == "choices":
        return [_option(question, text) for text in texts if text]
    text = texts[0] if texts else ""
    if not text:
        return None
    if question.kind == "choice":
        return _option(question, text, package)
    reader = _READERS.get(question.kind)
    return reader(question, text, today) if reader else text


def _clean(text: str) -> str:
    """Without what no one types on purpose: null bytes, other newlines, space around."""
    return text[:MOST_TEXT].replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _option(question: Question, text: str, package: Package | None = None) -> Any:
    for one in question.options:
        if str(one) == text:
            return one
    if package is None:
        return text
    said = text.casefold()
    for one in question.options:
        if any(
            str(texts.get(f"question.{question.key}.option.{one}", "")).casefold() == said for texts in package.texts.values()
        ):
            return one
    return text


def _parts_of(question: Question, path: str, posted: Posted) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for name, described in (question.schema.get("properties") or {}).items():
        text = _clean((posted.get(f"{path}.{name}") or [""])[0])
        if text and described.get("type") in ("number", "integer"):
            found[name] = _decimal(text)
        elif text:
            found[name] = text
    if question.kind == "place" and ("lon" in found) != ("lat" in found):
        found.pop("lon", None)
        found.pop("lat", None)
    return found or None


def _decimal(text: str) -> Any:
    """``1 640,50`` → 1640.5; whole numbers as int. What is no number stays text."""
    plain = re.sub(r"(?:\s|kr|:-)", "", text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "")).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{0,6})?", plain, re.ASCII):
        return text
    number = float(plain)
    return int(number) if number.is_integer() else number


def _whole(question: Question, text: str, _today: date) -> Any:
    found = _decimal(text)
    return found if isinstance(found, int) else text


def _number(question: Question, text: str, today: date) -> Any:
    return _whole(question, text, today) if question.schema.get("type") == "integer" else _decimal(text)


def _truth(_question: Question, text: str, _today: date) -> Any:
    return {YES: True, NO: False}.get(text, text)


def _ticked(_question: Question, text: str, _today: date) -> Any:
    return True if text == YES else None


def _day(_question: Question, text: str, _today: date) -> str:
    digits = re.sub(r"[-./\s]", "", text)
    if re.fullmatch(r"\d{8}", digits, re.ASCII) and not digits.startswith("0"):
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return text


def _month(_question: Question, text: str, _today: date) -> str:
    digits = re.sub(r"[-./\s]", "", text)
    return f"{digits[:4]}-{digits[4:]}" if re.fullmatch(r"\d{6}", digits, re.ASCII) else text


def _time(_question: Question, text: str, _today: date) -> str:
    found = re.fullmatch(r"(\d{1,2})(?:[.:\s]?(\d{2}))?(?::\d{2})?", text, re.ASCII)
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text


def _personnummer(_question: Question, text: str, today: date) -> str:
    try:
        return personnummer.parse(text, today=today).digits
    except personnummer.NotAPersonnummer:
        return text


def _one_line(_question: Question, text: str, _today: date) -> str:
    return " ".join(text.split())


_READERS: Final = {
    "integer": _whole, "number": _number, "money": _number, "yes_no": _truth, "consent": _ticked, "date": _day, "month": _month,
    "time": _time, "personnummer": _personnummer, "text": _one_line, "email": _one_line, "phone": _one_line, "property": _one_line,
    "organisation_number": _one_line,
}  # fmt: skip
