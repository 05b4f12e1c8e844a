"""What was submitted is one case with one receipt, whatever was killed meanwhile. The full number: ``stadig bench eservices``."""

from __future__ import annotations

import socket

import pytest

from stadig.config.bench import _eservices_submit


@pytest.mark.slow
def test_submissions_are_cases_with_receipts_and_no_gaps_though_web_and_worker_are_killed(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(_eservices_submit, "PORT", free.getsockname()[1])
    monkeypatch.setattr(_eservices_submit, "SUBMISSIONS", 60)
    figures = _eservices_submit.kills()
    assert figures[0].value == 60
    assert [figure.name for figure in figures if figure.holds is False] == []
