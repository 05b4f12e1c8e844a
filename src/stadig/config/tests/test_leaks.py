"""The watch over logs sees what it is there to see, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.config import leaks

NUMBER = "19121212" + "-" + "1212"  # the number on Skatteverket's own specimen
QUIET = (
    "2026-11-24 07:00",
    "1764000000.123",
    "556016-0680",
    "GPN 2026/00042",
    "1912121213",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "9071000",
)


@pytest.mark.parametrize("text", [NUMBER, NUMBER.replace("-", ""), NUMBER[2:], f"for {NUMBER}: no such case"])
def test_a_personnummer_is_seen_however_it_is_written(text: str) -> None:
    assert leaks.why(text) == "personnummer"


@pytest.mark.parametrize("text", QUIET)
def test_times_case_numbers_and_companies_are_left_alone(text: str) -> None:
    assert leaks.why(text) == ""


@pytest.mark.parametrize("text", [leaks.MARK, "<ns2:svarsdata>", '{"personnummer": "…"}', '"nettobelopp" : {"summa": 1}'])
def test_what_an_agency_answers_is_seen(text: str) -> None:
    assert leaks.why(text) == "payload"


def test_arguments_exceptions_and_their_causes_are_looked_at_whatever_the_handlers_are(_watched_logs: list[str]) -> None:
    log = logging.getLogger("some.library")
    log.propagate = False
    log.warning("Asked about %s", NUMBER)
    try:
        try:
            raise ValueError(leaks.MARK)
        except ValueError as fault:
            raise RuntimeError("no answer") from fault
    except RuntimeError:
        log.exception("No answer")
    log.warning("Quiet")
    found, _watched_logs[:] = list(_watched_logs), []
    assert [line.split(")")[-1] for line in found] == [" logged a personnummer", " logged a payload"]
    assert not any(leaks.why(line) for line in found), "what was logged is told to nobody"


def test_a_log_file_is_read_from_where_the_run_began(tmp_path: Path) -> None:
    path = tmp_path / "postgres.log"
    path.write_text(NUMBER + "\n")
    before = path.stat().st_size
    with path.open("a") as file:
        file.write(f"LOG: ready\nERROR: {NUMBER}\n")
    assert leaks.in_file(path, before) == ["postgres.log, line 2 of what was written, holds a personnummer"]


def test_every_answer_in_the_samples_would_be_seen(reference_data: Callable[[str], Path]) -> None:
    answers = sorted(reference_data("exchange/ssbtek-sundsvall").rglob("answers/*"))
    assert answers
    for path in answers:
        if path.is_file():
            assert leaks.why(path.read_text(errors="replace")), path.name
