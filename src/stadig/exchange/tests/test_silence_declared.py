"""That silence means nothing is written in the connections file, with its day and who said so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from stadig.exchange.connections import ConnectionsFault
from stadig.exchange.connections import read as read_file

SOURCE = "Försäkringskassan, e-post 2026-11-20, dnr 17"
FILE = """
[asker]
organisation_number = "162120001234"
name = "Lindhamns kommun"

[[connection]]
name = "lefi"
contract = "{contract}"
url = "https://fk.example/v9"
agencies = ["FK"]
{declaration}
silence_means_nothing = {{ from = 2026-12-01, source = "{source}" }}
"""


def test_the_connections_file_says_since_when_and_who_has_said_so(tmp_path: Path) -> None:
    def read(contract: str = "lefi-9", declaration: str = 'declaration = "kinds.json"', source: str = SOURCE) -> Any:
        text = FILE.format(contract=contract, declaration=declaration, source=source)
        return read_file(text.encode(), tmp_path / "exchange.toml").connections[0].silence

    said = read()
    assert (said.from_, said.source) == (dt.date(2026, 12, 1), SOURCE)
    for wrong in ({"declaration": ""}, {"contract": "rest"}):
        with pytest.raises(ConnectionsFault, match=r"silence_means_nothing: is for LEFI alone, and needs declaration"):
            read(**wrong)
    with pytest.raises(ConnectionsFault, match="source"):
        read(source="FK")
