"""Observations that were acknowledged are there once, whatever was killed meanwhile. The full number: ``stadig bench durability``."""

from __future__ import annotations

import socket

import pytest

from stadig.config.bench import durability


@pytest.mark.slow
def test_what_was_acknowledged_is_stored_once_though_server_and_database_are_killed(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(durability, "PORT", port)
    monkeypatch.setattr(durability, "ROOT", f"http://127.0.0.1:{port}/sta/v1.1")
    monkeypatch.setattr(durability, "OBSERVATIONS", 10_000)
    figures = {figure.name: figure.value for figure in durability.durability()}
    assert figures["acknowledged with 201"] == figures["stored"] == 10_000
    assert figures["acknowledged and lost"] == figures["stored twice"] == 0
