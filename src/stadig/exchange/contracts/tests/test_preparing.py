"""What takes long to make ready is ready before the first answer comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.exchange.contracts import validating
from stadig.exchange.contracts.registry import open_contract
from stadig.exchange.contracts.tests.questions import ALL, SCHEMAS, incoming, question
from stadig.exchange.contracts.tests.test_rest import DECLARED


def test_a_contract_that_is_prepared_compiles_nothing_more_when_it_reads(
    reference_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    validating.schemas.cache_clear()
    contract = open_contract("ssbtek-10", folder=reference_data(SCHEMAS))
    compiled: list[Path] = []
    real = validating._compile

    def watched(path: Path, spaces: dict[str, Path]) -> object:
        compiled.append(path)
        return real(path, spaces)

    monkeypatch.setattr(validating, "_compile", watched)
    contract.prepare()
    before = len(compiled)
    contract.prepare()
    blocks = contract.read(incoming(reference_data(ALL).read_bytes()), question())
    assert before == len(compiled) == 2
    assert any(block.schema_valid is not None for block in blocks)


def test_a_contract_without_files_has_nothing_to_prepare(tmp_path: Path) -> None:
    declared = tmp_path / "boka.toml"
    declared.write_text(DECLARED)
    for name in ("ssbtek-10", "ssbtek-11", "lefi-9"):
        open_contract(name, folder=None).prepare()
    open_contract("rest", folder=None, declaration=declared).prepare()
