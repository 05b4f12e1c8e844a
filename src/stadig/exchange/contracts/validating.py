"""Whether an answer is valid against the contract's own schemas: recorded, never a reason to reject.

The schemas are not ours to ship. They lie in a folder that the municipality gets with its agreement, wherever in it and under whatever
names: they are found by the namespace they are for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from stadig.exchange.contracts.xml import Element
from stadig.exchange.terms import Block


@dataclass(frozen=True, slots=True)
class Checked:
    """What validation said. ``valid`` None: not validated."""

    valid: bool | None = None
    errors: tuple[str, ...] = ()

    def note(self, element: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks with it written on them."""
        if self.valid is None:
            return blocks
        return tuple(dataclasses.replace(block, schema_valid=self.valid, schema_errors=self.errors) for block in blocks)


class Schemas:
    """The schemas of one folder."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def check(self, element: Element) -> Checked:
        """An answer's element."""
        return Checked()

    def check_lefi(self, document: object) -> Checked:
        """A LEFI answer."""
        return Checked()
