"""Contracts by name, and which contract a file's answer belongs to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from stadig.exchange.contracts import declaring, lefi, lefi_9, rest, ssbtek_10, ssbtek_11
from stadig.exchange.contracts.errors import FaultyDeclaration, Unreadable
from stadig.exchange.contracts.files import Reading, readfile
from stadig.exchange.contracts.validating import Schemas, schemas
from stadig.exchange.terms import Contract

__all__ = ["NAMES", "NoSuchContract", "Reading", "open_contract", "readfile"]
NAMES: Final = ("ssbtek-10", "ssbtek-11", "lefi-9", "rest")
_INSURANCE: Final[dict[str, Callable[[Schemas, lefi.Entitled | None, lefi.Silence], Contract]]] = {
    "ssbtek-10": ssbtek_10.contract,
    "ssbtek-11": ssbtek_11.contract,
    "lefi-9": lefi_9.Lefi9,
}


class NoSuchContract(Exception):
    """There is no contract of that name. The message lists those there are."""


def open_contract(
    name: str, *, folder: Path | None, declaration: Path | None = None, silence: lefi.Silence = lefi.NOT_KNOWN
) -> Contract:
    """The contract of that name, with the schemas of ``folder`` (None: answers are not validated).

    ``declaration``: for ``rest`` its declaration file. For the others a saved answer of LEFI's *tillgangligaInformationstyper*, which says
    what Försäkringskassan and Pensionsmyndigheten have agreed to give: nothing else is then asked for. ``silence``: what it means that a section of LEFI's is not in the answer.
    Raises NoSuchContract, FaultyDeclaration.
    """
    if name == "rest":
        if declaration is None:
            raise FaultyDeclaration("A connection with the contract rest needs a declaration file. Name it as declaration.")
        return rest.Rest(declaring.load(declaration))
    if name not in _INSURANCE:
        raise NoSuchContract(f"There is no contract {name!r}. There are: {', '.join(NAMES)}.")
    return _INSURANCE[name](schemas(folder), _entitled(declaration), silence)


def _entitled(path: Path | None) -> lefi.Entitled | None:
    if path is None:
        return None
    try:
        return lefi_9.entitlement(path.read_bytes())
    except OSError:
        raise FaultyDeclaration(f"{path.name}: there is no such file. Save LEFI's tillgangligaInformationstyper there.") from None
    except Unreadable as fault:
        raise FaultyDeclaration(
            f"{path.name}: it is no answer of tillgangligaInformationstyper ({fault.reason}). Save that answer anew."
        ) from None
