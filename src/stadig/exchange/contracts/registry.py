"""Contracts by name, and which contract a file belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stadig.exchange.contracts import ssbtek_10, ssbtek_11
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.terms import Contract

NAMES: Final = ("ssbtek-10", "ssbtek-11", "lefi-9", "rest")


class NoSuchContract(Exception):
    """There is no contract of that name. The message lists those there are."""


def open_contract(name: str, *, folder: Path | None, declaration: Path | None = None) -> Contract:
    """The contract of that name, with the schemas of ``folder`` (None: answers are not validated).

    ``declaration``: for ``rest`` the declaration file. For the others a saved answer of *tillgangligaInformationstyper*, which says what
    Försäkringskassan and Pensionsmyndigheten have agreed to give. Raises NoSuchContract, FaultyDeclaration.
    """
    schemas = Schemas(folder)
    if name == "ssbtek-10":
        return ssbtek_10.contract(schemas)
    if name == "ssbtek-11":
        return ssbtek_11.contract(schemas)
    raise NoSuchContract(f"There is no contract {name!r}. There are: {', '.join(NAMES)}.")
