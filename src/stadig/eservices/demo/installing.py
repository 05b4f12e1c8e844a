"""The packages that are shipped with Stadig, and what Lindhamn says in its overlay."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from stadig.eservices import actions, reading
from stadig.eservices.package import Package

SHIPPED: Final = Path(reading.__file__).parent / "packages"
OVERLAYS: Final[dict[str, dict[str, Any]]] = {
    "food-registration": {"fee": "1 450 kr", "phone": "0340-121 40"},
    "financial-assistance": {"phone": "0340-122 10"},
    "preschool-place": {"phone": "0340-121 70"},
}


def shipped() -> dict[str, Package]:
    """Every shipped package by its name."""
    return {folder.name: reading.load(folder) for folder in sorted(SHIPPED.iterdir()) if (folder / "service.yaml").is_file()}


def install_shipped() -> None:
    """Install every shipped package, each with the town's overlay."""
    for name, package in shipped().items():
        overlay = OVERLAYS.get(name, {})
        local = {reading.LOCAL: yaml.safe_dump(overlay, allow_unicode=True).encode()} if overlay else {}
        actions.install(None, dict(package.files) | local)
